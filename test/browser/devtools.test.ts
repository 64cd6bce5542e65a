// The devtools' panel over a game, on a page with a strict Content Security Policy.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Recording } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { readInRepo } from "../support/repo.js";
import { leakedSecrets, plantedSecret } from "../support/secretLeaks.js";
import { openGamePages, type GamePages, type PageFile } from "./gamePages.js";
import { takePicture } from "./pictures.js";

/** No inline style, no inline script. */
const csp = "default-src 'none'; script-src 'self'; connect-src *; img-src data:";
/** No text for a parser of HTML. What drives the page evaluates text, so it is only reported. */
const trustedTypes = "require-trusted-types-for 'script'";

const bundled = new Map<string, PageFile>(
  ["devtools.js", ...chunksOf("devtools.js")].map((path) => [
    path,
    { type: "text/javascript", text: readInRepo("dist", path) },
  ]),
);

function chunksOf(path: string, found = new Set<string>()): string[] {
  for (const [, name] of readInRepo("dist", path).matchAll(
    /(?:from|import)\s*["']\.\/(?:chunks\/)?([\w-]+\.js)["']/g,
  )) {
    const chunk = `chunks/${name!}`;
    if (found.has(chunk)) continue;
    found.add(chunk);
    chunksOf(chunk, found);
  }
  return [...found];
}

/** It counts what a game would take for its own input. Its styles are hostile to a panel. */
const game = `
  var received = [];
  var keysDown = new Set();
  for (const type of ["keydown", "keyup", "pointerdown", "pointerup", "mousedown", "mouseup", "wheel", "click"]) {
    addEventListener(type, (event) => {
      received.push(type);
      if (type === "keydown") { keysDown.add(event.code); event.preventDefault(); }
      if (type === "keyup") keysDown.delete(event.code);
    }, { passive: type === "wheel" });
  }
  var gateway = new Gs2Gateway.GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "${plantedSecret("client")}" },
    endpoints: Gs2Gateway.emulatorEndpoints(location.origin),
  });
  var seen = [];
  gateway.onSync(({ reason }) => { seen.push("sync " + reason); });
  import("./devtools.js").then(({ showDevtools, startRecording }) => {
    globalThis.recorder = startRecording(gateway);
    globalThis.show = (options) => { globalThis.hide = showDevtools(gateway, options); };
    show(globalThis.devtoolsOptions);
    document.title = "shown";
  });
`;

const files: Record<string, PageFile> = {
  ...Object.fromEntries(bundled),
  "game.html": {
    type: "text/html",
    headers: {
      "content-security-policy": csp,
      "content-security-policy-report-only": trustedTypes,
    },
    text: `<!doctype html><title>game</title><link rel="icon" href="data:,">
      <canvas width="800" height="600"></canvas>
      <script src="gs2-gateway.global.js"></script><script src="game.js"></script>`,
  },
  "game.js": { type: "text/javascript", text: game },
};

declare global {
  var received: string[];
  var show: (options?: object) => void;
  var hide: () => void;
  var recorder: { recording(): Recording };
  var devtoolsOptions: object | undefined;
}

let browser: Browser;
let pages: GamePages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  pages = await openGamePages(browser, files);
});
afterEach(() => {
  pages.ignoreErrors("TrustedScript");
  return pages.end();
});

async function open(
  options: object = { language: "en" },
  width = 1280,
  height = 800,
): Promise<Page> {
  const page = await pages.context.newPage();
  await page.setViewportSize({ width, height });
  await page.goto(`${pages.emulator.url}/page/game.html`);
  await page.waitForFunction(() => document.title === "shown", undefined, { polling: 50 });
  await page.evaluate((given) => show(given), options);
  return page;
}

const textOf = (page: Page, selector = ".panel, .pill"): Promise<string> =>
  page.evaluate(
    (given) =>
      [
        ...(document.querySelector("gs2-gateway-devtools")?.shadowRoot?.querySelectorAll(given) ??
          []),
      ]
        .map((one) => (one as HTMLElement).innerText)
        .join("\n"),
    selector,
  );

const untilShows = (page: Page, text: string): Promise<unknown> =>
  expect.poll(() => textOf(page), { timeout: 15_000 }).toContain(text);

