// A round of the demo by two players, recorded side by side.
import { recordPage, writeAnimation } from "./recording.mjs";

const KEYS = "1234qwerasdfzxcv";
const LOOK = { frameMs: 100, width: 640, gapPx: 10, quality: 75 };
const ROUND_MS = 3_500;
const PHONE = { width: 360, height: 600 };

/** The cells with a star that gives points: their middle is yellow, that of a comet is not. */
const starsOf = (page) =>
  page.locator("#board canvas").evaluate((canvas) => {
    const side = canvas.width / 4;
    const pen = canvas.getContext("2d");
    return Array.from({ length: 16 }, (_, cell) => cell).filter((cell) => {
      const x = ((cell % 4) + 0.5) * side;
      const y = (Math.floor(cell / 4) + 0.5) * side;
      const [red, green] = pen.getImageData(x, y, 1, 1).data;
      return red > 200 && green > 180;
    });
  });

/** Catches a star at a time until the round is over. */
async function catchStars(page, everyMs) {
  await page.locator("#board canvas").waitFor();
  while ((await page.locator("#result").count()) === 0) {
    await page.waitForTimeout(everyMs);
    const [cell] = await starsOf(page).catch(() => []);
    if (cell !== undefined) await page.keyboard.press(KEYS[cell]);
  }
}

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
  const playing = [catchStars(alice, 200), catchStars(bob, 500)];
  await show(ROUND_MS + 800);
  await Promise.all(playing);
  await show(1_300);

  for (const { stop } of recordings) await stop();
  for (const page of pages) await page.context().close();
  return writeAnimation(file, recordings, { ...LOOK, scenes });
}
