// What only a browser does to a page and its line: dead sockets it will not let go of, lids that close, pages put aside and thawed.
import type { Browser, Page } from "playwright-core";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import type { EmulatorFault } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { aGame, type Game } from "./game.js";
import { aTab } from "./tab.js";

declare global {
  /** Every WebSocket of the page, in the order of making. */
  var sockets: WebSocket[];
  /** Numbers of those whose close event came. */
  var closedSockets: number[];
}

let browser: Browser;
let game: Game;
let emulator: Game["emulator"];

beforeAll(async () => {
  browser = await launchBrowser({
    // Playwright forbids the cache that real browsers have.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
});
afterAll(() => browser.close());

beforeEach(async () => {
  game = await aGame(browser);
  ({ emulator } = game);
  await game.context.addInitScript(() => {
    globalThis.sockets = [];
    globalThis.closedSockets = [];
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        super(url);
        const number = sockets.push(this) - 1;
        this.addEventListener("close", () => closedSockets.push(number));
      }
    };
  });
});
afterEach(() => game.end());

const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;
const methods = () => emulator.calls().map(({ method }) => method);

/** A page whose client probes a silent line so soon, and does not wait long for the answer. */
const openWatchful = async (idleMs = 1_000): Promise<Page> => {
  await game.context.addInitScript((idle) => {
    globalThis.clientOptions = { keepAlive: { idleMs: idle, timeoutMs: 500 } };
  }, idleMs);
  return game.open();
};

/** Bound again after a gap, on the session it had, and listening. */
async function expectBack(page: Page, userId: string, sessionId: unknown) {
  await game.untilSeen(page, "sync gap");
  expect(emulator.sessions()).toMatchObject([{ userId, sessionId }]);
  await game.finishMission(userId, "back");
  await game.untilSeen(page, mission("back"));
  const seen = await page.evaluate(() => globalThis.seen);
  expect(seen.filter((entry) => entry.startsWith("sync"))).toEqual(["sync first", "sync gap"]);
  expect(seen).not.toContain("replaced");
}

test("a half-open line is left and the player back, while the browser still closes the dead socket", async () => {
  const page = await openWatchful();
  const sessionId = await game.bind(page, "alice");
  emulator.faults.set([{ fault: "halfOpen" }]);
  const since = performance.now();
  await expectBack(page, "alice", sessionId);
  expect(performance.now() - since).toBeLessThan(20_000);
  // Chromium reports the close of a socket that nobody answers after 60 s.
  expect(
    await page.evaluate(() => [sockets.map(({ readyState }) => readyState), closedSockets]),
  ).toEqual([[2, 1], []]);
});

test("an attempt that hangs does not hold up the one that a click asks for", async () => {
  const page = await game.open();
  emulator.faults.set([{ fault: "hangBeforeOpen", times: 1 }]);
  const bound = game.bind(page, "alice");
  await expect.poll(() => emulator.faults.list()[0]!.exhausted).toBe(true);
  await page.waitForFunction(() => {
    gateway.retryNow();
    return gateway.connection.attempt === 2;
  });
  expect(await bound).toMatch(/^\w{20,128}$/);
  // Chromium says so of a socket that is closed before it was open.
  game.forgive("closed before the connection is established");
});

describe("a laptop that slept", () => {
  test("asks its line, and keeps what has lived", async () => {
    const page = await game.open();
    await page.clock.install();
    await page.reload();
    await game.bind(page, "alice");
    const before = methods().length;
    await page.clock.fastForward("10:00");
    await expect.poll(methods).toHaveLength(before + 1);
    expect(methods().at(-1)).toBe("describeWebSocketSessions");
    await game.finishMission("alice", "awake");
    await game.untilSeen(page, mission("awake"));
    expect(await page.evaluate(() => sockets.length)).toBe(1);
  });

  test("finds its line dead, and is back soon after", async () => {
    const page = await openWatchful(24 * 3_600_000);
    await page.clock.install();
    await page.reload();
    const sessionId = await game.bind(page, "alice");
    emulator.faults.set([{ fault: "halfOpen" }]);
    await page.clock.fastForward("08:00:00");
    await expectBack(page, "alice", sessionId);
  });

  test("longer than its tokens live logs in anew, and the server has cut it long ago", async () => {
    const page = await game.open();
    await page.clock.install();
    await page.reload();
    const userId = "alice";
    await page.exposeFunction("issueAccessToken", () => emulator.issueAccessToken({ userId }));
    const sessionId = await page.evaluate(async () => {
      const { issueAccessToken } = globalThis as unknown as {
        issueAccessToken: () => Promise<string>;
      };
      const { sessionId } = await gateway.setUserId({
        accessToken: issueAccessToken,
        allowConcurrentAccess: false,
      });
      return sessionId;
    });
    emulator.clock.advance(3 * 3_600_000);
    expect(emulator.sessions()).toEqual([]);
    await page.clock.fastForward("03:00:00");
    await expectBack(page, userId, sessionId);
    expect(emulator.calls({ method: "login" }).length).toBeGreaterThanOrEqual(2);
  });
});