/** As the keyboard and assistive technology do it. */
const act = (page: Page, action: "click" | "focus", selector: string): Promise<void> =>
  page.evaluate(
    ([method, given]) => {
      const root = document.querySelector("gs2-gateway-devtools")!.shadowRoot!;
      root.querySelector<HTMLElement>(given)![method]();
    },
    [action, selector] as const,
  );
const press = (page: Page, selector: string): Promise<void> => act(page, "click", selector);

const boxOf = (page: Page, selector: string) =>
  page.evaluate((given) => {
    const root = document.querySelector("gs2-gateway-devtools")!.shadowRoot!;
    const { left, top, right, bottom } = root.querySelector(given)!.getBoundingClientRect();
    return { left, top, right, bottom };
  }, selector);

describe("the panel", () => {
  test("shows status, binding, round trip, frames, and the payload of a notification", async () => {
    const page = await open();
    await untilShows(page, "No player is bound.");
    await page.evaluate(() => {
      gateway.on("Gs2Matchmaking:Joined" as "Gs2Matchmaking:Join", () => undefined);
    });
    await pages.bind(page, "alice");
    await untilShows(page, "player: held alice");
    await untilShows(page, 'Did you mean "Gs2Matchmaking:Join"?');
    pages.ignoreErrors("unknownKey");
    await pages.finishMission("alice", "first-steps");
    await untilShows(page, "Gs2Mission:Complete");
    expect(await textOf(page)).toMatch(/ready[^]*\d+ ms[^]*login[^]*setUserId/);
    await press(page, ".row:last-child");
    await untilShows(page, '"taskName": "first-steps"');
    await press(page, "[name=measure]");
    await untilShows(page, "describeWebSocketSessions");
    await press(page, "[name=closeDetail]");
    await expect.poll(() => textOf(page, ".detail")).toBe("");
  });

  test("drops the line, and shows the reconnect", async () => {
    const page = await open();
    await pages.bind(page, "alice");
    await untilShows(page, "held");
    await press(page, "[name=drop]");
    await expect.poll(() => pages.emulator.calls({ method: "setUserId" })).toHaveLength(2);
    await pages.untilSeen(page, "sync gap");
    await untilShows(page, "held");
  });

  test("shows and records no secret and no token", async () => {
    const page = await open();
    const accessToken = await pages.emulator.issueAccessToken({ userId: "alice" });
    const projectToken = await page.evaluate(async (token) => {
      await gateway.setUserId({ accessToken: token });
      return gateway.getProjectToken();
    }, accessToken);
    const note = `${accessToken} ${projectToken} ${plantedSecret("client")}`;
    const payload = { note, token: plantedSecret("payload") };
    await pages.emulator.notify({ userId: "alice", key: "leak", payload });
    await untilShows(page, "leak");
    await press(page, ".row:last-child");
    await untilShows(page, '"note": "*** *** ***"');
    const recording = await page.evaluate(() => recorder.recording());
    const shown = await page.evaluate(
      () => document.querySelector("gs2-gateway-devtools")!.shadowRoot!.innerHTML,
    );
    expect(leakedSecrets([recording, shown])).toEqual([]);
    expect(JSON.stringify([recording, shown])).not.toContain(accessToken);
    expect(JSON.stringify([recording, shown])).not.toContain(projectToken);
    expect(pages.emulator.replay(recording).players).toMatchObject([{ notifications: 1 }]);
  });

  test("keeps its keys and presses from the game, and leaves the game its own", async () => {
    const page = await open();
    await untilShows(page, "No player is bound.");
    const { left, top } = await boxOf(page, ".bar h2");
    await page.mouse.click(left + 5, top + 5);
    expect(await page.evaluate(() => received)).toEqual([]);
    await page.keyboard.press("KeyA");
    expect(await page.evaluate(() => received.splice(0))).toEqual(["keydown", "keyup"]);

    await act(page, "focus", "[name=filter]");
    await page.keyboard.press("KeyN");
    expect(await page.evaluate(() => received)).toEqual([]);
    await page.mouse.click(100, 500);
    const presses = await page.evaluate(() => received.splice(0));
    expect(presses).toEqual(["pointerdown", "mousedown", "pointerup", "mouseup", "click"]);
  });

  test("gives the game the end of what began in the game", async () => {
    const page = await open();
    await untilShows(page, "No player is bound.");
    const { left, top } = await boxOf(page, ".bar h2");
    await page.mouse.move(100, 500);
    await page.mouse.down();
    await page.mouse.move(left + 5, top + 5);
    await page.mouse.up();
    expect(await page.evaluate(() => received)).toEqual(
      expect.arrayContaining(["pointerdown", "mousedown", "pointerup", "mouseup"]),
    );
  });

  test("can be moved, folded and opened with the keyboard, and is there after a reload", async () => {
    const page = await open();
    await untilShows(page, "No player is bound.");
    const before = await boxOf(page, ".panel");
    await act(page, "focus", "[name=move]");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
    const after = await boxOf(page, ".panel");
    expect([before.left - after.left, after.top - before.top]).toEqual([24, 24]);
    await act(page, "focus", "[name=fold]");
    await page.keyboard.press("Enter");
    await expect.poll(() => textOf(page, ".panel")).toBe("");
    expect(await textOf(page, ".pill")).toContain("idle");
    await page.reload();
    await page.waitForFunction(() => document.title === "shown", undefined, { polling: 50 });
    const pill = await boxOf(page, ".pill");
    expect([pill.left, pill.top]).toEqual([after.left, after.top]);
    await act(page, "focus", ".pill");
    await page.keyboard.press("Enter");
    await untilShows(page, "No player is bound.");
    const focused = await page.evaluate(
      () => document.querySelector("gs2-gateway-devtools")!.shadowRoot!.activeElement?.className,
    );
    expect(focused).toBe("square");
  });

  test("goes with its undo and with the client, and a second one takes the place of the first", async () => {
    const page = await open();
    const count = () =>
      page.evaluate(() => document.querySelectorAll("gs2-gateway-devtools").length);
    expect(await count()).toBe(1);
    await page.evaluate(() => hide());
    expect(await count()).toBe(0);
    await page.evaluate(() => show());
    await page.evaluate(() => document.body.replaceChildren());
    expect(await count()).toBe(1);
    await page.evaluate(() => gateway.dispose());
    expect(await count()).toBe(0);
  });
});

