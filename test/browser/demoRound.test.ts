import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { until } from "./pages.js";
import {
  Visit,
  catchMore,
  desk,
  finished,
  heard,
  ownScore,
  phone,
  playing,
  says,
  seated,
  status,
  toast,
} from "./demoPages.js";

let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => visit.end());

const names = ["Alice", "Bob", "Carol", "Dave"];

/** Players in one round, each in a tab, the first of them with one place only. */
async function together(count: number, roundMs: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (const name of names.slice(0, count)) {
    const exclusive = name === "Alice" ? "&exclusive=1" : "";
    const page = await visit.ready(`?name=${name}&roundMs=${roundMs}&renderer=canvas${exclusive}`);
    await page.click(`#play-${count}`);
    if (pages.length < count - 1) await seated(page);
    pages.push(page);
  }
  for (const page of pages) await playing(page);
  return pages;
}

const ranking = async (page: Page) => {
  await finished(page);
  const own = (await page.locator("#player h2").innerText()).trim();
  const lines = await page.locator(".ranking li").allInnerTexts();
  return lines
    .map((line) => line.split("\n").map((part) => part.trim()))
    .map((parts) => {
      const who = parts.at(-2) === "You" ? own : parts.at(-2);
      return `${who} ${parts.at(-1)}`;
    });
};

describe.each([2, 4])("%i players", (count) => {
  test("play a round to its end, through a restart of the server and a take-over in the middle", async () => {
    visit = await Visit.begin(browser, { viewport: phone });
    const pages = await together(count, 16_000);
    const [alice, bob] = pages as [Page, Page];
    for (const page of pages) await catchMore(page);

    await visit.restart(async () => {
      for (const page of pages) await status(page, "reconnecting");
      // The round goes on here, and what is caught now is told later.
      await alice.bringToFront();
      await catchMore(alice);
      await until(alice, "it says what is not told yet", ".time .tag");
    });
    for (const page of pages) await status(page, "ready");
    await alice.locator(".time .tag").waitFor({ state: "hidden" });
    const score = await ownScore(alice);
    await until(bob, "Bob sees what Alice caught meanwhile", `.scores strong:text-is("${score}")`);

    const again = await visit.open("?name=Alice&renderer=canvas&exclusive=1");
    await says(again, "Alice already plays in another tab.");
    await again.click("#takeOver");
    await playing(again);
    await until(again, "the score came along", `.scores .me strong:text-is("${score}")`);
    await says(alice, "Alice plays somewhere else now.");
    const last = await catchMore(again);

    const result = await ranking(again);
    expect(result).toContain(`Alice ${last}`);
    expect(result).toHaveLength(count);
    for (const page of pages.slice(1)) expect(await ranking(page)).toEqual(result);
    expect(await alice.locator("#place").isVisible()).toBe(true);
    await until(again, "the round counts", "[data-task=play-rounds]:has-text('1 / 3')");
    expect(visit.ownComplaints).toEqual([]);
  });
});

test("a round whose end nobody saw is there as a result when the server is back", async () => {
  visit = await Visit.begin(browser);
  const [alice] = (await together(2, 4_000)) as [Page];
  const score = await catchMore(alice);
  await visit.restart(async () => {
    await status(alice, "reconnecting");
    await says(alice, "Time! Collecting the scores…");
  });
  expect(await ranking(alice)).toContain(`Alice ${score}`);
});

test("a server that has forgotten the match says so, and leads back to the lobby", async () => {
  visit = await Visit.begin(browser, {}, false);
  const [alice, bob] = (await together(2, 60_000)) as [Page, Page];
  await visit.restart(() => status(alice, "reconnecting"));
  for (const page of [alice, bob]) {
    await toast(page, "The match is gone: the server was restarted without it.");
    await until(page, "the lobby is there", "#lobby");
  }
});

test("a reload leads back into the round, with what was caught", async () => {
  visit = await Visit.begin(browser);
  const [alice, bob] = (await together(2, 60_000)) as [Page, Page];
  const score = await catchMore(alice);
  await until(bob, "Bob sees it", `.scores strong:text-is("${score}")`);
  const before = visit.demo.emulator.sessions().find(({ userId }) => userId === "Alice");
  await alice.reload();
  await playing(alice);
  await until(alice, "the score is kept", `.scores .me strong:text-is("${score}")`);
  const after = visit.demo.emulator.sessions().find(({ userId }) => userId === "Alice");
  expect(after?.sessionId).toBe(before?.sessionId);
  expect(after?.connectionId).not.toBe(before?.connectionId);
});

test("whoever leaves ends a round of two, and the other is told", async () => {
  visit = await Visit.begin(browser);
  const [alice, bob] = (await together(2, 60_000)) as [Page, Page];
  await bob.click("#leave");
  await toast(alice, "Bob left");
  await finished(alice);
  await heard(alice, "Gs2Matchmaking:Leave");
  await until(bob, "Bob is in the lobby", "#lobby");
  await alice.click("#toLobby");
  await until(alice, "Alice too", "#lobby");
});

test("robots take the free seats, and a mouse or a finger catches what the keys do", async () => {
  visit = await Visit.begin(browser, { viewport: desk, hasTouch: true });
  const alice = await visit.ready("?name=Alice&roundMs=60000&renderer=canvas");
  await alice.click("#play-4");
  await seated(alice);
  await alice.click("#robots");
  await playing(alice);
  expect(await alice.locator(".scores .robot").count()).toBe(3);
  const box = (await alice.locator("#board").boundingBox())!;
  const at = (cell: number) =>
    [
      box.x + (box.width * ((cell % 4) + 0.5)) / 4,
      box.y + (box.height * (Math.floor(cell / 4) + 0.5)) / 4,
    ] as const;
  for (const press of [
    (cell: number) => alice.mouse.click(...at(cell)),
    (cell: number) => alice.touchscreen.tap(...at(cell)),
  ]) {
    const before = await ownScore(alice);
    await expect
      .poll(
        async () => {
          for (let cell = 0; cell < 16; cell++) await press(cell);
          return ownScore(alice);
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(before);
  }
  await expect
    .poll(
      async () =>
        (await alice.locator(".scores li:not(.me) strong").allInnerTexts()).map(Number).join(),
      { timeout: 20_000 },
    )
    .not.toBe("0,0,0");
  expect(visit.ownComplaints).toEqual([]);
});

test("a rival's golden star clouds the sky, and says whose it was", async () => {
  visit = await Visit.begin(browser);
  const [alice] = (await together(2, 60_000)) as [Page];
  await visit.demo.emulator.notify({
    userId: "Alice",
    key: "starfall:cloud",
    payload: { matchName: "gathering-0001", byUserId: "Bob", cells: [0, 5, 10] },
  });
  await toast(alice, "Bob clouds your sky!");
  expect(visit.ownComplaints).toEqual([]);
});
