import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page, Worker } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { inRepo } from "../support/repo.js";
import { until } from "./pages.js";
import { Visit, heard, playing, says, seated, status, toast } from "./demoPages.js";

let browser: Browser;
let visit: Visit;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const begin = async (options: BrowserContextOptions = {}) => {
  visit = await Visit.begin(browser, options);
};

beforeEach(() => begin());
afterEach(() => visit.end());

const lobby = (page: Page) => until(page, "the lobby is there", "#lobby .size");
const heardOf = (page: Page, key: string) => page.locator(`#log li[data-key='${key}']`).count();

const finishMission = (userId: string) =>
  visit.demo.emulator.notify({
    userId,
    key: "Gs2Mission:Complete",
    payload: { namespaceName: "mission", groupName: "daily", userId, taskName: "win-round" },
  });

describe("two players", () => {
  test("see each other in the lobby, meet in a match, and hear of each other", async () => {
    const alice = await visit.ready("?name=Alice");
    await alice.click("#play-2");
    await seated(alice);

    const bob = await visit.ready("?name=Bob&renderer=canvas");
    await until(bob, "Bob sees who waits", "#play-2.waited:has-text('1 of 2 here')");
    await until(bob, "Bob sees Alice", ".people li:has-text('Alice')");
    await bob.click("#play-2");
    await heard(alice, "Gs2Matchmaking:Join", '"joinUserId":"Bob"');
    await toast(alice, "Bob joined");
    await heard(alice, "Gs2Matchmaking:Complete");
    await heard(bob, "Gs2Matchmaking:Complete");
    await playing(alice);
    await playing(bob);
    expect(await heardOf(bob, "Gs2Matchmaking:Join")).toBe(0);
    expect(visit.ownComplaints).toEqual([]);
  });

  test("are told of a finished mission each for themselves", async () => {
    const alice = await visit.ready("?name=Alice");
    const bob = await visit.ready("?name=Bob&renderer=canvas");
    await finishMission("Alice");
    await toast(alice, "Mission complete: Win a round");
    await heard(alice, "Gs2Mission:Complete");
    expect(await heardOf(bob, "Gs2Mission:Complete")).toBe(0);
    expect(visit.ownComplaints).toEqual([]);
  });

  test("see what somebody else sends, also under a key the page does not know", async () => {
    const alice = await visit.ready("?name=Alice");
    await visit.demo.emulator.notify({ userId: "Alice", key: "raid-start", payload: { raid: 7 } });
    await heard(alice, "raid-start", '{"raid":7}');
    expect(visit.ownComplaints).toEqual([]);
  });

  test("are not matched with somebody who closed the page", async () => {
    const gone = await visit.ready("?name=Gone");
    await gone.click("#play-2");
    await seated(gone);
    await gone.close();
    const alice = await visit.ready("?name=Alice");
    await expect
      .poll(() => visit.demo.emulator.sessions().map(({ userId }) => userId))
      .toEqual(["Alice"]);
    await alice.click("#play-2");
    await seated(alice);
    expect(await alice.locator(".seats .free").count()).toBe(1);
  });

  test("who does not want to wait leaves the seat, and the other is told", async () => {
    const alice = await visit.ready("?name=Alice");
    await alice.click("#play-3");
    await seated(alice);
    const bob = await visit.ready("?name=Bob&renderer=canvas");
    await bob.click("#play-3");
    await seated(bob);
    await bob.click("#leave");
    await lobby(bob);
    await toast(alice, "Bob left");
    await until(alice, "the seat is free again", ".seats:has(li:nth-child(2) .free)");
    expect(visit.ownComplaints).toEqual([]);
  });
});

describe("a player with one place", () => {
  test("is refused in a second tab, takes over there, and may take it back", async () => {
    const first = await visit.ready("?name=Alice&exclusive=1");
    const second = await visit.open("?name=Alice&exclusive=1");
    await says(second, "Alice already plays in another tab.");
    await status(second, "connected");
    await status(first, "ready");

    await second.click("text=Play here");
    await status(second, "ready");
    await status(first, "replaced");
    await says(first, "Alice plays somewhere else now.");
    expect(await first.locator("#lobby").isVisible()).toBe(false);

    await finishMission("Alice");
    await heard(second, "Gs2Mission:Complete");
    expect(await heardOf(first, "Gs2Mission:Complete")).toBe(0);

    await first.click("text=Play here");
    await status(first, "ready");
    await status(second, "replaced");
    await finishMission("Alice");
    await heard(first, "Gs2Mission:Complete");
    expect(visit.ownComplaints).toEqual([]);
  });
});

