import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContext, BrowserContextOptions, Page, Worker } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMatchmaking } from "../../demo/matchmaking.mjs";
import { startDemo, type Demo } from "../../demo/server.mjs";
import { launchBrowser } from "../support/browser.js";
import { inRepo } from "../support/repo.js";
import { complaintsOf, until } from "./pages.js";

const pictures = inRepo("artifacts");
const phone = { name: "phone", viewport: { width: 360, height: 640 } };
const desk = { name: "desk", viewport: { width: 1280, height: 800 } };

let browser: Browser;
let demo: Demo;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function newContext(options: BrowserContextOptions = {}) {
  context = await browser.newContext({ viewport: desk.viewport, ...options });
  complaints = complaintsOf(context);
}

beforeEach(async () => {
  demo = await startDemo();
  await newContext();
});
afterEach(async () => {
  await context.close();
  await demo.stop();
});

async function open(query = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(demo.url + query);
  return page;
}

const status = (page: Page, wanted: string) =>
  until(page, `the status is ${wanted}`, `#status[data-status="${wanted}"]`);

const heard = (page: Page, key: string, words = "") =>
  until(
    page,
    `${key} is in the list`,
    `#log li[data-key="${key}"]:has-text(${JSON.stringify(words)})`,
  );

const says = (page: Page, text: string) => until(page, `it says "${text}"`, `text="${text}"`);

async function ready(query: string): Promise<Page> {
  const page = await open(query);
  await status(page, "ready");
  return page;
}

/** Goes away and comes back under the same address, as a restarted server does. */
async function restart(whileAway: () => Promise<void>) {
  const port = Number(new URL(demo.url).port);
  await demo.stop();
  await whileAway();
  demo = await startDemo({ port });
}

/** Which controls cannot be seen whole and be hit without scrolling, and whether the page is too wide. */
const outOfPlace = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth, clientHeight, scrollWidth } = document.documentElement;
    const controls = [
      ...document.querySelectorAll<HTMLElement>("button, input, a, [tabindex='0']"),
    ].filter((control) => control.checkVisibility());
    const faults = controls.flatMap((control) => {
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const inView = left >= 0 && top >= 0 && right <= clientWidth && bottom <= clientHeight;
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const name = control.id || control.getAttribute("name") || control.textContent;
      return [
        ...(inView ? [] : [`${name} is out of view`]),
        ...(control.contains(hit) ? [] : [`${name} is covered`]),
      ];
    });
    if (controls.length === 0) faults.push("there is no control");
    if (scrollWidth > clientWidth) faults.push(`it is ${scrollWidth - clientWidth} px too wide`);
    return faults;
  });

