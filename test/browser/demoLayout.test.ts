import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { until } from "./pages.js";
import {
  Visit,
  catchMore,
  desk,
  finished,
  outOfPlace,
  phone,
  playing,
  seated,
  status,
} from "./demoPages.js";

const pictures = inRepo("artifacts");
const axe = readInRepo("node_modules/axe-core/axe.min.js");
const screens = { phone, desk, wall: { width: 2560, height: 1440 } };

let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => visit.end());

/** Serious faults of accessibility. */
const found = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Axe {
      run(options: object): Promise<{
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      }>;
    }
    const { run } = (window as unknown as { axe: Axe }).axe;
    return (await run({ resultTypes: ["violations"] })).violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
};

describe.each(Object.keys(screens) as (keyof typeof screens)[])("on a %s", (screen) => {
  test.each(["en-US", "ja-JP"])(
    "nothing is too wide, cut, out of reach or unreadable at any stage: %s",
    async (locale) => {
      visit = await Visit.begin(browser, {
        ...{ viewport: screens[screen], locale, reducedMotion: "reduce" },
        permissions: ["notifications"],
      });
      const faults: string[] = [];
      const look = async (page: Page, name: string) => {
        await page.bringToFront();
        for (const fault of await outOfPlace(page)) faults.push(`${name}: ${fault}`);
        await page.evaluate(() => {
          for (const one of document.querySelectorAll("#drawer, .playing, #log > div")) {
            one.scrollTop = 0;
          }
        });
        await page.screenshot({
          path: `${pictures}/demo-${screen}-${locale.slice(0, 2)}-${name}.png`,
          animations: "disabled",
        });
        // What axe looks for depends on neither the language nor the larger screen.
        if (locale !== "en-US" || screen === "wall") return;
        for (const fault of await found(page)) faults.push(`${name}: ${fault}`);
      };

      const page = await visit.open("?renderer=canvas&roundMs=60000");
      await until(page, "the form is there", "#start");
      await look(page, "login");
      await page.fill("[name=name]", "W".repeat(24));
      await page.click("#start button");
      await status(page, "ready");
      const other = await visit.ready("?name=Bartholomew Bartleby Bo&renderer=canvas");
      await until(page, "both are there", ".people li");
      await page.click("#bell");
      await until(page, "the bell is on", "#testPush");
      await look(page, "lobby");
      await page.click("#play-4");
      await seated(page);
      await other.click("#play-4");
      await until(page, "the other has come", ".seats li:nth-child(2) .avatar:not(.free)");
      await look(page, "gathering");
      await page.click("#robots");
      await playing(page);
      await catchMore(page);
      await look(page, "round");
      await page.click("#open-drawer");
      await until(page, "the drawer is open", "#drawer");
      await page.click("[data-fault=duplicateNotification] input");
      await until(page, "it is on", "[data-fault=duplicateNotification].on");
      await look(page, "drawer");
      await page.click("#mend");
      await page.click("#close-drawer");
      await visit.restart(async () => {
        await status(page, "reconnecting");
        await catchMore(page);
        await look(page, "reconnecting");
      });
      await status(page, "ready");
      await other.click("#leave");
      const again = await visit.open(`?name=${"W".repeat(24)}&exclusive=1&renderer=canvas`);
      await until(again, "the place is taken", "#place");
      await look(again, "refused");
      await again.click("#takeOver");
      await playing(again);
      await until(page, "the place was taken", "#place");
      await look(page, "replaced");
      expect(faults).toEqual([]);
    },
  );

  test.each(["en-US", "ja-JP"])("nor is the result, or what no server says: %s", async (locale) => {
    visit = await Visit.begin(browser, { viewport: screens[screen], locale });
    const page = await visit.ready("?name=Alice&exclusive=1&renderer=canvas&roundMs=2000");
    await page.click("#play-4");
    await seated(page);
    await page.click("#robots");
    await finished(page);
    const language = locale.slice(0, 2);
    const shoot = (name: string) =>
      page.screenshot({
        path: `${pictures}/demo-${screen}-${language}-${name}.png`,
        animations: "disabled",
      });
    await page.locator(".toast").first().waitFor({ state: "detached" });
    await shoot("result");
    expect(await outOfPlace(page)).toEqual([]);
    expect(await found(page)).toEqual([]);
    await visit.context.route("**/_emulator/ready", (route) => route.fulfill({ status: 404 }));
    await page.goto(visit.demo.url);
    await until(page, "what to start is said", "#no-server");
    await shoot("no-server");
    expect(await outOfPlace(page)).toEqual([]);
    expect(await found(page)).toEqual([]);
  });
});
