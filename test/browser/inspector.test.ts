// The built inspector, in a real browser.
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { until } from "../support/until.js";
import { RawSocket, frame, restLogin } from "../integration/emulator/rawSocket.js";
import { recordPageErrors, untilVisible } from "./pageErrors.js";

const pictures = inRepo("artifacts");
const sizes = {
  phone: { width: 360, height: 640 },
  desk: { width: 1280, height: 800 },
  wall: { width: 2560, height: 1440 },
};

/** A page that binds a player and shows its notifications. */
const gamePage = `<!doctype html><title>game</title><link rel="icon" href="data:,">
  <ul></ul><script src="lib.js"></script><script>
  const gateway = new Gs2Gateway.GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "planted-client-secret" },
    endpoints: Gs2Gateway.emulatorEndpoints(location.origin),
  });
  const show = (text) => document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: text }));
  gateway.on("*", ({ key, rawPayload }) => show(key + " " + rawPayload));
  gateway.lifecycle.on("status", ({ status }) => show("status " + status));
  gateway.setUserId({ accessToken: "accessToken-0001" });
</script>`;

const game = (request: Request): Response =>
  request.url.endsWith("lib.js")
    ? new Response(readInRepo("dist/gs2-gateway.global.js"), {
        headers: { "content-type": "text/javascript" },
      })
    : new Response(gamePage, { headers: { "content-type": "text/html" } });

let browser: Browser;
let emulator: Emulator;
let context: BrowserContext;
let pageErrors: string[];

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"], mount: { "/game": game } });
});
afterEach(async () => {
  await context.close();
  await emulator.stop();
});

async function newContext(options: BrowserContextOptions = {}) {
  context = await browser.newContext({ viewport: sizes.desk, locale: "en-US", ...options });
  pageErrors = recordPageErrors(context);
}

async function open(path = "/"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(emulator.url + path);
  return page;
}

async function inspector(options: BrowserContextOptions = {}): Promise<Page> {
  await newContext(options);
  const page = await open();
  await untilVisible(page, "the inspector is connected", ".hearing.live");
  return page;
}

async function startGame(): Promise<Page> {
  const page = await open("/game/");
  await untilVisible(page, "the game is bound", "li:has-text('status ready')");
  return page;
}

const untilReceived = (page: Page, text: string) =>
  untilVisible(page, `the game receives ${text}`, `li:has-text(${JSON.stringify(text)})`);

/** A bound player without a browser. */
async function player(number: string): Promise<RawSocket> {
  const socket = await RawSocket.open(emulator.endpoints.webSocket);
  const token = await restLogin(emulator.url);
  const params = { namespaceName: "game-0001", accessToken: `accessToken-${number}` };
  await socket.ask({ ...frame("setUserId", params, token) });
  return socket;
}

const row = (text: string) => `.row:has-text(${JSON.stringify(text)})`;

