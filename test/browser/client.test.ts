// The file that a page without a bundler loads, in a real browser, against the emulator.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { aGame, MAPPED, SET_UP, type Game } from "./game.js";

let browser: Browser;
let game: Game;
let emulator: Game["emulator"];
let context: Game["context"];

beforeAll(async () => {
  browser = await launchBrowser({ args: [MAPPED] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  game = await aGame(browser);
  ({ emulator, context } = game);
});
afterEach(() => game.end());

const open = (url?: string): Promise<Page> => game.open(url);
const bind: Game["bind"] = (...args) => game.bind(...args);
const untilSeen: Game["untilSeen"] = (...args) => game.untilSeen(...args);
const finishMission: Game["finishMission"] = (...args) => game.finishMission(...args);
const mission = (taskName: string) => `Gs2Mission:Complete {"taskName":"${taskName}"}`;

test("a page connects, binds its player, and hears in order", async () => {
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

test("a reload keeps the sessionId, and the place with it", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  expect(before).toMatch(/^\w{20,128}$/);
  for (let reload = 1; reload <= 3; reload++) {
    await page.reload();
    expect(await bind(page, "alice")).toBe(before);
  }
  expect(emulator.sessions()).toMatchObject([{ userId: "alice", sessionId: before }]);
  expect(emulator.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual(
    Array(4).fill(200),
  );
  await finishMission("alice", "reload");
  await untilSeen(page, mission("reload"));
});

test("a page left by a link and come back to keeps its sessionId", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.goto("about:blank");
  await page.goto(`${emulator.url}/page/`);
  expect(await bind(page, "alice")).toBe(before);
});

test("a cloned tab makes its own sessionId, and neither tab cuts the other", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.evaluate(() => sessionStorage.setItem("witness", "copied"));
  const [clone] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate(() => void window.open(location.href)),
  ]);
  await clone.waitForLoadState();
  expect(await clone.evaluate(() => sessionStorage.getItem("witness"))).toBe("copied");

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

test("a second client in one page makes its own sessionId", async () => {
  const page = await open();
  const before = await bind(page, "alice");
  await page.addScriptTag({ content: SET_UP });
  const other = await bind(page, "bob");
  expect(other).not.toBe(before);
  expect(emulator.sessions()).toMatchObject([
    { userId: "alice", sessionId: before },
    { userId: "bob", sessionId: other },
  ]);
});

test("a page that was offline hears on, without a new bind where the socket has lived", async () => {
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

test("a page whose socket was cut while offline comes back by itself", async () => {
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
  // Chromium itself says so when an attempt meets a network that is not there.
  game.forgive("ERR_INTERNET_DISCONNECTED");
});

test("a Web Worker binds and hears", async () => {
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

test("a page that is no secure context, as on a phone in the house's network, binds and hears", async () => {
  const page = await open(`http://game.test:${new URL(emulator.url).port}`);
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

test("disconnect() ends it, whatever the browser says afterwards", async () => {
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
  const refusal = await page.evaluate(() =>
    gateway.setUserId({ accessToken: "accessToken-0001" }).catch((error: unknown) => String(error)),
  );
  expect(refusal).toContain("closed");
  expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
});
