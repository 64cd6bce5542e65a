// The script for pages without a bundler, in a real browser, against the emulator.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { INSECURE_HOST } from "../support/launchOptions.js";
import { openGamePages, CLIENT_SCRIPT, type GamePages } from "./gamePages.js";

let browser: Browser;
let game: GamePages;
let emulator: GamePages["emulator"];
let context: GamePages["context"];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  game = await openGamePages(browser);
  ({ emulator, context } = game);
});
afterEach(() => game.end());

const open = (url?: string): Promise<Page> => game.open(url);
const bind: GamePages["bind"] = (...args) => game.bind(...args);
const untilSeen: GamePages["untilSeen"] = (...args) => game.untilSeen(...args);
const finishMission: GamePages["finishMission"] = (...args) => game.finishMission(...args);
const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;

test("a page connects, binds its player, and receives notifications in order", async () => {
  const page = await open();
  expect(await bind(page, "alice", false)).toBeUndefined();
  for (const task of ["one", "two", "three"]) await finishMission("alice", task);
  await untilSeen(page, mission("three"));
  expect(await page.evaluate(() => seen)).toEqual([
    "connecting",
    "connected",
    "ready",
    "sync first",
    ...["one", "two", "three"].map(mission),
  ]);
  expect(await page.evaluate(() => gateway.ping())).toBeGreaterThan(0);
});

test("a reloaded page keeps its sessionId and its session", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  expect(before).toMatch(/^\w{20,128}$/);
  for (let reload = 1; reload <= 3; reload++) {
    await page.reload();
    expect(await bind(page, "alice")).toBe(before);
  }
  expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId: before }]);
  const statuses = emulator.calls({ method: "setUserId" }).map(({ status }) => status);
  expect([...new Set(statuses)]).toEqual([200]);
  expect(statuses.length).toBeGreaterThanOrEqual(4);
  // Firefox closes the sockets of a page at the start of a reload: where that takes long, the page
  // binds once more before it is left.
  if (inject("engine") !== "firefox") expect(statuses).toHaveLength(4);
  await finishMission("alice", "reload");
  await untilSeen(page, mission("reload"));
});

test("a page keeps its sessionId when the tab leaves it and returns", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.goto("about:blank");
  await page.goto(`${emulator.url}/page/`);
  expect(await bind(page, "alice")).toBe(before);
});

test("a cloned tab generates its own sessionId, and does not replace the first", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.evaluate(() => sessionStorage.setItem("copy", "copied"));
  const [clone] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate(() => void window.open(location.href)),
  ]);
  await clone.waitForLoadState();
  expect(await clone.evaluate(() => sessionStorage.getItem("copy"))).toBe("copied");

  expect(await bind(clone, "alice")).toBe("conflict");
  const cloned = await clone.evaluate(() => gateway.connection.bindings["player"]?.sessionId);
  expect(cloned).toMatch(/^\w{20,128}$/);
  expect(cloned).not.toBe(before);
  expect(emulator.sessions()).toMatchObject([{ sessionId: before }]);

  await clone.reload();
  expect(await bind(clone, "bob")).toBe(cloned);
  await page.reload();
  expect(await bind(page, "alice")).toBe(before);
});

test("a second client in one page generates its own sessionId", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.addScriptTag({ content: CLIENT_SCRIPT });
  const other = await bind(page, "bob");
  expect(other).not.toBe(before);
  expect(emulator.sessions()).toMatchObject([
    { userId: "alice", sessionId: before },
    { userId: "bob", sessionId: other },
  ]);
});

test("a page that was offline receives without a new bind if its socket is still open", async () => {
  const page = await open();
  await bind(page, "alice");
  await context.setOffline(true);
  await page.waitForFunction(() => !navigator.onLine);
  await finishMission("alice", "tunnel");
  expect(await page.evaluate(() => seen)).not.toContain(mission("tunnel"));
  await context.setOffline(false);
  await untilSeen(page, mission("tunnel"));
  expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
});

test("a page whose socket was closed while offline reconnects", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await context.setOffline(true);
  await page.waitForFunction(() => !navigator.onLine);
  emulator.disconnect({ userId: "alice", code: 1006 });
  await expect.poll(() => emulator.sessions()).toEqual([]);
  await context.setOffline(false);
  await untilSeen(page, "sync gap");
  expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId: before }]);
  await finishMission("alice", "back");
  await untilSeen(page, mission("back"));
  // Chromium logs this for an attempt without a network.
  game.ignoreErrors("ERR_INTERNET_DISCONNECTED");
});

test("a Web Worker binds and receives", async () => {
  const page = await open();
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  await page.evaluate((token) => {
    const worker = new Worker("worker.js");
    worker.onmessage = ({ data }) => seen.push(JSON.stringify(data));
    worker.onerror = ({ message }) => seen.push(message);
    worker.postMessage(token);
  }, accessToken);
  await untilSeen(page, '{"userId":"alice","state":"held"}');
  await finishMission("alice", "worker");
  await untilSeen(page, '{"taskName":"worker"}');
});

test("a page that is no secure context, as on a phone in the local network, binds and receives", async () => {
  const page = await open(`http://${INSECURE_HOST}:${new URL(emulator.url).port}`);
  expect(await page.evaluate(() => [isSecureContext, "randomUUID" in crypto])).toEqual([
    false,
    false,
  ]);
  const before = await bind(page, "alice");
  await finishMission("alice", "insecure");
  await untilSeen(page, mission("insecure"));
  await page.reload();
  expect(await bind(page, "alice")).toBe(before);
});

test("the client stays closed after disconnect(), through all events of the browser", async () => {
  const page = await open();
  await bind(page, "alice");
  await page.evaluate(() => gateway.disconnect());
  await expect.poll(() => emulator.sessions()).toEqual([]);
  await page.evaluate(() => {
    for (const name of ["offline", "online", "pageshow", "focus"]) dispatchEvent(new Event(name));
    document.dispatchEvent(new Event("visibilitychange"));
    gateway.retryNow();
  });
  expect(await page.evaluate(() => gateway.connection.status)).toBe("closed");
  expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
  expect(emulator.sessions()).toEqual([]);
  // A bind of the game's own opens it again.
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  const state = await page.evaluate(
    async (token) => (await gateway.setUserId({ accessToken: token })).state,
    accessToken,
  );
  expect(state).toBe("held");
  expect(emulator.calls({ method: "setUserId" })).toHaveLength(2);
});