describe("the form", () => {
  test("sends a notification to a game, and logs both frames of the call", async () => {
    const page = await inspector();
    const player = await startGame();
    await page.selectOption("select[name=key]", "Gs2Mission:Complete");
    await page.fill("input[name='payload.taskName']", "first-steps");
    await page.click("#send");
    await untilVisible(
      page,
      "the number of connections is visible",
      "#sent .card.good:has-text('to 1 connection')",
    );
    await untilReceived(player, 'Gs2Mission:Complete {"namespaceName":"namespace-0001"');
    await untilReceived(player, "first-steps");
    await untilVisible(page, "the frame is in the log", row("Gs2Mission:Complete"));
    expect(await page.locator(row("setUserId")).count()).toBe(2);

    await page.click("#sent .card button:has-text('Send again')");
    await untilVisible(page, "the second result is visible", "#sent .card:nth-child(2)");
    expect(pageErrors).toEqual([]);
  });

  test("sends a custom notification, and shows why it reached no session", async () => {
    const page = await inspector();
    await page.fill("input[name=userId]", "carol");
    await page.selectOption("select[name=key]", "");
    await page.fill("input[name=subject]", "raid-start");
    await page.fill("textarea[name=payload]", "no JSON");
    await page.click("#send");
    await untilVisible(
      page,
      "the reason is visible",
      "#sent .card.bad:has-text('carol has no session')",
    );
    const alice = await player("0001");
    await page.fill("input[name=userId]", "user-0001");
    await page.fill("input[name=issuer]", "my-server");
    await page.click("#send");
    expect(await alice.notification()).toEqual({
      type: "notification",
      body: { issuer: "my-server", subject: "raid-start", payload: "no JSON" },
    });
    await alice.close();
    expect(pageErrors).toEqual([]);
  });

  test("shows errors at their fields, and sends nothing", async () => {
    const page = await inspector();
    await page.selectOption("select[name=key]", "Gs2Chat:Post");
    await page.fill("input[name=userId]", "");
    await page.fill("input[name='payload.category']", "many");
    await page.click("#send");
    const errorAt = (name: string) =>
      page.locator(`[name="${name}"]`).evaluate((input) => ({
        isInvalid: input.getAttribute("aria-invalid"),
        message: (input.getAttribute("aria-describedby") ?? "")
          .split(" ")
          .map((id) => document.getElementById(id)?.textContent ?? "")
          .join(" "),
      }));
    await untilVisible(page, "an error is visible", ".fault");
    expect(await errorAt("userId")).toEqual({ isInvalid: "true", message: "User ID is missing." });
    expect(await errorAt("payload.category")).toEqual({
      isInvalid: "true",
      message: "category takes a whole number.",
    });
    await untilVisible(
      page,
      "the first field with an error has the focus",
      "input[name=userId]:focus",
    );
    expect(await page.locator("#sent .card").count()).toBe(0);
    await page.fill("input[name=userId]", "user-0001");
    await page.fill("input[name='payload.category']", "3");
    await page.waitForSelector(".fault", { state: "detached" });
  });

  test("resends a frame from the log, or copies it into the form", async () => {
    const page = await inspector();
    const alice = await player("0001");
    await emulator.notify({
      userId: "user-0001",
      key: "Gs2Inbox:ReceiveNotification",
      payload: { messageName: "m-7" },
    });
    await page.click(row("Gs2Inbox:ReceiveNotification"));
    await page.click("#resend");
    await untilVisible(
      page,
      "the number of connections is visible",
      ".notice:has-text('to 1 connection')",
    );
    await until(
      "the notification has arrived twice",
      () => alice.frames.filter((one) => one["type"] === "notification").length === 2,
    );
    const [first, second] = alice.frames.filter((one) => one["type"] === "notification");
    expect(second).toEqual(first);
    await page.click("#edit");
    await untilVisible(page, "the form has the payload", "input[name='payload.messageName']");
    expect(await page.inputValue("input[name='payload.messageName']")).toBe("m-7");
    expect(await page.inputValue("select[name=namespaceName]")).toBe("game-0001");
    await alice.close();
  });
});

