import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { accessibilityFaults } from "./accessibility.js";
import { untilVisible } from "./pageErrors.js";
import { takePicture } from "./pictures.js";
import {
  DemoPages,
  desktop,
  untilFinished,
  layoutFaults,
  phone,
  untilInMatch,
  untilInGathering,
  untilStatus,
} from "./demoPages.js";

const screens = { phone, desk: desktop, wall: { width: 2560, height: 1440 } };

let browser: Browser;
let demoPages: DemoPages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => demoPages.close());

describe.each(Object.keys(screens) as (keyof typeof screens)[])("on a %s", (screen) => {
  test.each(["en-US", "ja-JP"])(
    "every view fits, and can be reached and read: %s",
    async (locale) => {
      demoPages = await DemoPages.start(browser, {
        ...{ viewport: screens[screen], locale, reducedMotion: "reduce" },
        permissions: ["notifications"],
      });
      const faults: string[] = [];
      const check = async (page: Page, name: string) => {
        await page.bringToFront();
        for (const fault of await layoutFaults(page)) faults.push(`${name}: ${fault}`);
        await page.evaluate(() => {
          for (const one of document.querySelectorAll("#drawer, .playing, #log > div")) {
            one.scrollTop = 0;
          }
        });
        await takePicture(page, `demo-${screen}-${locale.slice(0, 2)}-${name}.jpeg`, {
          animations: "disabled",
        });
        // axe's results depend neither on the language nor on the larger screen.
        if (locale !== "en-US" || screen === "wall") return;
        for (const fault of await accessibilityFaults(page)) faults.push(`${name}: ${fault}`);
      };

      const page = await demoPages.open("?roundMs=60000");
      await untilVisible(page, "the form is visible", "#start");
      await check(page, "login");
      await page.fill("[name=name]", "W".repeat(24));
      await page.click("#start button");
      await untilStatus(page, "ready");
      const other = await demoPages.openReady("?name=Bartholomew Bartleby Bo");
      await untilVisible(page, "both players are visible", ".people li");
      await page.click("#bell");
      await untilVisible(page, "the bell is on", "#testPush");
      await check(page, "lobby");
      await page.click("#play-4");
      await untilInGathering(page);
      await other.click("#play-4");
      await untilVisible(
        page,
        "the other player has joined",
        ".seats li:nth-child(2) .avatar:not(.free)",
      );
      await check(page, "gathering");
      await page.click("#robots");
      await untilInMatch(page);
      await demoPages.catchStar(page);
      await check(page, "round");
      await page.click("#open-drawer");
      await untilVisible(page, "the drawer is open", "#drawer");
      await page.click("[data-fault=duplicateNotification] input");
      await untilVisible(page, "the fault is on", "[data-fault=duplicateNotification].on");
      await check(page, "drawer");
      await page.click("#mend");
      await page.click("#close-drawer");
      await demoPages.restart(async () => {
        await untilStatus(page, "reconnecting");
        await demoPages.catchStar(page);
        await check(page, "reconnecting");
      });
      await untilStatus(page, "ready");
      await other.click("#leave");
      const again = await demoPages.open(`?name=${"W".repeat(24)}&exclusive=1`);
      await untilVisible(again, "the bind is refused", "#place");
      await check(again, "refused");
      await again.click("#takeOver");
      await untilInMatch(again);
      await untilVisible(page, "the session is replaced", "#place");
      await check(page, "replaced");
      expect(faults).toEqual([]);
    },
  );

  test.each(["en-US", "ja-JP"])(
    "so do the result, and the page without a server: %s",
    async (locale) => {
      demoPages = await DemoPages.start(browser, { viewport: screens[screen], locale });
      const page = await demoPages.openReady("?name=Alice&exclusive=1");
      await page.click("#play-4");
      await untilInGathering(page);
      await page.click("#robots");
      await untilInMatch(page);
      demoPages.endRounds();
      await untilFinished(page);
      const language = locale.slice(0, 2);
      const shoot = (name: string) =>
        takePicture(page, `demo-${screen}-${language}-${name}.jpeg`, { animations: "disabled" });
      await page.locator(".toast").first().waitFor({ state: "detached" });
      await shoot("result");
      expect(await layoutFaults(page)).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await demoPages.context.route("**/_emulator/ready", (route) =>
        route.fulfill({ status: 404 }),
      );
      await page.goto(demoPages.demo.url);
      await untilVisible(page, "the start command is visible", "#no-server");
      await shoot("no-server");
      expect(await layoutFaults(page)).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );
});
