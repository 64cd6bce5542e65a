// `npm run pictures` takes the pictures of the READMEs from the built demo and inspector.
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { startDemo } from "../build/demo/server.js";
import { GatewayAdmin } from "../dist/admin.js";
import { findChromium } from "../test/support/chromium.mjs";

const folder = "docs/images";
const KEYS = "1234qwerasdfzxcv";

mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const page = await browser.newPage({
  viewport: { width: 1000, height: 620 },
  colorScheme: "dark",
  locale: "en-US",
});

await page.goto(`${demo.url}?name=Alice&renderer=canvas&roundMs=30000`);
await page.click("#play-4[aria-disabled=false]");
await page.click("#robots");
await page.locator("#board canvas").waitFor();
const score = async () => Number(await page.locator(".scores .me strong").innerText());
while ((await score()) < 9) for (const key of KEYS) await page.keyboard.press(key);
// By then new stars fall, and the toasts are gone.
await page.waitForTimeout(5_500);
// A gradient makes the file larger.
await page.addStyleTag({ content: "body, #board { background: var(--ground) !important }" });
await page.screenshot({ path: `${folder}/demo.png` });

const admin = new GatewayAdmin({
  namespaceName: "game-0001",
  credential: { clientId: "server", clientSecret: "secret" },
  endpoints: demo.emulator.endpoints,
  logger: false,
});
const inspector = await browser.newPage({
  viewport: { width: 1000, height: 620 },
  colorScheme: "dark",
  locale: "en-US",
});
await inspector.goto(demo.emulator.url);
await inspector.locator("#tab-faults").click();
await admin.sendNotification({
  userId: "Alice",
  subject: "raid-start",
  payload: JSON.stringify({ raidId: "raid-7", startsInSeconds: 30 }),
});
await demo.emulator.notify({
  userId: "Alice",
  key: "Gs2Mission:Complete",
  payload: { namespaceName: "mission", groupName: "daily", userId: "Alice", taskName: "win-round" },
});
demo.emulator.faults.set([{ fault: "halfOpen", on: "bind", userId: "Bob" }]);
await inspector.waitForTimeout(1_000);
await inspector.screenshot({ path: `${folder}/inspector.png` });

await browser.close();
await demo.stop();