describe("a player without one", () => {
  test("hears in every tab", async () => {
    const tabs = [await visit.ready("?name=Alice"), await visit.ready("?name=Alice")];
    await tabs[0]!.click("#play-2");
    await seated(tabs[0]!);
    const bob = await visit.ready("?name=Bob&renderer=canvas");
    await bob.click("#play-2");
    for (const tab of tabs) {
      await heard(tab, "Gs2Matchmaking:Join");
      await playing(tab);
    }
    expect(visit.ownComplaints).toEqual([]);
  });

  test("quits, and plays under another name", async () => {
    const alice = await visit.ready("?name=Alice");
    await alice.click("#play-2");
    await seated(alice);
    await alice.click("#quit");
    await status(alice, "closed");
    await expect.poll(() => visit.demo.emulator.sessions()).toEqual([]);
    expect(new URL(alice.url()).search).toBe("");

    await alice.fill("[name=name]", "Carol");
    await alice.click("#start button");
    await status(alice, "ready");
    expect(visit.demo.emulator.sessions().map(({ userId }) => userId)).toEqual(["Carol"]);
    await lobby(alice);
    expect(visit.ownComplaints).toEqual([]);
  });
});

describe("a server that goes away", () => {
  test("is waited for: the page says so, comes back by itself and goes on", async () => {
    const alice = await visit.ready("?name=Alice&exclusive=1");
    await visit.restart(async () => {
      await status(alice, "reconnecting");
      await until(alice, "what to start is said", "#trouble :text('Is npm start running?')");
      await until(
        alice,
        "the wait is counted down",
        "#trouble :text-matches('Next try in \\\\d+ s')",
      );
      expect(await alice.getAttribute("#play-2", "aria-disabled")).toBe("true");
    });
    await status(alice, "ready");
    await alice.locator("#trouble").waitFor({ state: "detached" });
    await alice.click("#play-2");
    await seated(alice);
    expect(visit.ownComplaints).toEqual([]);
  });

  test("is asked again at once on Retry now", async () => {
    // With its clock stopped the page cannot come back by itself.
    await visit.context.clock.install();
    const alice = await visit.ready("?name=Alice");
    await visit.context.clock.pauseAt(Date.now() + 60_000);
    await visit.restart(() => status(alice, "reconnecting"));
    await alice.click("#retry");
    await visit.context.clock.runFor(1);
    await status(alice, "ready");
  });
});

test("a login server that says no ends in Signed out, and Connect again asks it once more", async () => {
  await visit.context.route("**/api/login", (route) =>
    route.fulfill({ status: 401, json: { message: "The session is over." } }),
  );
  const alice = await visit.open("?name=Alice");
  await status(alice, "unauthorized");
  await says(alice, "The session is over.");
  await visit.context.unroute("**/api/login");
  await alice.click("text=Connect again");
  await status(alice, "ready");
});

test("a page from another server says what to start, and goes on when it is there", async () => {
  let isThere = false;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (isThere && path === "/_emulator/ready") {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    const type = path.endsWith(".js") ? "text/javascript" : path === "/" ? "text/html" : "text/css";
    readFile(inRepo("build/demo/page", path === "/" ? "index.html" : path.slice(1))).then(
      (file) => response.writeHead(200, { "content-type": type }).end(file),
      () => response.writeHead(404, { "content-type": "text/html" }).end("<p>Nothing here"),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const page = await visit.context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await until(page, "what to start is said", "#no-server:has-text('npm start')");
    isThere = true;
    await until(page, "the game goes on", "#start");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describe("the language", () => {
  test("is the browser's, until another is chosen, and then also the next time", async () => {
    await visit.end();
    await begin({ locale: "ja-JP" });
    const page = await visit.open();
    await until(page, "it is Japanese", "text=はじめる");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("ja");
    await page.selectOption("#language", "en");
    await until(page, "it is English", "#start button:text('Play')");
    await page.reload();
    await until(page, "it still is", "#start button:text('Play')");
    expect(await page.title()).toBe("Starfall, the gs2-gateway demo");
  });
});

describe("a bell", () => {
  const bell = (page: Page, words: string) => until(page, words, `#push p:text("${words}")`);

  async function withBell(query: string): Promise<{ page: Page; worker: Worker }> {
    const page = await visit.ready(query);
    await page.click("#bell");
    await bell(page, "You are notified while you are away.");
    return { page, worker: visit.context.serviceWorkers()[0]! };
  }

  /** As if the player looked at something else: a headless page never hides by itself. */
  const lookAway = (page: Page, away: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, away);

  const shown = (worker: Worker) =>
    worker.evaluate(async () => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      return (await registration.getNotifications()).map(({ title }) => title);
    });

  beforeEach(async () => {
    await visit.end();
    await begin({ permissions: ["notifications"] });
  });

  test("is turned on, tried and turned off, and says in words how it stands", async () => {
    const { page } = await withBell("?name=Alice&renderer=canvas");
    expect(visit.demo.emulator.state().firebaseTokens).toMatchObject([{ userId: "Alice" }]);
    await page.click("#testPush");
    await until(
      page,
      "the push is in the list",
      "#log li[data-key='starfall:hello'][data-via=push]",
    );
    await page.click("#bell");
    await bell(page, "Push is off.");
    expect(visit.demo.emulator.state().firebaseTokens).toEqual([]);
    expect(visit.ownComplaints).toEqual([]);
  });

  test("tells a player who is away of the match, and the click leads into it", async () => {
    const { page: alice, worker } = await withBell("?name=Alice&renderer=canvas");
    await alice.click("#play-2");
    await seated(alice);
    await lookAway(alice, true);
    await status(alice, "closed");
    await expect.poll(() => visit.demo.emulator.sessions()).toEqual([]);
    await worker.evaluate(() => {
      const { clients } = globalThis as unknown as {
        clients: {
          matchAll: (wish: unknown) => Promise<{ url: string; postMessage: () => void }[]>;
        };
      };
      const all = clients.matchAll.bind(clients);
      clients.matchAll = async (wish) =>
        (await all(wish)).map((client) => ({
          url: client.url,
          visibilityState: "hidden",
          postMessage: client.postMessage.bind(client),
          focus: async () => undefined,
        }));
    });

    const bob = await visit.ready("?name=Bob&renderer=canvas");
    await bob.click("#play-2");
    await expect.poll(() => shown(worker), { timeout: 20_000 }).toContain("Match found");

    await worker.evaluate(async () => {
      interface Scope {
        registration: ServiceWorkerRegistration;
        NotificationEvent: new (name: string, init: object) => Event;
        dispatchEvent: (event: Event) => void;
      }
      const scope = globalThis as unknown as Scope;
      const all = await scope.registration.getNotifications();
      const notification = all.find(({ title }) => title === "Match found");
      scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }));
    });
    await toast(alice, "Match found!");
    await lookAway(alice, false);
    await status(alice, "ready");
    await playing(alice);
  });

  test("says so where notifications are blocked", async () => {
    await visit.end();
    await begin({ permissions: [] });
    const page = await visit.ready("?name=Alice");
    await bell(page, "Notifications are blocked.");
    expect(await page.getAttribute("#bell", "aria-disabled")).toBe("true");
    expect(visit.ownComplaints).toEqual([]);
  });
});

