import { writeFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { inRepo } from "../repo.js";
import type { WebKitContext } from "./context.js";
import { SELECTOR_SCRIPT } from "./selectors.js";
import { untilResolved, WebDriverError } from "./driver.js";
import { WebKitLocator } from "./locator.js";

interface Timeout {
  timeout?: number;
}

/** W3C key codes: https://www.w3.org/TR/webdriver2/#keyboard-actions */
const keyCodes: Record<string, string> = {
  Enter: "\uE007",
  Escape: "\uE00C",
  Tab: "\uE004",
  Home: "\uE011",
  End: "\uE010",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
};

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** The part of Playwright's `Page` that the tests use, for one window of WebKit. */
export class WebKitPage {
  private evaluations = 0;

  constructor(
    readonly owner: WebKitContext,
    readonly handle: string,
  ) {}

  context(): WebKitContext {
    return this.owner;
  }

  async goto(url: string): Promise<void> {
    await this.post("/url", { url });
  }

  async reload(): Promise<void> {
    await this.post("/refresh");
  }

  async close(): Promise<void> {
    await this.owner.closePage(this);
  }

  title(): Promise<string> {
    return this.get("/title");
  }

  async waitForLoadState(): Promise<void> {
    await this.waitForFunction(() => document.readyState === "complete");
  }

  async waitForURL(pattern: string): Promise<void> {
    const expected = new RegExp(
      `^${pattern.replaceAll(/[.?+^$()[\]{}|\\]/g, "\\$&").replaceAll("**", ".*")}$`,
    );
    await untilResolved(`the page is at ${pattern}`, async () =>
      expected.test(await this.get<string>("/url")),
    );
    await this.waitForLoadState();
  }

  async evaluate<R, A>(callback: string | ((argument: A) => R), argument?: A): Promise<R> {
    if (typeof callback !== "string") return this.evaluateSource(callback.toString(), argument);
    try {
      return await this.evaluateSource(`() => (0, eval)(${JSON.stringify(callback)})`);
    } catch (error) {
      // A content security policy forbids eval; the driver itself may run scripts.
      if (!String(error).includes("EvalError")) throw error;
      return this.evaluateSource(`() => { ${callback} }`);
    }
  }

  /**
   * Starts the function and polls for its result, as WebDriver answers one command of a session
   * after another, and a promise may wait for what the test does next.
   */
  async evaluateSource<R>(source: string, argument?: unknown): Promise<R> {
    const id = `${++this.evaluations}`;
    await this.execute(
      `const [id, argument] = arguments;
       const results = (window.__testResults ??= {});
       results[id] = null;
       const callback = (${source});
       const call = () => { try { return callback(argument); } catch (error) { return Promise.reject(error); } };
       Promise.resolve(call()).then(
         (value) => {
           // Objects of a game refer to each other in circles.
           try { results[id] = { json: JSON.stringify(value) }; } catch { results[id] = {}; }
         },
         (error) => { results[id] = { error: String(error) + "\\n" + error?.stack }; },
       );`,
      [id, argument],
    );
    for (let delayMs = 1; ; delayMs = Math.min(25, delayMs * 2)) {
      const result = await this.execute<{ json?: string; error?: string } | "gone" | null>(
        `const results = window.__testResults;
         if (!results || !(arguments[0] in results)) return "gone";
         const result = results[arguments[0]];
         if (result) delete results[arguments[0]];
         return result;`,
        [id],
      );
      // The function has left the page.
      if (result === "gone") return undefined as R;
      if (result?.error !== undefined) throw new Error(result.error);
      if (result) return (result.json ? JSON.parse(result.json) : undefined) as R;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  async waitForFunction<A>(
    callback: string | ((argument: A) => unknown),
    argument?: A,
    { timeout = 30_000 }: Timeout = {},
  ): Promise<void> {
    await untilResolved(
      `the page fulfils ${String(callback)}`,
      async () => Boolean(await this.evaluate(callback, argument)),
      timeout,
    );
  }

  async addScriptTag({ content }: { content: string }): Promise<void> {
    await this.evaluate((text) => {
      document.head.append(Object.assign(document.createElement("script"), { textContent: text }));
    }, content);
  }

  async exposeFunction(name: string, callback: () => unknown): Promise<void> {
    await this.evaluateSource(`() => { ${this.owner.expose(name, callback)} }`);
  }

  locator(selector: string): WebKitLocator {
    return new WebKitLocator(this, selector);
  }

  async waitForSelector(
    selector: string,
    options?: Parameters<WebKitLocator["waitFor"]>[0],
  ): Promise<void> {
    await this.locator(selector).waitFor(options);
  }

  click(selector: string): Promise<void> {
    return this.locator(selector).click();
  }

  fill(selector: string, text: string): Promise<void> {
    return this.locator(selector).fill(text);
  }

  selectOption(selector: string, value: string): Promise<void> {
    return this.locator(selector).fill(value);
  }

  focus(selector: string): Promise<void> {
    return this.locator(selector).focus();
  }

  check(selector: string): Promise<void> {
    return this.locator(selector).check();
  }

  inputValue(selector: string): Promise<string> {
    return this.locator(selector).inputValue();
  }

  getAttribute(selector: string, name: string): Promise<string | null> {
    return this.locator(selector).getAttribute(name);
  }

  /**
   * A click by the pointer; fails if the element is covered, or has moved away before the pointer is
   * down: another element gets no event then.
   */
  async clickFirst(selector: string): Promise<void> {
    const element = await this.execute<Record<string, string> | null>(
      `${SELECTOR_SCRIPT} return __tests.guardClick(__tests.selectAll(arguments[0])[0]) ?? null;`,
      [selector],
    );
    if (!element) throw new Error(`No element is ${selector}`);
    await this.post(`/element/${element[ELEMENT]}/click`);
    const missed = await this.execute<string | null>("return globalThis.__tests?.endClick();", []);
    if (missed) throw new Error(`The pointer came down on ${missed}, not on ${selector}`);
  }

  async bringToFront(): Promise<void> {
    await this.post("/window/rect", {});
  }

  async setViewportSize(size: { width: number; height: number }): Promise<void> {
    // A window of MiniBrowser is never narrower, and this still is the layout of a phone.
    const width = Math.max(447, size.width);
    const { height } = size;
    const [outerWidth, outerHeight] = await this.execute<[number, number]>(
      "return [outerWidth - innerWidth, outerHeight - innerHeight];",
      [],
    );
    await this.post("/window/rect", { width: width + outerWidth, height: height + outerHeight });
    await this.waitForFunction(([w, h]) => innerWidth === w && innerHeight === h, [width, height]);
  }

  /** Hides the window, and the page in it. */
  async minimize(): Promise<void> {
    await this.post("/window/minimize");
    await this.waitForFunction(() => document.visibilityState === "hidden");
  }

  async screenshot({ path }: { path: string }): Promise<void> {
    writeFileSync(path, Buffer.from(await this.get<string>("/screenshot"), "base64"));
  }

  readonly keyboard = {
    press: (key: string): Promise<void> => {
      const value = keyCodes[key] ?? key;
      return this.act("key", [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ]);
    },
    type: async (text: string): Promise<void> => {
      for (const key of text) await this.keyboard.press(key);
    },
  };

  readonly mouse = {
    click: (x: number, y: number): Promise<void> =>
      this.act("pointer", [
        { type: "pointerMove", x: Math.round(x), y: Math.round(y), duration: 0 },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ]),
  };

  readonly clock = {
    /** Takes effect in documents loaded from now on. */
    install: () => this.owner.clock.install(),
    fastForward: async (time: number | string): Promise<void> => {
      await this.evaluate(
        (ms) => {
          (globalThis as unknown as { __clock: { jump(ms: number): void } }).__clock.jump(ms);
        },
        typeof time === "number"
          ? time
          : time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000,
      );
    },
  };

  private async act(type: string, actions: object[]): Promise<void> {
    await this.post("/actions", { actions: [{ type, id: type, actions }] });
  }

  private async execute<R>(script: string, args: unknown[]): Promise<R> {
    try {
      return await this.post("/execute/sync", { script, args: args.map((one) => one ?? null) });
    } catch (error) {
      // A navigation that is under way takes the document away.
      if (error instanceof WebDriverError && error.code === "javascript error") throw error;
      throw new Error(`WebKit could not run a script: ${String(error)}`, { cause: error });
    }
  }

  private get<T>(path: string): Promise<T> {
    return this.owner.inWindow(this.handle, (driver) => driver.get<T>(path));
  }

  private post<T>(path: string, body?: object): Promise<T> {
    return this.owner.inWindow(this.handle, (driver) => driver.post<T>(path, body));
  }
}

let clockSource: string | undefined;

/** The page's clock runs on, and jumps by `fastForward`. */
export function clockScript(): string {
  clockSource ??= buildSync({
    stdin: {
      contents: `import { install } from "@sinonjs/fake-timers";
        globalThis.__clock = install({ shouldAdvanceTime: true, advanceTimeDelta: 20 });`,
      resolveDir: inRepo(),
    },
    bundle: true,
    format: "iife",
    external: ["timers", "timers/promises", "perf_hooks", "util"],
    write: false,
    logLevel: "error",
  }).outputFiles[0]!.text;
  return clockSource;
}
