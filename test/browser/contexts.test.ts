// What the other files rely on, in the driver of each engine.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launchBrowser();
  server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await browser.close();
  server.close();
});

async function inNewContext<R>(run: () => Promise<R>): Promise<R> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate(run);
  } finally {
    await context.close();
  }
}

test("a context has nothing that a page of a former one has stored", async () => {
  const stored = await inNewContext(async () => {
    document.cookie = "cookie=1";
    localStorage.setItem("local", "1");
    sessionStorage.setItem("session", "1");
    await caches.open("cache");
    await new Promise((resolve, reject) => {
      Object.assign(indexedDB.open("database"), { onsuccess: resolve, onerror: reject });
    });
    // The database stays open, as a game leaves it.
    return document.cookie;
  });
  expect(stored).toBe("cookie=1");
  const found = await inNewContext(async () => ({
    cookie: document.cookie,
    storages: [localStorage, sessionStorage].map(({ length }) => length),
    caches: await caches.keys(),
    databases: await indexedDB.databases(),
  }));
  expect(found).toEqual({ cookie: "", storages: [0, 0], caches: [], databases: [] });
});