describe("a page in the back-forward cache", () => {
  test("leaves its place at the server, and takes it again when the player comes back", async () => {
    const page = await game.open();
    const sessionId = await game.bind(page, "alice");
    await page.evaluate(() => {
      location.href = "elsewhere";
    });
    await page.waitForURL("**/elsewhere");
    await expect.poll(() => emulator.sessions()).toEqual([]);
    await game.finishMission("alice", "away");
    await page.evaluate(() => history.back());
    await page.waitForURL("**/page/", { waitUntil: "commit" });
    await game.untilSeen(page, "restored");
    await expectBack(page, "alice", sessionId);
    expect(await page.evaluate(() => seen)).not.toContain(mission("away"));
  });

  test("that was left by disconnect() stays disconnected", async () => {
    const page = await game.open();
    await game.bind(page, "alice");
    await page.evaluate(async () => {
      await gateway.disconnect();
      location.href = "elsewhere";
    });
    await page.waitForURL("**/elsewhere");
    await page.evaluate(() => history.back());
    await page.waitForURL("**/page/", { waitUntil: "commit" });
    await game.untilSeen(page, "restored");
    expect(await page.evaluate(() => gateway.connection.status)).toBe("closed");
    expect(emulator.sessions()).toEqual([]);
  });
});

describe("a frozen tab", () => {
  /** Bound to alice, and hidden and frozen then. */
  async function aFrozenTab() {
    const tab = await aTab(
      browser,
      `${emulator.url}/page/`,
      `globalThis.clientOptions = { keepAlive: { idleMs: 1_000, timeoutMs: 500 } };
       for (const name of ["freeze", "resume"]) document.addEventListener(name, () => seen.push(name));`,
    );
    onTestFinished(() => tab.close());
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const seen = async () => (await tab.evaluate("globalThis.seen ?? []")) as string[];
    const untilSeen = async (entry: string) =>
      expect.poll(seen, { timeout: 15_000 }).toContain(entry);
    await expect.poll(() => tab.evaluate("typeof gateway")).toBe("object");
    await tab.evaluate(
      `gateway.setUserId({ accessToken: "${accessToken}", allowConcurrentAccess: false }).then(() => {})`,
    );
    await tab.freeze();
    await untilSeen("freeze");
    expect(await tab.evaluate("document.visibilityState")).toBe("hidden");
    return { tab, seen, untilSeen };
  }

  // Chromium 156 cuts the socket of a frozen tab, and the tab hears of it when thawed.
  test("misses nothing without being told", async () => {
    const { tab, seen, untilSeen } = await aFrozenTab();
    const { sessionId } = emulator.sessions()[0]!;
    await game.finishMission("alice", "meanwhile");
    expect((await seen()).at(-1)).toBe("freeze");
    await tab.thaw();
    await expect
      .poll(seen, { timeout: 15_000 })
      .toSatisfy((entries: string[]) =>
        [mission("meanwhile"), "sync gap"].some((entry) => entries.includes(entry)),
      );
    await game.finishMission("alice", "after");
    await untilSeen(mission("after"));
    expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
  });

  test.each<[string, EmulatorFault]>([
    ["was cut", { fault: "drop" }],
    ["went dead", { fault: "halfOpen" }],
  ])("whose line %s comes back when thawed, and no sooner", async (_, fault) => {
    const { tab, seen, untilSeen } = await aFrozenTab();
    const { sessionId } = emulator.sessions()[0]!;
    emulator.faults.set([fault]);
    expect(emulator.sessions()).toHaveLength(fault.fault === "drop" ? 0 : 1);
    expect((await seen()).at(-1)).toBe("freeze");
    await tab.thaw();
    await untilSeen("sync gap");
    expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
    await game.finishMission("alice", "back");
    await untilSeen(mission("back"));
    expect(await seen()).not.toContain("replaced");
  });
});

describe("a page that loses its network", () => {
  test("with its line dead knows when the network is back, and is back with it", async () => {
    const page = await game.open();
    const sessionId = await game.bind(page, "alice");
    await game.context.setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    emulator.faults.set([{ fault: "halfOpen" }]);
    // The client probes at once when the network is back, and gives the line five seconds.
    await game.context.setOffline(false);
    await expectBack(page, "alice", sessionId);
    game.forgive("ERR_INTERNET_DISCONNECTED");
  });
});

test("a tab that was kicked steps back, and comes in again by the player's own click", async () => {
  const page = await game.open();
  await game.bind(page, "alice");
  emulator.faults.set([{ fault: "kick", userId: "alice" }]);
  await game.untilSeen(page, "replaced");
  await page.evaluate(() => {
    dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    gateway.retryNow();
  });
  await page.evaluate(() => gateway.ping());
  expect(emulator.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual([200, 409]);
  await page.evaluate(() => gateway.takeOver());
  await game.finishMission("alice", "again");
  await game.untilSeen(page, mission("again"));
});
