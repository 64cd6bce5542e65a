// Pages whose process is stopped and goes on, as phones do to apps in the background.
import type { Browser } from "playwright-core";
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
import { suspendPages } from "../support/pageProcesses.js";
import { openGamePages, type GamePages } from "./gamePages.js";

let browser: Browser;
let game: GamePages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  game = await openGamePages(browser);
});
afterEach(() => game.end());

const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;

/** A page that is bound to alice and suspended. */
async function openSuspended() {
  await game.context.addInitScript(() => {
    globalThis.clientOptions = { keepAlive: { idleMs: 1_000, timeoutMs: 500 } };
  });
  const page = await game.open();
  const sessionId = await game.bind(page, "alice");
  const resume = suspendPages();
  onTestFinished(resume);
  return { page, sessionId, resume };
}

describe("a page whose process is suspended", () => {
  test("receives on resume what arrived meanwhile", async () => {
    const { page, sessionId, resume } = await openSuspended();
    await game.finishMission("alice", "meanwhile");
    resume();
    await game.untilSeen(page, mission("meanwhile"));
    expect(game.emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
    expect(game.emulator.calls({ method: "setUserId" })).toHaveLength(1);
  });

  test.each<[string, EmulatorFault]>([
    ["was closed", { fault: "drop" }],
    ["became half-open", { fault: "halfOpen" }],
  ])("and whose connection %s reconnects on resume, and not before", async (_, fault) => {
    const { page, sessionId, resume } = await openSuspended();
    game.emulator.faults.set([fault]);
    expect(game.emulator.sessions()).toHaveLength(fault.fault === "drop" ? 0 : 1);
    expect(game.emulator.calls({ method: "setUserId" })).toHaveLength(1);
    resume();
    await game.untilSeen(page, "sync gap");
    expect(game.emulator.sessions()).toMatchObject([{ userId: "alice", sessionId }]);
    await game.finishMission("alice", "back");
    await game.untilSeen(page, mission("back"));
    expect(await page.evaluate(() => seen)).not.toContain("replaced");
  });
});