describe("has nothing too wide, cut or out of reach", () => {
  const views = [
    { width: 360, height: 640, language: "ja", theme: "dark" },
    { width: 360, height: 640, language: "en", theme: "light" },
    { width: 1280, height: 800, language: "en", theme: "dark" },
    { width: 1280, height: 800, language: "ja", theme: "light" },
  ];
  test.each(views)("at $width, $language, $theme", async ({ width, height, language, theme }) => {
    const page = await open({ language, theme }, width, height);
    await pages.bind(page, "alice");
    for (let step = 1; step <= 12; step++) await pages.finishMission("alice", `step-${step}`);
    await untilShows(page, "step-12");
    await press(page, ".row:last-child");
    await untilShows(page, '"taskName": "step-12"');
    await takePicture(page, `devtools-${width}-${language}-${theme}.png`);
    const problems = await page.evaluate(() => {
      const root = document.querySelector("gs2-gateway-devtools")!.shadowRoot!;
      const panel = root.querySelector(".panel")!.getBoundingClientRect();
      if (panel.left < 0 || panel.right > innerWidth || panel.bottom > innerHeight)
        return ["panel"];
      const all = [...root.querySelectorAll<HTMLElement>(".panel, .panel *")];
      const clips = (one: HTMLElement) => getComputedStyle(one).overflow !== "visible";
      return all
        .filter((one) => {
          const { left, right, top, bottom, width: w } = one.getBoundingClientRect();
          if (one.closest(".whole, pre, option")) return false;
          const isOutside =
            left < panel.left || right > panel.right || top < panel.top || bottom > panel.bottom;
          const isCut = one.scrollWidth > one.clientWidth + 1 && !clips(one) && w > 0;
          const isSmall = one.matches("button, select") && bottom - top < 24;
          return isOutside || (isCut && !one.matches("span, small, strong")) || isSmall;
        })
        .map((one) => `${one.tagName} ${one.className} ${one.getAttribute("name") ?? ""}`);
    });
    expect(problems).toEqual([]);
    await press(page, "[name=fold]");
    await expect.poll(() => textOf(page, ".pill")).toContain("ready");
    await takePicture(page, `devtools-folded-${width}-${language}-${theme}.png`);
    // Firefox's driver puts a style into the page for a screenshot, which the page's policy refuses.
    pages.ignoreErrors("blocked an inline style (style-src-elem)");
  });
});
