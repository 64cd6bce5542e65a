// Pages that are hidden and shown again: for seconds, for minutes, and with other clients beside.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { CLIENT_SCRIPT, openGamePages, type GamePages } from "./gamePages.js";
import { hide, show } from "./hiding.js";

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
});
afterEach(() => game.end());

const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;
const methods = () => emulator.calls().map(({ method }) => method);
const countOf = (method: string) => methods().filter((one) => one === method).length;

/** A page whose clock can be advanced, bound to alice. */
async function openWithClock(options = "{}"): Promise<{ page: Page; sessionId: unknown }> {
  await game.context.addInitScript({ content: `globalThis.clientOptions = ${options};` });
  const page = await game.open();
  await page.clock.install();
  await page.reload();
  return { page, sessionId: await game.bind(page, "alice") };
}

/** Expects that the page receives on its first connection. */
async function expectUntouched(page: Page, sessionId: unknown): Promise<void> {
  await game.finishMission("alice", "shown");
  await game.untilSeen(page, mission("shown"));
  expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
  expect(countOf("setUserId")).toBe(1);
  expect(await page.evaluate(() => seen)).not.toContain("reconnecting");
}

describe("a page that is hidden", () => {
  test("for 2 seconds keeps its connection, without a call", async () => {
    const { page, sessionId } = await openWithClock();
    await hide(page);
    await game.finishMission("alice", "hidden");
    await game.untilSeen(page, mission("hidden"));
    await page.clock.fastForward(2_000);
    await show(page);
    // What the page sends by itself is sent before this.
    await page.evaluate(() => gateway.ping());
    expect(countOf("describeWebSocketSessions")).toBe(1);
    await expectUntouched(page, sessionId);
  });

  test("for minutes probes a living connection once, and keeps it", async () => {
    const { page, sessionId } = await openWithClock("{ keepAlive: { idleMs: 86_400_000 } }");
    await hide(page);
    await page.clock.fastForward("00:50");
    expect(countOf("describeWebSocketSessions")).toBe(0);
    await show(page);
    await expect.poll(() => countOf("describeWebSocketSessions")).toBe(1);
    await page.evaluate(() => gateway.ping());
    expect(countOf("describeWebSocketSessions")).toBe(2);
    await expectUntouched(page, sessionId);
  });

  test("for minutes leaves a dead connection after one probe", async () => {
    const { page, sessionId } = await openWithClock(
      "{ keepAlive: { idleMs: 86_400_000, timeoutMs: 500 } }",
    );
    await hide(page);
    emulator.faults.set([{ fault: "halfOpen" }]);
    await page.clock.fastForward("00:50");
    expect(countOf("setUserId")).toBe(1);
    await show(page);
    await game.untilSeen(page, "sync gap");
    expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
    await game.finishMission("alice", "back");
    await game.untilSeen(page, mission("back"));
    expect(await page.evaluate(() => seen)).not.toContain("replaced");
  });

  test("and duplicated shares its sessionId with the copy, until one of the two is replaced", async () => {
    const page = await game.open();
    await game.bind(page, "alice");
    await hide(page);
    const [copy] = await Promise.all([
      game.context.waitForEvent("page"),
      page.evaluate(() => void window.open(location.href)),
    ]);
    await copy.waitForLoadState();
    await game.bind(copy, "alice");
    const statuses = () =>
      Promise.all(
        [page, copy].map((one) =>
          one.evaluate(() => `${gateway.connection.status} ${gateway.connection.reason ?? ""}`),
        ),
      );
    await expect
      .poll(async () => (await statuses()).sort(), { timeout: 45_000 })
      .toEqual(["ready ", "replaced sessionIdShared"]);
    const binds = countOf("setUserId");
    await Promise.all([page, copy].map((one) => one.evaluate(() => gateway.ping())));
    expect(countOf("setUserId")).toBe(binds);
    expect(emulator.sessions()).toHaveLength(1);
  });

  test("while the device slept, and its clock stood still, probes its connection", async () => {
    const { page, sessionId } = await openWithClock(
      "{ keepAlive: { idleMs: 86_400_000, timeoutMs: 500 } }",
    );
    await hide(page);
    emulator.faults.set([{ fault: "halfOpen" }]);
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
    });
    await show(page);
    await game.untilSeen(page, "sync gap");
    expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
  });

  test("keeps its sessionId from a second client", async () => {
    const page = await game.open();
    const first = await game.bind(page, "alice");
    await hide(page);
    await page.addScriptTag({ content: CLIENT_SCRIPT });
    const second = await game.bind(page, "bob");
    expect(second).not.toBe(first);
    await show(page);
    expect(emulator.sessions()).toMatchObject([
      { userId: "alice", sessionId: first },
      { userId: "bob", sessionId: second },
    ]);
  });
});

test("a dead connection is left, and another opened, after the wall clock was put back an hour", async () => {
  const { page, sessionId } = await openWithClock(
    "{ keepAlive: { idleMs: 1_000, timeoutMs: 500 } }",
  );
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
  });
  emulator.faults.set([{ fault: "halfOpen" }, { fault: "refuse", times: 2 }]);
  await game.untilSeen(page, "sync gap");
  expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
  game.ignoreErrors("WebSocket connection to");
  game.ignoreErrors("Firefox can’t establish a connection");
});
