import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page, Response, Worker } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.js";
import { inRepo } from "../support/repo.js";
import { recordDisplayed } from "./displayedNotifications.js";
import { untilVisible } from "./pageErrors.js";
import {
  DemoPages,
  untilLogged,
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

const start = async (options: BrowserContextOptions = {}) => {
  demoPages = await DemoPages.start(browser, options);
};

beforeEach(() => start());
afterEach(() => demoPages.close());

const lobby = (page: Page) => untilVisible(page, "the lobby is visible", "#lobby .size");
const loggedCount = (page: Page, key: string) => page.locator(`#log li[data-key='${key}']`).count();

const finishMission = (userId: string) =>
  demoPages.demo.emulator.notify({
    userId,
    key: "Gs2Mission:Complete",
    payload: { namespaceName: "mission", groupName: "daily", userId, taskName: "win-round" },
  });

test("the demo's page allows scripts of its own only, and no frame of another page", async () => {
  const { headers } = await fetch(demoPages.demo.url);
  const policy = headers.get("content-security-policy");
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'self'");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
});

test("the demo's responses with a player's token are not stored", async () => {
  const page = await demoPages.context.newPage();
  const responses: Response[] = [];
  page.on("response", (response) => responses.push(response));
  await page.goto(`${demoPages.demo.url}?name=Alice`);
  await untilStatus(page, "ready");
  for (const path of ["/account/account/account/Alice", "/auth/login/signed"]) {
    const login = responses.find((response) => new URL(response.url()).pathname === path);
    expect([login?.status(), login?.headers()["cache-control"]]).toEqual([200, "no-store"]);
  }
});

describe("two players", () => {
  test("see each other in the lobby, play a match, and get each other's notifications", async () => {
    // The renderer that players have, where a match is drawn once.
    const alice = await demoPages.openReady("?name=Alice", "auto");
    await alice.click("#play-2");
    await untilInGathering(alice);

    const bob = await demoPages.openReady("?name=Bob");
    await untilVisible(
      bob,
      "Bob sees the waiting player",
      "#play-2.waited:has-text('1 of 2 here')",
    );
    await untilVisible(bob, "Bob sees Alice", ".people li:has-text('Alice')");
    await bob.click("#play-2");
    await untilLogged(alice, "Gs2Matchmaking:Join", '"joinUserId":"Bob"');
    await untilToast(alice, "Bob joined");
    await untilLogged(alice, "Gs2Matchmaking:Complete");
    await untilLogged(bob, "Gs2Matchmaking:Complete");
    await untilInMatch(alice);
    await untilInMatch(bob);
    expect(await loggedCount(bob, "Gs2Matchmaking:Join")).toBe(0);
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("each get their own finished mission", async () => {
    const alice = await demoPages.openReady("?name=Alice");
    const bob = await demoPages.openReady("?name=Bob");
    await finishMission("Alice");
    await untilToast(alice, "Mission complete: Win a round");
    await untilLogged(alice, "Gs2Mission:Complete");
    expect(await loggedCount(bob, "Gs2Mission:Complete")).toBe(0);
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("see a notification with a key unknown to the page", async () => {
    const alice = await demoPages.openReady("?name=Alice");
    await demoPages.demo.emulator.notify({
      userId: "Alice",
      key: "raid-start",
      payload: { raid: 7 },
    });
    await untilLogged(alice, "raid-start", '{"raid":7}');
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("are not matched with a player who closed the page", async () => {
    const gone = await demoPages.openReady("?name=Gone");
    await gone.click("#play-2");
    await untilInGathering(gone);
    await gone.close();
    const alice = await demoPages.openReady("?name=Alice");
    await expect
      .poll(() => demoPages.demo.emulator.sessions().map(({ userId }) => userId))
      .toEqual(["Alice"]);
    await alice.click("#play-2");
    await untilInGathering(alice);
    expect(await alice.locator(".seats .free").count()).toBe(1);
  });

  test("can leave a gathering, and the other player sees it", async () => {
    const alice = await demoPages.openReady("?name=Alice");
    await alice.click("#play-3");
    await untilInGathering(alice);
    const bob = await demoPages.openReady("?name=Bob");
    await bob.click("#play-3");
    await untilInGathering(bob);
    await bob.click("#leave");
    await lobby(bob);
    await untilToast(alice, "Bob left");
    await untilVisible(alice, "the seat is free again", ".seats:has(li:nth-child(2) .free)");
    expect(demoPages.pageErrors).toEqual([]);
  });
});

describe("a player with an exclusive session", () => {
  test("is refused in a second tab, takes over there, and can take over again in the first", async () => {
    const first = await demoPages.openReady("?name=Alice&exclusive=1");
    const second = await demoPages.open("?name=Alice&exclusive=1");
    await untilText(second, "Alice already plays in another tab.");
    await untilStatus(second, "connected");
    await untilStatus(first, "ready");

    await second.click("text=Play here");
    await untilStatus(second, "ready");
    await untilStatus(first, "replaced");
    await untilText(first, "Alice plays somewhere else now.");
    expect(await first.locator("#lobby").isVisible()).toBe(false);

    await finishMission("Alice");
    await untilLogged(second, "Gs2Mission:Complete");
    expect(await loggedCount(first, "Gs2Mission:Complete")).toBe(0);

    await first.click("text=Play here");
    await untilStatus(first, "ready");
    await untilStatus(second, "replaced");
    await finishMission("Alice");
    await untilLogged(first, "Gs2Mission:Complete");
    expect(demoPages.pageErrors).toEqual([]);
  });
});

describe("a player with shared sessions", () => {
  test("receives in every tab", async () => {
    const tabs = [
      await demoPages.openReady("?name=Alice"),
      await demoPages.openReady("?name=Alice"),
    ];
    await tabs[0]!.click("#play-2");
    await untilInGathering(tabs[0]!);
    const bob = await demoPages.openReady("?name=Bob");
    await bob.click("#play-2");
    for (const tab of tabs) {
      await untilLogged(tab, "Gs2Matchmaking:Join");
      await untilInMatch(tab);
    }
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("quits, and plays under another name", async () => {
    const alice = await demoPages.openReady("?name=Alice");
    await alice.click("#play-2");
    await untilInGathering(alice);
    await alice.click("#quit");
    await untilStatus(alice, "closed");
    await expect.poll(() => demoPages.demo.emulator.sessions()).toEqual([]);
    expect(new URL(alice.url()).searchParams.has("name")).toBe(false);

    await alice.fill("[name=name]", "Carol");
    await alice.click("#start button");
    await untilStatus(alice, "ready");
    expect(demoPages.demo.emulator.sessions().map(({ userId }) => userId)).toEqual(["Carol"]);
    await lobby(alice);
    expect(demoPages.pageErrors).toEqual([]);
  });
});

describe("a server outage", () => {
  test("makes the page show that it waits, and the page reconnects and goes on", async () => {
    const alice = await demoPages.openReady("?name=Alice&exclusive=1");
    await demoPages.restart(async () => {
      await untilStatus(alice, "reconnecting");
      await untilVisible(
        alice,
        "the start command is visible",
        "#trouble :text('Is npm start running?')",
      );
      await untilVisible(
        alice,
        "the countdown to the next attempt is visible",
        "#trouble :text-matches('Next try in \\\\d+ s')",
      );
      expect(await alice.getAttribute("#play-2", "aria-disabled")).toBe("true");
    });
    await untilStatus(alice, "ready");
    await alice.locator("#trouble").waitFor({ state: "detached" });
    await alice.click("#play-2");
    await untilInGathering(alice);
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("is retried at once by Retry now", async () => {
    // With its clock stopped the page does not reconnect by its timer.
    await demoPages.context.clock.install();
    const alice = await demoPages.openReady("?name=Alice");
    await demoPages.context.clock.pauseAt(Date.now() + 60_000);
    await demoPages.restart(() => untilStatus(alice, "reconnecting"));
    await alice.click("#retry");
    await demoPages.context.clock.runFor(1);
    await untilStatus(alice, "ready");
  });
});

test("a refused login shows Signed out, and Connect again retries it", async () => {
  const errors = [{ component: "account", message: "The session is over." }];
  await demoPages.context.route("**/account/account/account/*", (route) =>
    route.fulfill({ status: 401, json: { message: JSON.stringify(errors) } }),
  );
  const alice = await demoPages.open("?name=Alice");
  await untilStatus(alice, "unauthorized");
  await untilText(alice, "The session is over.");
  await demoPages.context.unroute("**/account/account/account/*");
  await alice.click("text=Connect again");
  await untilStatus(alice, "ready");
});

test("a page from another server shows the start command, and goes on when the emulator runs", async () => {
  let isRunning = false;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (isRunning && path === "/_emulator/ready") {
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
    const page = await demoPages.context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await untilVisible(page, "the start command is visible", "#no-server:has-text('npm start')");
    isRunning = true;
    await untilVisible(page, "the game starts", "#start");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describe("the language", () => {
  test("is the browser's until the player chooses another, which is kept", async () => {
    await demoPages.close();
    await start({ locale: "ja-JP" });
    const page = await demoPages.open();
    await untilVisible(page, "the page is Japanese", "text=はじめる");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("ja");
    await page.selectOption("#language", "en");
    await untilVisible(page, "the page is English", "#start button:text('Play')");
    await page.reload();
    await untilVisible(page, "the page still is", "#start button:text('Play')");
    expect(await page.title()).toBe("Starfall, the gs2-gateway demo");
  });
});

describe("the bell", () => {
  const bell = (page: Page, words: string) => untilVisible(page, words, `#push p:text("${words}")`);

  async function withBell(query: string): Promise<{ page: Page; worker: Worker }> {
    const page = await demoPages.openReady(query);
    await page.click("#bell");
    await bell(page, "You are notified while you are away.");
    return { page, worker: demoPages.context.serviceWorkers()[0]! };
  }

  /** Simulates a hidden page, as a headless page never hides. */
  const setHidden = (page: Page, hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);

  beforeEach(async () => {
    await demoPages.close();
    await start({ permissions: ["notifications"] });
  });

  test("turns push on, tests it and turns it off, and shows its state as text", async () => {
    const { page } = await withBell("?name=Alice");
    expect(demoPages.demo.emulator.state().firebaseTokens).toMatchObject([{ userId: "Alice" }]);
    await page.click("#testPush");
    await untilVisible(
      page,
      "the push is in the log",
      "#log li[data-key='starfall:hello'][data-via=push]",
    );
    await page.click("#bell");
    await bell(page, "Push is off.");
    expect(demoPages.demo.emulator.state().firebaseTokens).toEqual([]);
    expect(demoPages.pageErrors).toEqual([]);
  });

  test("notifies a player with a hidden page of the match, and the click opens it", async () => {
    const { page: alice, worker } = await withBell("?name=Alice");
    await alice.click("#play-2");
    await untilInGathering(alice);
    await setHidden(alice, true);
    await untilStatus(alice, "closed");
    await expect.poll(() => demoPages.demo.emulator.sessions()).toEqual([]);
    await worker.evaluate(() => {
      const { clients } = globalThis as unknown as {
        clients: {
          matchAll: (options: unknown) => Promise<{ url: string; postMessage: () => void }[]>;
        };
      };
      const all = clients.matchAll.bind(clients);
      clients.matchAll = async (options) =>
        (await all(options)).map((client) => ({
          url: client.url,
          visibilityState: "hidden",
          postMessage: client.postMessage.bind(client),
          focus: async () => undefined,
        }));
    });

    const displayed = await recordDisplayed(await demoPages.context.newCDPSession(alice));
    const bob = await demoPages.openReady("?name=Bob");
    await bob.click("#play-2");
    await expect.poll(() => displayed.join("\n"), { timeout: 20_000 }).toMatch(/^Match found: /m);

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
    await untilToast(alice, "Match found!");
    await setHidden(alice, false);
    await untilStatus(alice, "ready");
    await untilInMatch(alice);
  });

  test("shows that notifications are blocked", async () => {
    await demoPages.close();
    await start({ permissions: [] });
    const page = await demoPages.openReady("?name=Alice");
    await bell(page, "Notifications are blocked.");
    expect(await page.getAttribute("#bell", "aria-disabled")).toBe("true");
    expect(demoPages.pageErrors).toEqual([]);
  });
});

test("the keyboard is enough to log in, to find a match and to catch a star", async () => {
  const page = await demoPages.open("?roundMs=20000");
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.locator("#start").waitFor();
  await page.keyboard.type("Alice");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await untilStatus(page, "ready");
  expect(demoPages.demo.emulator.sessions()[0]?.sessionId).toBeTruthy();

  await lobby(page);
  for (let tab = 0; tab < 12 && (await focused()) !== "play-2"; tab++) {
    await page.keyboard.press("Tab");
  }
  expect(await focused()).toBe("play-2");
  await page.keyboard.press("Enter");
  await untilInGathering(page);
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("robots");
  await page.keyboard.press("Enter");
  await untilInMatch(page);
  expect(await focused()).toBe("board");

  // Moves from cell to cell by the arrow keys until a cell has a star.
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

  // And the refused tab.
  const second = await demoPages.open("?name=Alice&exclusive=1");
  await untilText(second, "Alice already plays in another tab.");
  for (let tab = 0; tab < 12; tab++) {
    if ((await second.evaluate(() => document.activeElement?.id)) === "takeOver") break;
    await second.keyboard.press("Tab");
  }
  await second.keyboard.press("Enter");
  await untilStatus(second, "ready");
  expect(demoPages.pageErrors).toEqual([]);
});

describe("npm start", () => {
  function run(port: string) {
    const child = spawn(process.execPath, [inRepo("demo", "serve.mjs")], {
      env: { ...process.env, PORT: port },
    });
    const output = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.err += text));
    return { child, output, exit: once(child, "exit") };
  }

  test("prints the URLs of demo and inspector, an error when the port is taken, and exits on Ctrl-C", async () => {
    const first = run("0");
    try {
      await expect.poll(() => first.output.out, { timeout: 10_000 }).toContain("Inspector: ");
      const printed = /^Demo: +(http:\/\/127\.0\.0\.1:\d+\/)demo\/\nInspector: \1\n$/;
      expect(first.output.out).toMatch(printed);
      const inspector = printed.exec(first.output.out)![1]!;
      expect(await (await fetch(inspector)).text()).toContain("inspector");
      const url = `${inspector}demo/`;
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("game.js");

      const second = run(new URL(url).port);
      expect(await second.exit).toEqual([1, null]);
      expect(second.output.out).toBe("");
      expect(second.output.err).toMatch(/^Port \d+ is in use.*\n$/);

      first.child.kill("SIGINT");
      expect(await first.exit).toEqual([0, null]);
      expect(first.output).toEqual({ out: expect.stringMatching(printed) as string, err: "" });
    } finally {
      first.child.kill("SIGKILL");
    }
  });

  test("requests nothing from other hosts", async () => {
    const hosts = new Set<string>();
    demoPages.context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http")) hosts.add(host);
    });
    const alice = await demoPages.openReady("?name=Alice");
    await alice.click("#play-2");
    await untilInGathering(alice);
    await alice.click("#robots");
    await untilInMatch(alice);
    expect([...hosts]).toEqual([new URL(demoPages.demo.url).host]);
    expect(demoPages.pageErrors).toEqual([]);
  });
});