describe("the log", () => {
  test("shows the method of a frame, and leads from a call to its reply", async () => {
    const page = await inspector();
    const alice = await player("0001");
    await page.click(`${row("setUserId")} >> nth=0`);
    const detail = page.locator(".detail");
    await untilVisible(page, "the method is visible", "#method-row");
    const text = await detail.innerText();
    expect(text).toContain("POST /gateway/{namespaceName}/session/user/me/user");
    expect(text).toContain("gateway.webSocketSession.setUserId");
    expect(text).toMatch(/allowConcurrentAccess bool\s+default true/);
    expect(text).toMatch(/namespaceName string\s+required · at most 128 characters\s+game-0001/);
    await page.click("#partner");
    await untilVisible(page, "the reply is visible", ".detail button:has-text('The call')");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".detail", { state: "detached" });
    await untilVisible(page, "the list has the focus", ".list:focus");
    await alice.close();
  });

  test("can be filtered, searched, paused, cleared and exported", async () => {
    const page = await inspector();
    const alice = await player("0001");
    const bob = await player("0002");
    const notify = (userId: string, subject: string) =>
      emulator.notify({ userId, subject, payload: "{}" });
    await notify("user-0001", "to-alice");
    await notify("user-0002", "to-bob");
    await untilVisible(page, "both are in the log", row("to-bob"));
    await page.selectOption("select[name=player]", "user:user-0001");
    await page.waitForSelector(row("to-bob"), { state: "detached" });
    await untilVisible(page, "only Alice's rows are visible", row("to-alice"));
    await page.selectOption("select[name=player]", "");
    await page.fill("input[name=search]", "TO-BOB");
    await untilVisible(page, "one row is visible", ".count:has-text('1 of')");
    await page.fill("input[name=search]", "");
    await page.selectOption("select[name=kind]", "notifications");
    await untilVisible(page, "two rows are visible", ".count:has-text('2 of')");

    await page.click("#pause");
    await notify("user-0001", "while-paused");
    await untilVisible(
      page,
      "the count of new rows is visible",
      ".count:has-text('Paused, 1 new')",
    );
    expect(await page.locator(row("while-paused")).count()).toBe(0);
    await page.click("#pause");
    await untilVisible(page, "the log shows the new row", row("while-paused"));

    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = JSON.parse(Buffer.concat(chunks).toString()) as { type: string }[];
    expect(saved.map(({ type }) => type)).toEqual(["notification", "notification", "notification"]);
    expect(download.suggestedFilename()).toMatch(/^gs2-gateway-log-.*\.json$/);

    await page.click("#clear");
    await untilVisible(page, "the log is empty", ".empty:has-text('Nothing has happened yet.')");
    await alice.close();
    await bob.close();
    expect(pageErrors).toEqual([]);
  });

  test("is usable with the keyboard alone", async () => {
    const page = await inspector();
    const alice = await player("0001");
    await untilVisible(page, "the log has rows", row("setUserId"));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".list").focus();
    await page.keyboard.press("End");
    const active = () =>
      page.locator(".list").evaluate((list) => {
        const id = list.getAttribute("aria-activedescendant");
        return document.getElementById(id ?? "")?.textContent;
      });
    expect(await active()).toMatch(/^setUserIdto the clientuser-0001200/);
    await page.keyboard.press("ArrowUp");
    expect(await active()).toMatch(/^boundeventuser-0001user-0001 is bound in game-0001/);
    await page.keyboard.press("Home");
    expect(await active()).toMatch(/^listeningevent/);
    await page.keyboard.press("Enter");
    await untilVisible(page, "the detail is open", ".detail h2:focus");
    await page.keyboard.press("Escape");
    await untilVisible(page, "the list has the focus", ".list:focus");
    await page.locator("#tab-send").focus();
    await page.keyboard.press("ArrowRight");
    await untilVisible(page, "the next tab is selected", "#tab-players:focus[aria-selected=true]");
    await alice.close();
  });

  test("contains no secret and no token, on the page and in the log stream", async () => {
    const page = await inspector();
    await startGame();
    await untilVisible(page, "the login is in the log", row("login"));
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const token = await restLogin(emulator.url);
    await socket.ask(frame("setUserId", { namespaceName: "game-0001", accessToken }, token));
    await page.click(`${row("login")} >> nth=0`);
    await untilVisible(page, "the login is visible", ".detail .json");
    const shown = await page.locator("body").innerText();
    expect(shown).toContain('"client_secret": "***"');
    const stream = await page.evaluate(async () => {
      const response = await fetch("/_emulator/log");
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("setUserId")) text += (await reader.read()).value ?? "";
      await reader.cancel();
      return text;
    });
    for (const secret of ["planted", accessToken, token]) {
      expect(shown).not.toContain(secret);
      expect(stream).not.toContain(secret);
    }
    await socket.close();
  });

  test("reconnects when the emulator restarts", async () => {
    const page = await inspector();
    const port = Number(new URL(emulator.url).port);
    await emulator.stop();
    await untilVisible(page, "the page shows that it is disconnected", ".gone");
    emulator = await startEmulator({ port });
    await untilVisible(page, "the inspector is connected again", ".hearing.live");
    await untilVisible(page, "the log shows the restart", row("The emulator was started anew"));
  });

  test("keeps every task of the page under 100 ms at 1,000 notifications per second", async () => {
    const page = await inspector();
    const alice = await player("0001");
    await untilVisible(page, "the player is in the log", row("setUserId"));
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
    const payload = { gatheringName: "g-1", joinUserId: "user-0002", namespaceName: "m" };
    const began = performance.now();
    for (let sent = 0; sent < 5_000;) {
      const due = Math.min(5_000, Math.floor(performance.now() - began));
      for (; sent < due; sent++) {
        await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload });
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const rate = Math.round(5_000_000 / (performance.now() - began));
    await emulator.notify({ userId: "user-0001", subject: "the-last", payload: "{}" });
    await untilVisible(page, "the last notification is visible", row("the-last"));
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: { name: string; tdur?: number; dur?: number }[];
    };
    // Processor time, as wall time depends on the machine's other load.
    const tasks = traceEvents.filter(({ name, tdur }) => name === "RunTask" && tdur !== undefined);
    const longestMs = Math.max(...tasks.map(({ tdur }) => tdur! / 1_000));
    const wallMs = Math.max(...tasks.map(({ dur }) => dur! / 1_000));
    console.info(
      `inspector at ${rate} notifications per second: longest task ${longestMs.toFixed(1)} ms of processor time, ${wallMs.toFixed(0)} ms of wall time`,
    );
    expect(tasks.length).toBeGreaterThan(100);
    expect(longestMs).toBeLessThanOrEqual(100);
    await alice.close();
  });
});

