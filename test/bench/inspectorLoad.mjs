// The longest task of the inspector in Chromium at 1,000 notifications per second.
import { chromium } from "playwright-core";
import { startEmulator } from "../../dist/emulator.js";
import { GatewayClient } from "../../dist/node.js";
import { findChromium } from "../support/chromium.mjs";

const PER_SECOND = 1_000;

/**
 * The longest task in milliseconds of processor time and of wall time, and the achieved rate.
 *
 * @param {number} seconds
 */
export async function inspectorLoad(seconds) {
  const emulator = await startEmulator();
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: emulator.endpoints,
  });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(emulator.url);
    await page.waitForSelector(".row");
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
    const startedAt = performance.now();
    const count = seconds * PER_SECOND;
    const key = "Gs2Matchmaking:Join";
    const payload = { namespaceName: "mm", gatheringName: "g-1", joinUserId: "user-0002" };
    for (let sent = 0; sent < count;) {
      const due = Math.min(
        count,
        Math.floor(((performance.now() - startedAt) * PER_SECOND) / 1_000),
      );
      for (; sent < due; sent++) await emulator.notify({ userId: "user-0001", key, payload });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const perSecond = Math.round((count * 1_000) / (performance.now() - startedAt));
    await emulator.notify({ userId: "user-0001", subject: "the-last", payload: "{}" });
    await page.waitForSelector('.row:has-text("the-last")');
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const tasks = traceEvents.filter(({ name, tdur }) => name === "RunTask" && tdur !== undefined);
    const longest = (field) => Math.round(Math.max(...tasks.map((task) => task[field] / 1_000)));
    return { perSecond, longestTaskMs: longest("tdur"), longestByClockMs: longest("dur") };
  } finally {
    await browser.close();
    gateway.dispose();
    await emulator.stop();
  }
}
