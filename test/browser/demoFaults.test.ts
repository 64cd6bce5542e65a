import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { until } from "./pages.js";
import { Visit, phone, says, status } from "./demoPages.js";

let browser: Browser;
let visit: Visit;
let alice: Page;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  visit = await Visit.begin(browser);
});
afterEach(() => visit.end());

async function withDrawer(query = "?name=Alice&exclusive=1") {
  alice = await visit.ready(query);
  await alice.click("#open-drawer");
  await until(alice, "the drawer is open", "#drawer");
}

const toggle = (fault: string) => alice.click(`[data-fault=${fault}] input`);
const doIt = (fault: string) => alice.click(`[data-fault=${fault}] button`);
const isShown = (fault: string, on: boolean) =>
  until(alice, `${fault} is shown so`, `[data-fault=${fault}]${on ? ".on" : ":not(.on)"}`);
const inForce = () =>
  visit.demo.emulator.faults
    .list()
    .filter(({ exhausted }) => !exhausted)
    .map(({ fault }) => fault);

describe("the drawer", () => {
  test("switches a fault on and off again, and leaves those of others alone", async () => {
    await withDrawer();
    visit.demo.emulator.faults.set([{ fault: "latency", userId: "Bob" }]);
    await toggle("latency");
    await isShown("latency", true);
    expect(visit.demo.emulator.faults.list()).toMatchObject([
      { fault: "latency", userId: "Bob" },
      { fault: "latency", userId: "Alice" },
    ]);
    await toggle("slowLogin");
    await isShown("slowLogin", true);
    await toggle("latency");
    await isShown("latency", false);
    expect(inForce()).toEqual(["latency", "slowLogin"]);
    await alice.click("#mend");
    await isShown("slowLogin", false);
    expect(visit.demo.emulator.faults.list()).toMatchObject([{ fault: "latency", userId: "Bob" }]);
    expect(visit.complaints).toEqual([]);
  });

  test("cuts the line, and the game comes back", async () => {
    await withDrawer();
    const before = visit.demo.emulator.sessions()[0]?.connectionId;
    await doIt("drop");
    await expect
      .poll(() => visit.demo.emulator.sessions()[0]?.connectionId ?? before)
      .not.toBe(before);
    await status(alice, "ready");
    expect(inForce()).toEqual([]);
  });

  test("lets tokens expire, and the game gets new ones", async () => {
    await withDrawer();
    const before = visit.demo.emulator.sessions()[0]?.connectionId;
    await doIt("expireTokens");
    await expect
      .poll(() => visit.demo.emulator.sessions()[0]?.connectionId ?? before, { timeout: 10_000 })
      .not.toBe(before);
    await status(alice, "ready");
  });

  test("closes the door until it is mended", async () => {
    await withDrawer();
    await toggle("refuse");
    await isShown("refuse", true);
    await doIt("drop");
    await status(alice, "reconnecting");
    await until(alice, "the bar says so", "#trouble");
    await alice.click("#mend");
    await status(alice, "ready");
  });

  test("lets a line go dead, which a probe finds out", async () => {
    await visit.context.clock.install();
    await withDrawer();
    await doIt("halfOpen");
    await expect.poll(() => visit.demo.emulator.faults.list()[0]?.exhausted).toBe(true);
    const before = visit.demo.emulator.sessions()[0]?.connectionId;
    await visit.context.clock.fastForward(10_000);
    await visit.context.clock.fastForward(3_000);
    await expect
      .poll(
        async () => {
          await visit.context.clock.fastForward(500);
          return visit.demo.emulator.sessions().map(({ connectionId }) => connectionId);
        },
        { timeout: 10_000 },
      )
      .not.toEqual([before]);
    await status(alice, "ready");
  });

  test("has another device take the place, and Play here takes it back", async () => {
    await withDrawer();
    await doIt("kick");
    await status(alice, "replaced");
    await says(alice, "Alice plays somewhere else now.");
    await alice.click("#takeOver");
    await status(alice, "ready");
  });

  test("says so when there is no emulator to break anything", async () => {
    await withDrawer();
    await visit.restart(async () => {
      await says(alice, "The emulator does not answer, so nothing can be broken now.");
    });
    await until(alice, "it can again", "#drawer :text('happens in the emulator')");
  });

  test("is closed by Escape, and on a phone by what it has done; the focus goes back", async () => {
    await withDrawer();
    await alice.keyboard.press("Escape");
    await alice.locator("#drawer").waitFor({ state: "detached" });
    const focused = () => alice.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe("open-drawer");
    await alice.setViewportSize(phone);
    await alice.keyboard.press("Enter");
    await until(alice, "the drawer is open", "#drawer");
    await doIt("drop");
    await alice.locator("#drawer").waitFor({ state: "detached" });
    expect(await focused()).toBe("open-drawer");
  });
});
