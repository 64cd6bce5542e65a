// A round of the demo by two players, recorded side by side.
import { readdirSync } from "node:fs";
import { recordPage, writeAnimation } from "./recording.mjs";

const KEY_CODES = ["1234", "QWER", "ASDF", "ZXCV"].flatMap((row) =>
  Array.from(row, (key) => (/\d/.test(key) ? `Digit${key}` : `Key${key}`)),
);
const LOOK = { frameMs: 100, width: 640, gapPx: 10, quality: 75 };
const ROUND_MS = 3_500;
const PAGE = "build/demo/page";
const PHONE = { width: 360, height: 600 };

const boardChunk = () => `./${readdirSync(PAGE).find((name) => name.startsWith("board-"))}`;

/**
 * Catches a star at a time until the round is over, by the keys of the board. Runs in the page, so
 * that a busy machine delays no key. The middle of a star is yellow, that of a comet is not.
 */
const catchStars = (page, everyMs) =>
  page.locator("#board canvas").evaluate(
    (canvas, { everyMs, codes }) => {
      const side = canvas.width / 4;
      const pen = canvas.getContext("2d");
      const hasStar = (_, cell) => {
        const x = ((cell % 4) + 0.5) * side;
        const y = (Math.floor(cell / 4) + 0.5) * side;
        const [red, green] = pen.getImageData(x, y, 1, 1).data;
        return red > 200 && green > 180;
      };
      const { KeyboardEvent } = canvas.ownerDocument.defaultView;
      const timer = setInterval(() => {
        if (!canvas.isConnected) return clearInterval(timer);
        const code = codes.find(hasStar);
        if (code === undefined) return;
        canvas.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true }));
      }, everyMs);
    },
    { everyMs, codes: KEY_CODES },
  );

/**
 * From the lobby to the result, in less than 8 seconds.
 *
 * @param url the page of the demo
 */
export async function recordRound(browser, url, locale, file) {
  const open = async (name) => {
    const look = { viewport: PHONE, colorScheme: "dark", locale };
    const context = await browser.newContext(look);
    const page = await context.newPage();
    await page.goto(`${url}?name=${name}&renderer=canvas&roundMs=${ROUND_MS}`);
    await page.locator("#play-2[aria-disabled=false]").waitFor();
    // Otherwise Phaser would load while the match begins.
    await page.evaluate((chunk) => import(chunk), boardChunk());
    return page;
  };
  const pages = [await open("Alice"), await open("Bob")];
  const [alice, bob] = pages;
  // The toasts of the arrival are gone.
  await alice.waitForTimeout(5_500);
  const recordings = [await recordPage(alice), await recordPage(bob)];
  // What lies between two scenes is cut.
  const scenes = [];
  const show = async (lastingMs) => {
    const fromMs = Date.now();
    scenes.push({ fromMs, untilMs: fromMs + lastingMs });
    await bob.waitForTimeout(lastingMs);
  };

  await show(500);
  await alice.click("#play-2");
  await bob.locator("#play-2.waited").waitFor();
  await show(800);
  await bob.click("#play-2");
  await bob.locator("#match").waitFor();
  await show(700);
  await bob.waitForTimeout(1_400);
  await Promise.all([catchStars(alice, 300), catchStars(bob, 550)]);
  await show(ROUND_MS + 800);
  for (const page of pages) await page.locator("#result").waitFor();
  await show(1_300);

  for (const { stop } of recordings) await stop();
  for (const page of pages) await page.context().close();
  return writeAnimation(file, recordings, { ...LOOK, scenes });
}
