// `npm run pictures` takes the pictures of the READMEs from the built demo and inspector.
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { startDemo } from "../build/demo/server.js";
import { GatewayAdmin } from "../dist/admin.js";
import { findChromium } from "../test/support/chromium.mjs";
import { recordRound } from "./pictures/round.mjs";

const folder = "docs/images";
const KEYS = "1234qwerasdfzxcv";

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});

const languages = [
  { locale: "en-US", ending: "" },
  { locale: "ja-JP", ending: ".ja" },
];
for (const { locale, ending } of languages) {
  await withDemo(({ url }) => pictureOfDemo(url, locale, `${folder}/demo${ending}.png`));
  await withDemo(({ url }) => recordRound(browser, url, locale, `${folder}/round${ending}.webp`));
}
await withDemo((demo) => pictureOfInspector(demo, `${folder}/inspector.png`));
await browser.close();

/** Each picture begins with a server that has seen no player. */
async function withDemo(take) {
  const demo = await startDemo();
  await take(demo);
  await demo.stop();
}

async function openPage(locale) {
  const viewport = { width: 1000, height: 620 };
  const context = await browser.newContext({ viewport, colorScheme: "dark", locale });
  return context.newPage();
}

/** A still picture for readers who prefer reduced motion. */
async function pictureOfDemo(url, locale, file) {
  const page = await openPage(locale);
  await page.goto(`${url}?name=Alice&renderer=canvas&roundMs=30000`);
  await page.click("#play-4[aria-disabled=false]");
  await page.click("#robots");
  await page.locator("#board canvas").waitFor();
  const score = async () => Number(await page.locator(".scores .me strong").innerText());
  while ((await score()) < 9) for (const key of KEYS) await page.keyboard.press(key);
  // By then new stars fall, and the toasts are gone.
  await page.waitForTimeout(5_500);
  // A gradient makes the file larger.
  const plain = "body, #board { background: var(--ground) !important }";
  await page.addStyleTag({ content: plain });
  await page.screenshot({ path: file });
  await page.context().close();
}

async function pictureOfInspector({ url, emulator }, file) {
  const game = await openPage("en-US");
  await game.goto(`${url}?name=Alice&renderer=canvas&roundMs=60000`);
  await game.click("#play-2[aria-disabled=false]");
  await game.click("#robots");
  await game.locator("#board canvas").waitFor();
  const admin = new GatewayAdmin({
    namespaceName: "game-0001",
    credential: { clientId: "server", clientSecret: "secret" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  const inspector = await openPage("en-US");
  await inspector.goto(emulator.url);
  await inspector.locator("#tab-faults").click();
  await admin.sendNotification({
    userId: "Alice",
    subject: "raid-start",
    payload: JSON.stringify({ raidId: "raid-7", startsInSeconds: 30 }),
  });
  await emulator.notify({
    userId: "Alice",
    key: "Gs2Mission:Complete",
    payload: {
      namespaceName: "mission",
      groupName: "daily",
      userId: "Alice",
      taskName: "win-round",
    },
  });
  emulator.faults.set([{ fault: "halfOpen", on: "bind", userId: "Bob" }]);
  await inspector.locator("[data-fault=halfOpen] [aria-checked=true]").waitFor();
  await inspector.screenshot({ path: file });
}
