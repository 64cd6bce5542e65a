// The guide's site in each engine, from a static server: its programs run in the page.
import type { Browser } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { builtSite } from "../support/builtSite.js";

let browser: Browser;
let server: PreviewServer;

beforeAll(async () => {
  server = await preview({
    configFile: false,
    logLevel: "silent",
    appType: "mpa",
    build: { outDir: builtSite() },
    preview: { port: 0, host: "127.0.0.1" },
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

test.each([
  { path: "index.html", ended: "Finished", received: "received notification Gs2Matchmaking:Join" },
  {
    path: "guide/ja/connect.html",
    ended: "終了",
    received: "受信 notification Gs2Matchmaking:Join",
  },
])("the first program of a page runs, and no other host is asked: $path", async (given) => {
  const url = server.resolvedUrls!.local[0]!;
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url + given.path);
  await page.click(".example button");
  const textsOf = (selector: string) =>
    page.evaluate(
      (part) =>
        [...document.querySelector(".example")!.querySelectorAll(part)].map(
          (one) => one.textContent,
        ),
      selector,
    );
  await expect.poll(() => textsOf("[role=status]"), { timeout: 15_000 }).toEqual([given.ended]);
  const [output, frames] = await textsOf("ol");
  expect(output).toContain("user-0002 joined");
  expect(frames).toContain(given.received);
  const loaded = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name),
  );
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.filter((name) => !name.startsWith(url))).toEqual([]);
  await context.close();
});
