import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { untilVisible } from "./pageErrors.js";
import { DemoPages, phone, untilText, untilStatus } from "./demoPages.js";

let browser: Browser;
let demoPages: DemoPages;
let alice: Page;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  demoPages = await DemoPages.start(browser);
});
afterEach(() => demoPages.close());

async function withDrawer(query = "?name=Alice&exclusive=1") {
  alice = await demoPages.openReady(query);
  await alice.click("#open-drawer");
  await untilVisible(alice, "the drawer is open", "#drawer");
}

/** Not by a position: the row above may grow at that moment. */
const toggle = (fault: string) =>
  alice.evaluate(
    (selector) => document.querySelector<HTMLElement>(selector)!.click(),
    `[data-fault=${fault}] input`,
  );
const apply = (fault: string) => alice.click(`[data-fault=${fault}] button`);
const untilShown = (fault: string, on: boolean) =>
  untilVisible(
    alice,
    `${fault} is ${on ? "on" : "off"}`,
    `[data-fault=${fault}]${on ? ".on" : ":not(.on)"}`,
  );
const activeFaults = () =>
  demoPages.demo.emulator.faults
    .list()
    .filter(({ exhausted }) => !exhausted)
    .map(({ fault }) => fault);

describe("the drawer", () => {
  test("switches a fault on and off, and does not change other players' faults", async () => {
    await withDrawer();
    demoPages.demo.emulator.faults.set([{ fault: "latency", delayMs: 50, userId: "Bob" }]);
    await toggle("latency");
    await untilShown("latency", true);
    expect(demoPages.demo.emulator.faults.list()).toMatchObject([
      { fault: "latency", delayMs: 50, userId: "Bob" },
      { fault: "latency", userId: "Alice" },
    ]);
    await toggle("slowLogin");
    await untilShown("slowLogin", true);
    await toggle("latency");
    await untilShown("latency", false);
    expect(activeFaults()).toEqual(["latency", "slowLogin"]);
    await alice.click("#mend");
    await untilShown("slowLogin", false);
    expect(demoPages.demo.emulator.faults.list()).toMatchObject([
      { fault: "latency", delayMs: 50, userId: "Bob" },
    ]);
    expect(demoPages.allErrors).toEqual([]);
  });

  test("drops the connection, and the game reconnects", async () => {
    await withDrawer();
    const before = demoPages.demo.emulator.sessions()[0]?.connectionId;
    await apply("drop");
    await expect
      .poll(() => demoPages.demo.emulator.sessions()[0]?.connectionId ?? before)
      .not.toBe(before);
    await untilStatus(alice, "ready");
    expect(activeFaults()).toEqual([]);
  });

  test("expires tokens, and the game gets new ones", async () => {
    await withDrawer();
    const before = demoPages.demo.emulator.sessions()[0]?.connectionId;
    await apply("expireTokens");
    await expect
      .poll(() => demoPages.demo.emulator.sessions()[0]?.connectionId ?? before, {
        timeout: 10_000,
      })
      .not.toBe(before);
    await untilStatus(alice, "ready");
  });

  test("refuses connections until they are mended", async () => {
    await withDrawer();
    await toggle("refuse");
    await untilShown("refuse", true);
    await apply("drop");
    await untilStatus(alice, "reconnecting");
    await untilVisible(alice, "the status bar shows the trouble", "#trouble");
    await alice.click("#mend");
    await expect.poll(activeFaults).toEqual([]);
    await untilStatus(alice, "ready");
  });

  test("makes the connection half-open, and a probe detects it", async () => {
    await demoPages.context.clock.install();
    await withDrawer();
    await apply("halfOpen");
    await expect.poll(() => demoPages.demo.emulator.faults.list()[0]?.exhausted).toBe(true);
    const before = demoPages.demo.emulator.sessions()[0]?.connectionId;
    await demoPages.context.clock.fastForward(10_000);
    await demoPages.context.clock.fastForward(3_000);
    await expect
      .poll(
        async () => {
          await demoPages.context.clock.fastForward(500);
          return demoPages.demo.emulator.sessions().map(({ connectionId }) => connectionId);
        },
        { timeout: 10_000 },
      )
      .not.toEqual([before]);
    await untilStatus(alice, "ready");
  });

  test("kicks the player, and Play here takes over", async () => {
    await withDrawer();
    await apply("kick");
    await untilStatus(alice, "replaced");
    await untilText(alice, "Alice plays somewhere else now.");
    await alice.click("#takeOver");
    await untilStatus(alice, "ready");
  });

  test("shows that the emulator does not answer", async () => {
    await withDrawer();
    await demoPages.restart(async () => {
      await untilText(alice, "The emulator does not answer, so nothing can be broken now.");
    });
    await untilVisible(alice, "the drawer works again", "#drawer :text('happens in the emulator')");
  });

  test("closes by Escape, on a phone also after a fault, and returns the focus", async () => {
    await withDrawer();
    await alice.keyboard.press("Escape");
    await alice.locator("#drawer").waitFor({ state: "detached" });
    const focused = () => alice.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe("open-drawer");
    await alice.setViewportSize(phone);
    await alice.keyboard.press("Enter");
    await untilVisible(alice, "the drawer is open", "#drawer");
    await apply("drop");
    await alice.locator("#drawer").waitFor({ state: "detached" });
    expect(await focused()).toBe("open-drawer");
  });
});
