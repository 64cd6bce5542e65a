import type { BrowserContextOptions } from "playwright-core";
import { untilResolved, type WebDriver } from "./driver.js";
import { clockScript, WebKitPage } from "./page.js";
import {
  REPORT_PATH,
  type PageProxyHandlers,
  type PageReport,
  type RoutedRequest,
  type RoutedResponse,
} from "./proxy.js";
import type { WebKitSession } from "./session.js";

/** Sends console messages and uncaught errors of a page to the proxy, in every document. */
const REPORTER = `
  {
    const send = fetch.bind(globalThis);
    globalThis.__report = async (type, value) => {
      const response = await send("${REPORT_PATH}", { method: "POST", keepalive: true, body: JSON.stringify({ type, value }) });
      return (await response.json()).value;
    };
    const report = (type, value) => void __report(type, value).catch(() => {});
    for (const type of ["error", "warn"]) {
      const original = console[type];
      console[type] = (...values) => {
        original.apply(console, values);
        report(type === "warn" ? "warning" : "error", values.map(String).join(" "));
      };
    }
    addEventListener("error", ({ message }) => report("weberror", message));
    addEventListener("unhandledrejection", ({ reason }) => report("weberror", String(reason)));
  }
`;

interface Route {
  readonly matches: (url: string) => boolean;
  readonly handler: (route: object) => unknown;
}

/** The part of Playwright's `BrowserContext` that the tests use: one MiniBrowser, while it is open. */
export class WebKitContext implements PageProxyHandlers {
  readonly initScripts: string[] = [REPORTER];
  private readonly listeners = new Map<string, ((event: object) => void)[]>();
  private readonly exposed = new Map<string, () => unknown>();
  private routes: Route[] = [];
  private openPages: WebKitPage[] = [];
  private isClosed = false;
  private isEmpty = true;

  private constructor(
    private readonly session: WebKitSession,
    private readonly options: BrowserContextOptions,
    private readonly onReset: () => unknown,
  ) {}

  static async open(
    session: WebKitSession,
    options: BrowserContextOptions,
    onReset: () => unknown,
  ): Promise<WebKitContext> {
    const context = new WebKitContext(session, options, onReset);
    session.use(context);
    const language = JSON.stringify(options.locale ?? "en-US");
    await context.addInitScript({
      content: `Object.defineProperties(Navigator.prototype, {
        language: { get: () => ${language} }, languages: { get: () => [${language}] },
        ${options.userAgent ? `userAgent: { get: () => ${JSON.stringify(options.userAgent)} },` : ""}
      });`,
    });
    return context;
  }

  async newPage(): Promise<WebKitPage> {
    const [first] = await this.handles();
    const { handle } = this.isEmpty
      ? { handle: first! }
      : await this.run((driver) =>
          driver.post<{ handle: string }>("/window/new", { type: "window" }),
        );
    const page = this.adopt(handle);
    if (this.options.viewport) await page.setViewportSize(this.options.viewport);
    return page;
  }

  pages(): WebKitPage[] {
    return this.openPages;
  }

  async waitForEvent(event: "page"): Promise<WebKitPage> {
    const known = new Set(this.openPages.map(({ handle }) => handle));
    const handle = await untilResolved(`the context has another ${event}`, async () =>
      (await this.handles()).find((one) => !known.has(one)),
    );
    return this.adopt(handle);
  }

  async addInitScript<A>(
    script: ((argument: A) => unknown) | { content: string },
    argument?: A,
  ): Promise<void> {
    this.initScripts.push(
      typeof script === "function"
        ? `(${script.toString()})(${argument === undefined ? "" : JSON.stringify(argument)});`
        : script.content,
    );
  }

  /** @returns the script that makes the function in a document that is there already */
  expose(name: string, callback: () => unknown): string {
    this.exposed.set(name, callback);
    const script = `globalThis[${JSON.stringify(name)}] = () => __report("call", ${JSON.stringify(name)});`;
    this.initScripts.push(script);
    return script;
  }

  on(event: string, listener: (event: object) => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  async route(pattern: RegExp | string, handler: Route["handler"]): Promise<void> {
    const expression =
      pattern instanceof RegExp
        ? pattern
        : new RegExp(
            `^${pattern.replaceAll(/[.?+^$()[\]{}|\\]/g, "\\$&").replaceAll(/\*+/g, ".*")}$`,
          );
    this.routes.unshift({ matches: (url) => expression.test(url), handler });
  }

  async unroute(): Promise<void> {
    this.routes = [];
  }

  /** Another context may use the session afterwards, unless it could not be reset. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    if (await this.session.reset()) this.onReset();
  }

  async closePage(page: WebKitPage): Promise<void> {
    // A session ends with its last window.
    if (this.openPages.length === 1) {
      this.isEmpty = true;
      await page.goto("about:blank");
    } else {
      await this.inWindow(page.handle, (driver) => driver.delete("/window"));
    }
    this.openPages = this.openPages.filter((one) => one !== page);
  }

  /** Runs one command in a window, after the commands before it. */
  inWindow<T>(handle: string, command: (driver: WebDriver) => Promise<T>): Promise<T> {
    return this.run(async (driver) => {
      await driver.post("/window", { handle });
      return command(driver);
    });
  }

  private run<T>(command: (driver: WebDriver) => Promise<T>): Promise<T> {
    // The session is another context's by then.
    if (this.isClosed) return Promise.reject(new Error("The context is closed."));
    return this.session.run(command);
  }

  private handles(): Promise<string[]> {
    return this.run((driver) => driver.get<string[]>("/window/handles"));
  }

  private adopt(handle: string): WebKitPage {
    const page = new WebKitPage(this, handle);
    this.openPages.push(page);
    this.isEmpty = false;
    return page;
  }

  private emit(name: string, event: object): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }

  onReport({ type, value }: PageReport): unknown {
    if (type === "call") return this.exposed.get(String(value))!();
    if (type === "weberror") this.emit("weberror", { error: () => value });
    else this.emit("console", { type: () => type, text: () => value });
    return undefined;
  }

  readonly clock = {
    /** Takes effect in documents loaded from now on. */
    install: () => this.addInitScript({ content: clockScript() }),
    fastForward: async (time: number | string): Promise<void> => {
      for (const page of this.openPages) await page.clock.fastForward(time);
    },
  };

  async onRequest(request: RoutedRequest): Promise<RoutedResponse> {
    const asPlaywright = {
      url: () => request.url,
      method: () => request.method,
      postDataJSON: () => JSON.parse(request.body) as unknown,
    };
    this.emit("request", asPlaywright);
    const route = this.routes.find(({ matches }) => matches(request.url));
    if (!route) return undefined;
    return new Promise((resolve) => {
      void route.handler({
        request: () => asPlaywright,
        fulfill: ({ status = 200, headers = {}, contentType = "text/plain", body = "" }) =>
          resolve({ status, headers: { "content-type": contentType, ...headers }, body }),
        abort: () => resolve("abort"),
        continue: () => resolve(undefined),
      } satisfies Record<string, unknown>);
    });
  }
}
