// Faults that only a browser shows: slow closes of dead sockets, sleep, the back-forward cache,
// frozen tabs.
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
import { openGamePages, type GamePages } from "./gamePages.js";
import { openBackgroundTab } from "./backgroundTab.js";

declare global {
  /** The WebSockets of the page, oldest first. */
  var sockets: WebSocket[];
  /** The indexes of those that have emitted close. */
  var closedSockets: number[];
}

let browser: Browser;
let game: GamePages;
let emulator: GamePages["emulator"];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  game = await openGamePages(browser);
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

/** A page whose client probes an idle connection after `idleMs`, with a short timeout. */
const openProbing = async (idleMs = 1_000): Promise<Page> => {
  await game.context.addInitScript((idle) => {
    globalThis.clientOptions = { keepAlive: { idleMs: idle, timeoutMs: 500 } };
  }, idleMs);
  return game.open();
};

/** Expects a rebind after a gap, on the same session, and a notification after it. */
async function expectRebound(page: Page, userId: string, sessionId: unknown) {
  await game.untilSeen(page, "sync gap");
  expect(emulator.sessions()).toMatchObject([{ userId, sessionId }]);
  await game.finishMission(userId, "back");
  await game.untilSeen(page, mission("back"));
  const seen = await page.evaluate(() => globalThis.seen);
  expect(seen.filter((entry) => entry.startsWith("sync"))).toEqual(["sync first", "sync gap"]);
  expect(seen).not.toContain("replaced");
}

test("the client replaces a half-open connection while the browser still closes the dead socket", async () => {
  const page = await openProbing();
  const sessionId = await game.bind(page, "alice");
  emulator.faults.set([{ fault: "halfOpen" }]);
  const since = performance.now();
  await expectRebound(page, "alice", sessionId);
  expect(performance.now() - since).toBeLessThan(20_000);
  // Chromium emits close for an unresponsive socket only after 60 s.
  expect(
    await page.evaluate(() => [sockets.map(({ readyState }) => readyState), closedSockets]),
  ).toEqual([[2, 1], []]);
});

test("retryNow replaces an attempt that hangs", async () => {
  const page = await game.open();
  emulator.faults.set([{ fault: "hangBeforeOpen", times: 1 }]);
  const bound = game.bind(page, "alice");
  await expect.poll(() => emulator.faults.list()[0]!.exhausted).toBe(true);
  await page.waitForFunction(() => {
    gateway.retryNow();
    return gateway.connection.attempt === 2;
  });
  expect(await bound).toMatch(/^\w{20,128}$/);
  // The browsers log this for a socket that is closed before it opens.
  game.ignoreErrors("closed before the connection is established");
  game.ignoreErrors("Firefox can’t establish a connection");
  game.ignoreErrors("was interrupted while the page was loading");
});

describe("a client after sleep", () => {
  test("probes its connection, and keeps it if it is alive", async () => {
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

  test("reconnects if the connection is dead", async () => {
    const page = await openProbing(24 * 3_600_000);
    await page.clock.install();
    await page.reload();
    const sessionId = await game.bind(page, "alice");
    emulator.faults.set([{ fault: "halfOpen" }]);
    await page.clock.fastForward("08:00:00");
    await expectRebound(page, "alice", sessionId);
  });

  test("logs in again if its tokens have expired and the server has closed the socket", async () => {
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
    await expectRebound(page, userId, sessionId);
    expect(emulator.calls({ method: "login" }).length).toBeGreaterThanOrEqual(2);
  });
});

describe("a page in the back-forward cache", () => {
  test("closes its session, and rebinds when the page is restored", async () => {
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
    await expectRebound(page, "alice", sessionId);
    expect(await page.evaluate(() => seen)).not.toContain(mission("away"));
  });

  test("stays closed after disconnect()", async () => {
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
  /** A tab that is bound to alice, then hidden and frozen. */
  async function openFrozenTab() {
    const tab = await openBackgroundTab(
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

  // Chromium 156 closes the socket of a frozen tab, and emits close on resume.
  test("has either the notification or a gap after resume", async () => {
    const { tab, seen, untilSeen } = await openFrozenTab();
    const { sessionId } = emulator.sessions()[0]!;
    await game.finishMission("alice", "meanwhile");
    expect((await seen()).at(-1)).toBe("freeze");
    await tab.resume();
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
    ["was closed", { fault: "drop" }],
    ["became half-open", { fault: "halfOpen" }],
  ])("whose connection %s reconnects on resume, and not before", async (_, fault) => {
    const { tab, seen, untilSeen } = await openFrozenTab();
    const { sessionId } = emulator.sessions()[0]!;
    emulator.faults.set([fault]);
    expect(emulator.sessions()).toHaveLength(fault.fault === "drop" ? 0 : 1);
    expect((await seen()).at(-1)).toBe("freeze");
    await tab.resume();
    await untilSeen("sync gap");
    expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
    await game.finishMission("alice", "back");
    await untilSeen(mission("back"));
    expect(await seen()).not.toContain("replaced");
  });
});

describe("a page that loses its network", () => {
  test("reconnects a half-open connection when the network is back", async () => {
    const page = await game.open();
    const sessionId = await game.bind(page, "alice");
    await game.context.setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    emulator.faults.set([{ fault: "halfOpen" }]);
    // The client probes when the network is back, with a timeout of five seconds.
    await game.context.setOffline(false);
    await expectRebound(page, "alice", sessionId);
    game.ignoreErrors("ERR_INTERNET_DISCONNECTED");
  });
});

test("a client that was kicked stays replaced, and binds again by takeOver", async () => {
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