test("a keyboard is enough to play, to find a match and to catch a star", async () => {
  const page = await visit.open("?roundMs=20000&renderer=canvas");
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.locator("#start").waitFor();
  await page.keyboard.type("Alice");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await status(page, "ready");
  expect(visit.demo.emulator.sessions()[0]?.sessionId).toBeTruthy();

  await lobby(page);
  for (let tab = 0; tab < 12 && (await focused()) !== "play-2"; tab++) {
    await page.keyboard.press("Tab");
  }
  expect(await focused()).toBe("play-2");
  await page.keyboard.press("Enter");
  await seated(page);
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("robots");
  await page.keyboard.press("Enter");
  await playing(page);
  expect(await focused()).toBe("board");

  // From cell to cell by the arrows, in a row and back, until something was there to be caught.
  await expect
    .poll(
      async () => {
        for (const row of ["ArrowRight", "ArrowLeft"]) {
          for (let step = 0; step < 4; step++) {
            await page.keyboard.press("Space");
            await page.keyboard.press(row);
          }
          await page.keyboard.press("ArrowDown");
        }
        for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowUp");
        return Number(await page.locator(".scores .me strong").innerText());
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0);

  // The refused tab too.
  const second = await visit.open("?name=Alice&exclusive=1");
  await says(second, "Alice already plays in another tab.");
  for (let tab = 0; tab < 12; tab++) {
    if ((await second.evaluate(() => document.activeElement?.id)) === "takeOver") break;
    await second.keyboard.press("Tab");
  }
  await second.keyboard.press("Enter");
  await status(second, "ready");
  expect(visit.ownComplaints).toEqual([]);
});

describe("npm start", () => {
  function run(port: string) {
    const child = spawn(process.execPath, [inRepo("demo", "serve.mjs")], {
      env: { ...process.env, PORT: port },
    });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
    return { child, said, exit: once(child, "exit") };
  }

  test("prints one address, says so when the port is taken, and ends on Ctrl-C", async () => {
    const first = run("0");
    try {
      await expect.poll(() => first.said.out, { timeout: 10_000 }).toContain("\n");
      const url = first.said.out.trim();
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\/$/);
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("game.js");

      const second = run(new URL(url).port);
      expect(await second.exit).toEqual([1, null]);
      expect(second.said.out).toBe("");
      expect(second.said.err).toMatch(/^Port \d+ is in use.*\n$/);

      first.child.kill("SIGINT");
      expect(await first.exit).toEqual([0, null]);
      expect(first.said).toEqual({ out: `${url}\n`, err: "" });
    } finally {
      first.child.kill("SIGKILL");
    }
  });

  test("asks no other host for anything", async () => {
    const hosts = new Set<string>();
    visit.context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http")) hosts.add(host);
    });
    const alice = await visit.ready("?name=Alice&renderer=canvas");
    await alice.click("#play-2");
    await seated(alice);
    await alice.click("#robots");
    await playing(alice);
    expect([...hosts]).toEqual([new URL(visit.demo.url).host]);
    expect(visit.ownComplaints).toEqual([]);
  });
});
