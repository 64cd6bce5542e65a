// What an engine draws in its own way: selects, and scrollbars that lie over the text.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { desktop, phone, DemoPages, untilInGathering, untilInMatch } from "./demoPages.js";
import { untilVisible } from "./pageErrors.js";

/** The width of the arrow that the pages draw, with the room beside it. */
const ARROW_PX = 24;

/** The width of the widest scrollbar that an engine lays over a page. */
const SCROLLBAR_PX = 10;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** How each select of the page is drawn. */
const selectsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("select")].map((one) => getComputedStyle(one).appearance),
  );

/** The room that each select of the page keeps at its end for the arrow. */
const roomForArrows = (page: Page): Promise<number[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("select")].map((one) =>
      parseFloat(getComputedStyle(one).paddingRight),
    ),
  );

/** The pixels between the end of a text and that of the element that scrolls it. */
const roomBeside = (page: Page, text: string, scroller: string): Promise<number> =>
  page.evaluate(
    ([of, around]) => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(of)!);
      const { right } = document.querySelector(around)!.getBoundingClientRect();
      return right - range.getBoundingClientRect().right;
    },
    [text, scroller] as const,
  );

test("the inspector's selects are its own, and no scrollbar hides a text of the log", async () => {
  const emulator = await startEmulator({ namespaces: ["game-0001"] });
  const context = await browser.newContext({ viewport: desktop });
  onTestFinished(async () => {
    await context.close();
    await emulator.stop();
  });
  const page = await context.newPage();
  await page.goto(`${emulator.url}/`);
  await untilVisible(page, "the log has a row", ".row");
  const selects = await selectsOf(page);
  expect(selects.length).toBeGreaterThan(2);
  expect(new Set(selects)).toEqual(new Set(["none"]));
  for (const viewport of [desktop, phone]) {
    await page.setViewportSize(viewport);
    expect(Math.min(...(await roomForArrows(page)))).toBeGreaterThan(ARROW_PX);
  }
  await page.setViewportSize(desktop);
  await untilVisible(page, "the log has a row again", ".row");
  const end = await page.evaluate(() =>
    parseFloat(getComputedStyle(document.querySelector(".row")!).paddingRight),
  );
  expect(end).toBeGreaterThan(SCROLLBAR_PX);
});

/** How far the middle of a text lies from the middle of the card around it, in pixels. */
const offsetInCard = (page: Page, text: string): Promise<number> =>
  page.evaluate((selector) => {
    const range = document.createRange();
    const element = document.querySelector(selector)!;
    range.selectNodeContents(element);
    const middleOf = ({ left, right }: DOMRect) => (left + right) / 2;
    const card = element.closest(".card")!.getBoundingClientRect();
    return Math.abs(middleOf(range.getBoundingClientRect()) - middleOf(card));
  }, text);

test("lobby and gathering are centred on a desktop", async () => {
  const pages = await DemoPages.start(browser, {}, false);
  onTestFinished(() => pages.close());
  const page = await pages.openReady("?name=Alice");
  expect(await offsetInCard(page, "#lobby h2")).toBeLessThan(2);
  expect(await offsetInCard(page, "#lobby a")).toBeLessThan(2);
  await page.click("#play-4");
  await untilInGathering(page);
  expect(await offsetInCard(page, "#gathering h2")).toBeLessThan(2);
  expect(await offsetInCard(page, "#gathering a")).toBeLessThan(2);
});

test("the demo's select is its own, no scrollbar hides a notification, and the board has its whole focus ring", async () => {
  const pages = await DemoPages.start(browser, {}, false);
  onTestFinished(() => pages.close());
  const page = await pages.openReady("?name=Alice&renderer=canvas&roundMs=60000");
  expect(await selectsOf(page)).toEqual(["none"]);
  expect(Math.min(...(await roomForArrows(page)))).toBeGreaterThan(ARROW_PX);
  await page.click("#play-4");
  await untilInGathering(page);
  await page.click("#robots");
  await untilInMatch(page);
  await untilVisible(page, "a notification is listed", "#log time");
  expect(await roomBeside(page, "#log time", "#log > div")).toBeGreaterThan(SCROLLBAR_PX);
  const ring = await page.evaluate(() => {
    const board = document.querySelector<HTMLElement>("#board")!;
    board.blur();
    // After a click, Firefox shows the ring only if it is asked to.
    board.focus({ focusVisible: true });
    const { outlineStyle, outlineOffset, outlineWidth } = getComputedStyle(board);
    return { outlineStyle, end: parseFloat(outlineOffset) + parseFloat(outlineWidth) };
  });
  // It lies within the board, which nothing cuts.
  expect(ring.outlineStyle).not.toBe("none");
  expect(ring.end).toBeLessThanOrEqual(0);
});