describe("the panels", () => {
  test("disconnect one player, and filter the log by player", async () => {
    const page = await inspector();
    const alice = await player("0001");
    const bob = await player("0002");
    await page.click("#tab-players");
    await untilVisible(page, "both players are visible", "[data-user=user-0002]");
    await page.click("[data-user=user-0002] button:has-text('Show its frames')");
    await untilVisible(page, "only Bob's rows are visible", ".count:has-text('4 of')");
    await page.click("[data-user=user-0001] .cut");
    expect(await alice.closed()).toBe(1000);
    await page.waitForSelector("[data-user=user-0001]", { state: "detached" });
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0002"]);
    await page.click("[data-user=user-0002] button:has-text('Send something')");
    expect(await page.inputValue("input[name=userId]")).toBe("user-0002");
    await bob.close();
    expect(pageErrors).toEqual([]);
  });

  test("create and delete namespaces, issue tokens, and reset the emulator", async () => {
    const page = await inspector();
    await page.click("#tab-world");
    await page.click("form.inline button");
    await untilVisible(page, "the error is visible", ".fault:has-text('Name is missing.')");
    await page.fill("input[name=newNamespace]", "game-0002");
    await page.click("form.inline button");
    await untilVisible(page, "the namespace is visible", "[data-namespace=game-0002]");
    await page.fill("input[name=tokenUser]", "alice");
    await page.click("button:has-text('Hand out')");
    await untilVisible(page, "the token is visible", "[data-token-of=alice]");
    expect(emulator.state().accessTokens).toMatchObject([{ userId: "alice" }]);
    await page.click("[data-namespace=game-0002] button");
    await page.click("[data-namespace=game-0002] .danger");
    await page.waitForSelector("[data-namespace=game-0002]", { state: "detached" });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    await page.click("button:has-text('Start over')");
    await page.click(".sure .danger");
    await page.waitForSelector("[data-token-of=alice]", { state: "detached" });
    expect(emulator.state().accessTokens).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test("show the pushes, and why one was not sent", async () => {
    const page = await inspector();
    await page.fill("input[name=userId]", "far-away");
    await page.selectOption("select[name=namespaceName]", "game-0001");
    await page.check("input[name=transfer]");
    await page.click("#send");
    await page.click("#tab-outbox");
    await untilVisible(
      page,
      "the reason is visible",
      ".card.bad:has-text('the player has no Firebase token in the namespace')",
    );
  });
});

describe("the drawer of faults", () => {
  const openDrawer = async (): Promise<Page> => {
    const page = await inspector();
    await page.click("#tab-faults");
    await untilVisible(page, "the switches are visible", "[data-fault=latency]");
    return page;
  };
  const flip = (page: Page, name: string) => page.click(`[data-fault=${name}] [role=switch]`);

  test("has a switch for each fault of the emulator, and each turns on", async () => {
    const page = await openDrawer();
    const names = await page
      .locator("[data-fault]")
      .evaluateAll((cards) => cards.map((card) => card.getAttribute("data-fault")!));
    const response = await fetch(`${emulator.url}/_emulator/faults`);
    const { known } = (await response.json()) as { known: object };
    expect(names).toEqual(Object.keys(known));
    for (const name of names) {
      if (name === "notificationBeforeReply") {
        await page.click(`[data-fault=${name}] summary`);
        await page.fill(`[data-fault=${name}] [name=key]`, "Gs2JobQueue:Push");
      }
      await flip(page, name);
      await until(`${name} is set`, () =>
        emulator.faults.list().some(({ fault }) => fault === name),
      );
      // A fault that acts at once is exhausted, with no target here.
      const { exhausted } = emulator.faults.list().find(({ fault }) => fault === name)!;
      const expected = exhausted ? `:has-text("spent")` : ` [aria-checked=true]`;
      await untilVisible(page, `${name} is on`, `[data-fault=${name}]${expected}`);
    }
    await page.click("#lift-faults");
    await untilVisible(page, "no fault is active", "text=No fault is in force.");
    expect(emulator.faults.list()).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test("applies a fault to the given user only", async () => {
    const page = await openDrawer();
    const alice = await player("0001");
    const bob = await player("0002");
    await page.click("[data-fault=drop] summary");
    await page.fill("[data-fault=drop] [name=userId]", "user-0002");
    await page.click("[data-fault=drop] [type=submit]");
    expect(await bob.closed()).toBe(1006);
    await untilVisible(
      page,
      "the hits are visible",
      "[data-fault=drop]:has-text('struck once · spent')",
    );
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0001"]);
    await alice.close();
  });

  test("shows an error at its field, and sets nothing", async () => {
    const page = await openDrawer();
    await page.click("[data-fault=refuse] summary");
    await page.fill("[data-fault=refuse] [name=status]", "200");
    await page.click("[data-fault=refuse] [type=submit]");
    await untilVisible(page, "the error is visible", "[data-fault=refuse] .field.faulty .fault");
    expect(await page.getAttribute("[data-fault=refuse] [name=status]", "aria-invalid")).toBe(
      "true",
    );
    expect(emulator.faults.list()).toEqual([]);
  });
});

test("the players panel kicks a player, and expires the tokens of one socket", async () => {
  const page = await inspector();
  const alice = await player("0001");
  const bob = await player("0002");
  await page.click("#tab-players");
  await page.click("[data-user=user-0001] .kick");
  await alice.closed();
  await page.click("[data-user=user-0002] .expire");
  await untilVisible(page, "the action is done", ".notice:has-text('Done')");
  const params = { namespaceName: "game-0001", accessToken: "accessToken-0002" };
  expect((await bob.ask(frame("setUserId", params))).status).toBe(401);
  await bob.close();
});

/** Gives every view of the page content. */
async function fillEmulator(): Promise<() => Promise<void>> {
  const sockets = [await player("0001"), await player("0002")];
  await emulator.issueAccessToken({ userId: "alice" });
  const key = "Gs2Distributor:AutoRunTransactionNotification";
  const payload = { namespaceName: "distributor-0001", userId: "user-0001", transactionId: "t-1" };
  for (let left = 30; left > 0; left--)
    await emulator.notify({ userId: "user-0001", key, payload });
  await emulator.notify({
    userId: "far-away",
    subject: "raid-start",
    payload: "{}",
    namespaceName: "game-0001",
    enableTransferMobileNotification: true,
  });
  return async () => {
    for (const socket of sockets) await socket.close();
  };
}

/** Opens each view of the page in turn. */
async function forEachView(page: Page, visit: (view: string) => Promise<void>): Promise<void> {
  const isNarrow = (await page.locator("#tab-log").count()) > 0;
  await untilVisible(page, "the log is filled", row("Gs2Distributor"));
  await visit("log");
  await page.click(`${row("Gs2Distributor")} >> nth=0`);
  await untilVisible(page, "a notification is open", "#notification-row");
  await visit("notification");
  await page.click("#close-detail");
  await page.fill("input[name=search]", "setUserId");
  await page.click(`${row("setUserId")} >> nth=0`);
  await untilVisible(page, "a call is open", "#method-row");
  await visit("call");
  await page.click("#close-detail");
  await page.fill("input[name=search]", "matches no row");
  await untilVisible(page, "no row matches", ".empty");
  await visit("empty");
  await page.fill("input[name=search]", "");
  for (const name of await page
    .locator("[role=tab]")
    .evaluateAll((tabs) => tabs.map(({ id }) => id))) {
    if (name === "tab-log") continue;
    await page.click(`#${name}`);
    if (name === "tab-send") {
      await page.selectOption("select[name=key]", "");
      await page.fill("input[name=subject]", "");
      await page.click("#send");
      await untilVisible(page, "an error is visible", ".fault");
      await page.fill("input[name=subject]", "own");
      await page.click("#send");
      await untilVisible(page, "the notification is sent", "#sent .card.good");
    }
    await visit(name.slice("tab-".length));
  }
  if (isNarrow) await page.click("#tab-log");
}

describe("the page", () => {
  const axe = readInRepo("node_modules/axe-core/axe.min.js");

  test.each([
    ["light", "desk"],
    ["dark", "desk"],
    ["light", "phone"],
    ["dark", "phone"],
  ] as const)("has no serious accessibility violation: %s, %s", async (colorScheme, size) => {
    const page = await inspector({ colorScheme, viewport: sizes[size], reducedMotion: "reduce" });
    const done = await fillEmulator();
    const found: string[] = [];
    await forEachView(page, async (view) => {
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        interface Axe {
          run(options: object): Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[];
          }>;
        }
        const { run } = (window as unknown as { axe: Axe }).axe;
        return (await run({ resultTypes: ["violations"] })).violations;
      });
      for (const { id, impact, nodes } of violations) {
        if (impact === "serious" || impact === "critical") {
          found.push(`${view}: ${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
        }
      }
    });
    expect(found).toEqual([]);
    await done();
  });

  test.each(
    Object.keys(sizes).flatMap((size) => [
      [size, "en-US"],
      [size, "ja-JP"],
    ]),
  )("fits, and can be reached and read: %s, %s", async (size, locale) => {
    const page = await inspector({ viewport: sizes[size as keyof typeof sizes], locale });
    const language = locale.slice(0, 2);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
    const done = await fillEmulator();
    const faults: string[] = [];
    await forEachView(page, async (view) => {
      for (const fault of await layoutFaults(page)) faults.push(`${view}: ${fault}`);
      await page.evaluate(() => {
        for (const panel of document.querySelectorAll(".panel, .detail-body")) panel.scrollTop = 0;
      });
      await page.screenshot({ path: `${pictures}/inspector-${size}-${language}-${view}.png` });
    });
    expect(faults).toEqual([]);
    await done();
  });

  test("keeps the chosen language", async () => {
    const page = await inspector();
    await page.selectOption("select[name=language]", "ja");
    await untilVisible(page, "the page is Japanese", "#tab-send:has-text('送信')");
    await page.reload();
    await untilVisible(page, "the page still is", "#tab-send:has-text('送信')");
    expect(await page.title()).toBe("gs2-gateway インスペクター");
  });

  test("uses the chosen colours", async () => {
    const page = await inspector({ colorScheme: "light" });
    const background = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.click("#theme");
    expect(await background()).toBe(light);
    await page.click("#theme");
    expect(await background()).not.toBe(light);
  });
});

test("the inspector requests nothing from other hosts", async () => {
  await newContext();
  const hosts = new Set<string>();
  context.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http")) hosts.add(host);
  });
  const page = await open();
  await untilVisible(page, "the inspector is connected", ".hearing.live");
  expect([...hosts]).toEqual([new URL(emulator.url).host]);
});

/**
 * Controls that cannot be scrolled into view and clicked, clipped texts, and a page wider than its
 * viewport.
 */
const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, clientHeight, scrollWidth } = document.documentElement;
    const faults: string[] = [];
    const nameOf = (element: Element) =>
      element.id ||
      element.getAttribute("name") ||
      element.getAttribute("aria-label") ||
      element.textContent ||
      element.className;
    const seen = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen, .skip");
    const controls = [
      ...document.querySelectorAll<HTMLElement>("button, input, select, textarea, summary"),
    ].filter(seen);
    if (controls.length < 5) faults.push("the page has fewer than five controls");
    for (const control of controls) {
      control.scrollIntoView({ block: "nearest", inline: "nearest" });
      const { left, top, right, bottom } = control.getBoundingClientRect();
      if (left < 0 || top < 0 || right > clientWidth + 0.5 || bottom > clientHeight + 0.5) {
        faults.push(`${nameOf(control)} is out of view`);
      }
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!control.contains(hit) && !hit?.closest(".notice-place")) {
        faults.push(`${nameOf(control)} is covered by ${hit?.className}`);
      }
    }
    // Rows of the log are clipped by design: the detail shows them whole.
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      if (!seen(element) || element.closest(".row, select, textarea, svg")) continue;
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      if (isCut && (overflowX !== "visible" || textOverflow === "ellipsis")) {
        faults.push(`${nameOf(element).slice(0, 40)} is cut (${element.className})`);
      }
    }
    if (scrollWidth > clientWidth) faults.push(`it is ${scrollWidth - clientWidth} px too wide`);
    return faults;
  });