describe("two players", () => {
  test("meet in a match, hear of each other, and part", async () => {
    const alice = await ready("?name=Alice");
    await alice.click("#find");
    await says(alice, "Waiting for another player…");

    const bob = await ready("?name=Bob");
    await bob.click("#find");
    await heard(alice, "Gs2Matchmaking:Join", "Bob joined");
    await heard(alice, "Gs2Matchmaking:Complete");
    await heard(bob, "Gs2Matchmaking:Complete");
    await until(alice, "Alice sees the match", ".complete :text('You play against Bob.')");
    await until(bob, "Bob sees the match", ".complete :text('You play against Alice.')");
    expect(await bob.locator("#log li[data-key='Gs2Matchmaking:Join']").count()).toBe(0);

    await bob.click("#leave");
    await heard(alice, "Gs2Matchmaking:Leave", "Bob left");
    await says(alice, "Bob left. Waiting for another player…");
    await says(bob, "Play against whoever comes next.");
    expect(complaints).toEqual([]);
  });

  test("are told of a finished mission each for themselves", async () => {
    const alice = await ready("?name=Alice");
    const bob = await ready("?name=Bob");
    await alice.click("#finish");
    await until(alice, "the toast is shown", "#toast.shown:text('Mission complete: first-steps')");
    await heard(alice, "Gs2Mission:Complete");
    expect(await bob.locator("#log li").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("see what somebody else sends, also under a key the page does not know", async () => {
    const alice = await ready("?name=Alice");
    await demo.emulator.notify({ userId: "Alice", key: "raid-start", payload: { raid: 7 } });
    await heard(alice, "raid-start", '{"raid":7}');
    expect(complaints).toEqual([]);
  });

  test("are not matched with somebody who closed the page", async () => {
    const gone = await ready("?name=Gone");
    await gone.click("#find");
    await says(gone, "Waiting for another player…");
    await gone.close();
    const alice = await ready("?name=Alice");
    await expect
      .poll(() => demo.emulator.sessions().map(({ userId }) => userId))
      .toEqual(["Alice"]);
    await alice.click("#find");
    await says(alice, "Waiting for another player…");
  });
});

describe("a player with one place", () => {
  test("is refused in a second tab, takes over there, and may take it back", async () => {
    const first = await ready("?name=Alice&exclusive=1");
    const second = await open("?name=Alice&exclusive=1");
    await says(second, "Already playing in another tab");
    await status(second, "connected");
    await status(first, "ready");

    await second.click("text=Play here instead");
    await status(second, "ready");
    await status(first, "replaced");
    await says(first, "Your place was taken");
    expect(await first.locator("#find").isVisible()).toBe(false);

    await second.click("#finish");
    await heard(second, "Gs2Mission:Complete");
    expect(await first.locator("#log li").count()).toBe(0);

    await first.click("text=Play here again");
    await status(first, "ready");
    await status(second, "replaced");
    await first.click("#finish");
    await heard(first, "Gs2Mission:Complete");
    expect(complaints).toEqual([]);
  });

  test("reloads into the same place and the same match", async () => {
    const alice = await ready("?name=Alice&exclusive=1");
    await alice.click("#find");
    const bob = await ready("?name=Bob&exclusive=1");
    await bob.click("#find");
    await until(alice, "Alice sees the match", ".complete");
    const [before] = demo.emulator.sessions();

    await alice.reload();
    await status(alice, "ready");
    await says(alice, "You play against Bob.");
    const after = demo.emulator.sessions().find(({ userId }) => userId === "Alice");
    expect(after?.sessionId).toBe(before?.sessionId);
    expect(after?.connectionId).not.toBe(before?.connectionId);
    expect(complaints).toEqual([]);
  });
});

describe("a player without one", () => {
  test("hears in every tab", async () => {
    const tabs = [await ready("?name=Alice"), await ready("?name=Alice")];
    await tabs[0]!.click("#find");
    const bob = await ready("?name=Bob");
    await bob.click("#find");
    for (const tab of tabs) {
      await heard(tab, "Gs2Matchmaking:Join");
      await says(tab, "Match found! You play against Bob.");
    }
    expect(complaints).toEqual([]);
  });

  test("quits, and plays under another name", async () => {
    const alice = await ready("?name=Alice");
    await alice.click("#find");
    await says(alice, "Waiting for another player…");
    await alice.click("#quit");
    await status(alice, "closed");
    await expect.poll(() => demo.emulator.sessions()).toEqual([]);
    expect(new URL(alice.url()).search).toBe("");

    await alice.fill("[name=name]", "Carol");
    await alice.click("#start button");
    await status(alice, "ready");
    expect(demo.emulator.sessions().map(({ userId }) => userId)).toEqual(["Carol"]);
    await says(alice, "Play against whoever comes next.");
    expect(complaints).toEqual([]);
  });
});

describe("a server that goes away", () => {
  test("is waited for: the page comes back by itself and goes on", async () => {
    const alice = await ready("?name=Alice&exclusive=1");
    await restart(async () => {
      await status(alice, "reconnecting");
      await until(
        alice,
        "the wait is counted down",
        "#trouble :text-matches('Next try in \\\\d+ s')",
      );
      expect(await alice.getAttribute("#find", "aria-disabled")).toBe("true");
    });
    await status(alice, "ready");
    await alice.locator("#trouble").waitFor({ state: "hidden" });
    await alice.click("#find");
    await says(alice, "Waiting for another player…");
  });

  test("is asked again at once on Retry now", async () => {
    // With its clock stopped the page cannot come back by itself.
    await context.clock.install();
    const alice = await ready("?name=Alice");
    await context.clock.pauseAt(Date.now() + 60_000);
    await restart(() => status(alice, "reconnecting"));
    await alice.click("#retry");
    await context.clock.runFor(1);
    await status(alice, "ready");
  });
});

test("a login server that says no ends in Signed out, and Play again asks it once more", async () => {
  await context.route("**/api/login", (route) =>
    route.fulfill({ status: 401, json: { message: "The session is over." } }),
  );
  const alice = await open("?name=Alice");
  await status(alice, "unauthorized");
  await context.unroute("**/api/login");
  await alice.click("text=Play again");
  await status(alice, "ready");
});

describe("a bell", () => {
  const bell = (page: Page, words: string) => until(page, words, `#push p:text("${words}")`);

  async function withBell(query: string): Promise<{ page: Page; worker: Worker }> {
    const page = await ready(query);
    await page.click("#bell");
    await bell(page, "You are told while you are away.");
    return { page, worker: context.serviceWorkers()[0]! };
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
    await context.close();
    await newContext({ permissions: ["notifications"] });
  });

  test("is turned on, tried and turned off, and says in words how it stands", async () => {
    const { page } = await withBell("?name=Alice");
    expect(demo.emulator.state().firebaseTokens).toMatchObject([{ userId: "Alice" }]);
    await page.click("#testPush");
    await until(page, "the push is in the list", "#log li[data-key='demo:hello'][data-via=push]");
    await page.click("#bell");
    await bell(page, "Push is off.");
    expect(demo.emulator.state().firebaseTokens).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("tells a player who is away of the match, and the click leads back to the lobby", async () => {
    const { page: alice, worker } = await withBell("?name=Alice");
    await alice.click("#find");
    await says(alice, "Waiting for another player…");
    await lookAway(alice, true);
    await status(alice, "closed");
    await expect.poll(() => demo.emulator.sessions()).toEqual([]);
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

    const bob = await ready("?name=Bob");
    await bob.click("#find");
    await expect.poll(() => shown(worker), { timeout: 10_000 }).toContain("Match found");

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
    await until(alice, "the lobby says so", "#toast.shown:text('Match found!')");
    await lookAway(alice, false);
    await status(alice, "ready");
    await says(alice, "You play against Bob.");
  });

  test("says so where notifications are blocked", async () => {
    await context.close();
    await newContext({ permissions: [] });
    const page = await ready("?name=Alice");
    await bell(page, "Notifications are blocked.");
    expect(await page.getAttribute("#bell", "aria-disabled")).toBe("true");
    expect(complaints).toEqual([]);
  });
});

test("a keyboard is enough to play and to find a match", async () => {
  const page = await open();
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await page.keyboard.type("Alice");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await status(page, "ready");
  expect(demo.emulator.sessions()[0]?.sessionId).toBeTruthy();

  await page.keyboard.press("Tab");
  expect(await focused()).toBe("quit");
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("find");
  await page.keyboard.press("Enter");
  await says(page, "Waiting for another player…");
  expect(await focused()).toBe("leave");
  await page.keyboard.press("Enter");
  await says(page, "Play against whoever comes next.");
  expect(await focused()).toBe("find");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await heard(page, "Gs2Mission:Complete");

  // The refused tab too.
  const second = await open("?name=Alice&exclusive=1");
  await says(second, "Already playing in another tab");
  await second.keyboard.press("Tab");
  await second.keyboard.press("Enter");
  await status(second, "ready");
  expect(complaints).toEqual([]);
});

describe.each([phone, desk])("on a $name", ({ name: size, viewport }) => {
  const stage = async (page: Page, name: string) => {
    await page.screenshot({
      path: `${pictures}/demo-${size}-${name}.png`,
      animations: "disabled",
    });
    expect(await outOfPlace(page), `on a ${size}, ${name}`).toEqual([]);
  };

  test.each(["W".repeat(24), "Alice"])(
    "every control is in view at every stage for %s",
    async (name) => {
      await context.close();
      await newContext({ viewport });
      const query = `?${new URLSearchParams({ name, exclusive: "1" })}`;
      const page = await open();
      await stage(page, "start");
      await page.fill("[name=name]", name);
      await page.check("[name=exclusive]");
      await page.click("#start button");
      await status(page, "ready");
      await stage(page, "ready");
      await page.click("#find");
      await says(page, "Waiting for another player…");
      await stage(page, "waiting");
      const other = await ready("?name=Bartholomew Bartleby Bo");
      await other.click("#find");
      await until(page, "the match is complete", ".complete");
      await page.click("#finish");
      await until(page, "the toast is shown", "#toast.shown");
      await stage(page, "complete");
      await until(other, "the match is complete", ".complete");
      await stage(other, "opponent");

      const second = await open(query);
      await says(second, "Already playing in another tab");
      await stage(second, "refused");
      await second.click("#takeOver");
      await status(page, "replaced");
      await stage(page, "replaced");
      await restart(async () => {
        for (const one of [page, second, other]) await status(one, "reconnecting");
        await stage(second, "reconnecting");
        await stage(page, "replaced-reconnecting");
      });
      await status(second, "ready");
      await second.click("#quit");
      await status(second, "closed");
      await stage(second, "quit");
    },
  );

  test("in the dark too", async () => {
    await context.close();
    await newContext({ viewport, colorScheme: "dark", reducedMotion: "reduce" });
    const page = await ready("?name=Alice&exclusive=1");
    await stage(page, "dark");
  });
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
      expect((await fetch(url)).status).toBe(200);

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
});

describe("matchmaking", () => {
  const complete = { namespaceName: "matchmaking", gatheringName: "gathering-0001" };

  test("tells those who were there of whoever joins, and all when it is full", () => {
    const matchmaking = createMatchmaking();
    expect(matchmaking.join("a")).toEqual([]);
    expect(matchmaking.join("b")).toEqual([
      { userId: "a", key: "Gs2Matchmaking:Join", payload: { ...complete, joinUserId: "b" } },
      { userId: "a", key: "Gs2Matchmaking:Complete", payload: complete },
      { userId: "b", key: "Gs2Matchmaking:Complete", payload: complete },
    ]);
    expect(matchmaking.join("b")).toEqual([]);
    expect(matchmaking.gatheringOf("a")).toEqual({
      name: "gathering-0001",
      players: ["a", "b"],
      complete: true,
    });
  });

  test("fills the place of whoever leaves, and forgets a gathering nobody is in", () => {
    const matchmaking = createMatchmaking();
    matchmaking.join("a");
    matchmaking.join("b");
    expect(matchmaking.leave("a")).toEqual([
      { userId: "b", key: "Gs2Matchmaking:Leave", payload: { ...complete, leaveUserId: "a" } },
    ]);
    expect(matchmaking.leave("a")).toEqual([]);
    matchmaking.join("c");
    expect(matchmaking.gatheringOf("b")?.players).toEqual(["b", "c"]);
    matchmaking.leave("b");
    matchmaking.leave("c");
    matchmaking.join("d");
    expect(matchmaking.gatheringOf("d")?.name).toBe("gathering-0002");
    expect(matchmaking.gatheringOf("b")).toBeNull();
  });

  test("passes over those who wait no longer", () => {
    const matchmaking = createMatchmaking();
    matchmaking.join("gone");
    expect(matchmaking.join("a", (userId) => userId !== "gone")).toEqual([]);
    expect(matchmaking.gatheringOf("gone")).toBeNull();
    expect(matchmaking.gatheringOf("a")?.players).toEqual(["a"]);
  });
});
