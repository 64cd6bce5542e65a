import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { accessibilityFaults } from "./accessibility.js";
import { untilVisible } from "./pageErrors.js";
import { takePicture } from "./pictures.js";
import { screens, scrollToTop, showOn, type Screen } from "./screens.js";
import {
  DemoPages,
  untilFinished,
  layoutFaults,
  untilInMatch,
  untilInGathering,
  untilStatus,
} from "./demoPages.js";

let browser: Browser;
let demoPages: DemoPages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => demoPages.close());

// A page is loaded once a language, and resized in each view: on a desk the other tests load it.
test.each([
  ["en-US", "phone"],
  ["ja-JP", "wall"],
] as const)(
  "every view fits a phone, a desk and a wall, and can be reached and read: %s",
  { timeout: 120_000 },
  async (locale, loadedOn) => {
    const language = locale.slice(0, 2);
    demoPages = await DemoPages.start(browser, {
      ...{ viewport: screens[loadedOn], locale, reducedMotion: "reduce" },
      permissions: ["notifications"],
    });
    const faults: string[] = [];
    const all = ["phone", "desk", "wall"] as const;
    // axe's results depend neither on the language nor on the larger screen.
    const once = locale === "en-US" ? (["phone", "desk"] as const) : [];
    const check = async (page: Page, name: string, axeOn: readonly Screen[] = once) => {
      await page.bringToFront();
      for (const screen of all) {
        await showOn(page, screen);
        const found = await layoutFaults(page);
        await scrollToTop(page, "#drawer, .playing, #log > div");
        await takePicture(page, `demo-${screen}-${language}-${name}.jpeg`, {
          animations: "disabled",
        });
        if (axeOn.includes(screen)) found.push(...(await accessibilityFaults(page)));
        faults.push(...found.map((fault) => `${name} on a ${screen}: ${fault}`));
      }
      await page.setViewportSize(screens[loadedOn]);
    };

    const page = await demoPages.open("?roundMs=60000");
    await untilVisible(page, "the form is visible", "#start");
    await check(page, "login");
    await page.fill("[name=name]", "W".repeat(24));
    await page.click("#start button");
    await untilStatus(page, "ready");
    const other = await demoPages.openReady("?name=Bartholomew Bartleby Bo");
    await untilVisible(page, "both players are visible", ".people li");
    // WebKitGTK has no push: its bell stays off.
    if (inject("engine") !== "webkit") {
      await page.click("#bell");
      await untilVisible(page, "the bell is on", "#testPush");
    }
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
    demoPages.endRounds();
    await untilFinished(again);
    await again.locator(".toast").first().waitFor({ state: "detached" });
    await check(again, "result", all);
    await demoPages.context.route("**/_emulator/ready", (route) => route.fulfill({ status: 404 }));
    await again.goto(demoPages.demo.url);
    await untilVisible(again, "the start command is visible", "#no-server");
    await check(again, "no-server", all);
    expect(faults).toEqual([]);
  },
);
