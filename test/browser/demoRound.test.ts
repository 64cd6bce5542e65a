import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { untilVisible } from "./pageErrors.js";
import {
  DemoPages,
  desktop,
  untilFinished,
  untilLogged,
  ownScore,
  phone,
  untilInMatch,
  untilText,
  untilInGathering,
  untilStatus,
  untilToast,
} from "./demoPages.js";

let browser: Browser;
let demoPages: DemoPages;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => demoPages.close());

const names = ["Alice", "Bob", "Carol", "Dave"];

/** Players in one round, each in a tab; the first has an exclusive session. */
async function playersInRound(count: number, roundMs: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (const name of names.slice(0, count)) {
    const exclusive = name === "Alice" ? "&exclusive=1" : "";
    const page = await demoPages.openReady(`?name=${name}&roundMs=${roundMs}${exclusive}`);
    await page.click(`#play-${count}`);
    if (pages.length < count - 1) await untilInGathering(page);
    pages.push(page);
  }
  for (const page of pages) await untilInMatch(page);
  return pages;
}

const ranking = async (page: Page) => {
  await untilFinished(page, 20_000);
  const own = (await page.locator("#player h2").innerText()).trim();
  const lines = await page.locator(".ranking li").allInnerTexts();
  return lines
    .map((line) =>
      line
        .split("\n")
        .map((part) => part.trim())
        // WebKit ends the text of a line with a break.
        .filter(Boolean),
    )
    .map((parts) => {
      const name = parts.at(-2) === "You" ? own : parts.at(-2);
      return `${name} ${parts.at(-1)}`;
    });
};

describe.each([2, 4])("%i players", (count) => {
  test("play a round through a restart of the server and a takeover", async () => {
    demoPages = await DemoPages.start(browser, { viewport: phone });
    const pages = await playersInRound(count, 120_000);
    const [alice, bob] = pages as [Page, Page];
    for (const page of pages) await demoPages.catchStar(page);

    await demoPages.restart(async () => {
      for (const page of pages) await untilStatus(page, "reconnecting");
      // The round goes on offline; the scores are sent later.
      await alice.bringToFront();
      await demoPages.catchStar(alice);
      await untilVisible(alice, "the unsent score is marked", ".time .tag");
    });
    for (const page of pages) await untilStatus(page, "ready");
    await alice.locator(".time .tag").waitFor({ state: "hidden" });
    const score = await ownScore(alice);
    await untilVisible(bob, "Bob sees Alice's score", `.scores strong:text-is("${score}")`);

    const again = await demoPages.open("?name=Alice&exclusive=1");
    await untilText(again, "Alice already plays in another tab.");
    await again.click("#takeOver");
    await untilInMatch(again);
    await untilVisible(again, "the score is kept", `.scores .me strong:text-is("${score}")`);
    await untilText(alice, "Alice plays somewhere else now.");
    const last = await demoPages.catchStar(again);
    await untilVisible(bob, "Bob sees the last score", `.scores strong:text-is("${last}")`);

    demoPages.endRounds();
    const result = await ranking(again);
    expect(result).toContain(`Alice ${last}`);
    expect(result).toHaveLength(count);
    for (const page of pages.slice(1)) expect(await ranking(page)).toEqual(result);
    expect(await alice.locator("#place").isVisible()).toBe(true);
    await untilVisible(again, "the round counts", "[data-task=play-rounds]:has-text('1 / 3')");
    expect(demoPages.pageErrors).toEqual([]);
  }, 120_000);
});

test("a round that ends while the server is down has its result afterwards", async () => {
  demoPages = await DemoPages.start(browser);
  const [alice] = (await playersInRound(2, 8_000)) as [Page];
  const score = await demoPages.catchStar(alice);
  await demoPages.restart(async () => {
    await untilStatus(alice, "reconnecting");
    await untilText(alice, "Time! Collecting the scores…");
  });
  expect(await ranking(alice)).toContain(`Alice ${score}`);
});

test("a server without the match sends the players back to the lobby", async () => {
  demoPages = await DemoPages.start(browser, {}, false);
  const [alice, bob] = (await playersInRound(2, 60_000)) as [Page, Page];
  await demoPages.restart(() => untilStatus(alice, "reconnecting"));
  for (const page of [alice, bob]) {
    await untilToast(page, "The match is gone: the server was restarted without it.");
    await untilVisible(page, "the lobby is visible", "#lobby");
  }
});

test("a reloaded page returns to the round with its score", async () => {
  demoPages = await DemoPages.start(browser);
  const [alice, bob] = (await playersInRound(2, 60_000)) as [Page, Page];
  const score = await demoPages.catchStar(alice);
  await untilVisible(bob, "Bob sees the score", `.scores strong:text-is("${score}")`);
  const before = demoPages.demo.emulator.sessions().find(({ userId }) => userId === "Alice");
  await alice.reload();
  await untilInMatch(alice);
  await untilVisible(alice, "the score is kept", `.scores .me strong:text-is("${score}")`);
  const after = demoPages.demo.emulator.sessions().find(({ userId }) => userId === "Alice");
  expect(after?.sessionId).toBe(before?.sessionId);
  expect(after?.connectionId).not.toBe(before?.connectionId);
});

test("a player who leaves ends a round of two, and the other sees it", async () => {
  demoPages = await DemoPages.start(browser);
  const [alice, bob] = (await playersInRound(2, 60_000)) as [Page, Page];
  await bob.click("#leave");
  await untilToast(alice, "Bob left");
  await untilFinished(alice);
  await untilLogged(alice, "Gs2Matchmaking:Leave");
  await untilVisible(bob, "Bob is in the lobby", "#lobby");
  await alice.click("#toLobby");
  await untilVisible(alice, "Alice too", "#lobby");
});

test("robots fill the gathering, and mouse and touch catch stars", async () => {
  demoPages = await DemoPages.start(browser, { viewport: desktop, hasTouch: true });
  const alice = await demoPages.openReady("?name=Alice&roundMs=60000");
  await alice.click("#play-4");
  await untilInGathering(alice);
  await alice.click("#robots");
  await untilInMatch(alice);
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
  expect(demoPages.pageErrors).toEqual([]);
});

test("a rival's golden star clouds the sky, and names the rival", async () => {
  demoPages = await DemoPages.start(browser);
  const [alice] = (await playersInRound(2, 60_000)) as [Page];
  await demoPages.demo.emulator.notify({
    userId: "Alice",
    key: "starfall:cloud",
    payload: { matchName: "gathering-0001", byUserId: "Bob", cells: [0, 5, 10] },
  });
  await untilToast(alice, "Bob clouds your sky!");
  expect(demoPages.pageErrors).toEqual([]);
});
