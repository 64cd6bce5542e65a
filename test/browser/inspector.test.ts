// The built inspector in Chromium.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator, type Recording } from "../../src/emulator/index.js";
import { launchBrowser } from "../support/browser.js";
import { readInRepo } from "../support/repo.js";
import { until } from "../support/until.js";
import { RawSocket, frame, restLogin } from "../integration/emulator/rawSocket.js";
import { accessibilityFaults } from "./accessibility.js";
import { recordPageErrors, untilVisible } from "./pageErrors.js";
import { takePicture } from "./pictures.js";
import { screens, scrollToTop, showOn, type Screen } from "./screens.js";

/** A game: it binds a player and lists its notifications. */
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
  context = await browser.newContext({ viewport: screens.desk, locale: "en-US", ...options });
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
  await untilVisible(page, "the page is connected", ".connection-state.live");
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
  test("sends a notification that a game receives, and the log has its frames", async () => {
    const page = await inspector();
    const player = await startGame();
    await page.selectOption("select[name=key]", "Gs2Mission:Complete");
    await page.fill("input[name='payload.taskName']", "first-steps");
    await page.click("#send");
    await untilVisible(
      page,
      "the outcome is shown",
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

  test("shows names, subjects and payloads that are HTML as text", async () => {
    const page = await inspector();
    const html = '<img src="x" onerror="document.title = 1">';
    const accessToken = await emulator.issueAccessToken({ userId: html });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const params = { namespaceName: "game-0001", accessToken };
    await socket.ask(frame("setUserId", params, await restLogin(emulator.url)));
    await emulator.notify({ userId: html, subject: html, payload: html });
    await untilVisible(page, "the notification is in the log", row("<img src="));
    await page.click(row("<img src="));
    expect(await page.locator("[onerror]").count()).toBe(0);
    await socket.close();
    expect(pageErrors).toEqual([]);
  });

  test("begins with a player who is connected, until the form is used", async () => {
    const alice = await player("0007");
    const page = await inspector();
    const recipient = () => page.inputValue("input[name=userId]");
    await expect.poll(recipient).toBe("user-0007");
    await page.fill("input[name=userId]", "user-0009");
    const bob = await player("0008");
    await alice.close();
    await page.click("#tab-players");
    await untilVisible(page, "the other player is listed", "[data-user=user-0008]");
    await page.click("#tab-send");
    expect(await recipient()).toBe("user-0009");
    await bob.close();
    expect(pageErrors).toEqual([]);
  });

  test("sends a custom notification, and shows why it was not delivered", async () => {
    const page = await inspector();
    await page.fill("input[name=userId]", "user-0009");
    await page.selectOption("select[name=key]", "");
    await page.fill("input[name=subject]", "raid-start");
    await page.fill("textarea[name=payload]", "no JSON");
    await page.click("#send");
    await untilVisible(
      page,
      "the reason is shown",
      "#sent .card.bad:has-text('user-0009 has no session')",
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

  test("shows an error at its field, and sends nothing", async () => {
    const page = await inspector();
    await page.selectOption("select[name=key]", "Gs2Chat:Post");
    await page.fill("input[name=userId]", "");
    await page.fill("input[name='payload.category']", "many");
    await page.click("#send");
    const errorAt = (name: string) =>
      page.locator(`[name="${name}"]`).evaluate((input) => ({
        isInvalid: input.getAttribute("aria-invalid"),
        text: (input.getAttribute("aria-describedby") ?? "")
          .split(" ")
          .map((id) => document.getElementById(id)?.textContent ?? "")
          .join(" "),
      }));
    await untilVisible(page, "an error is shown", ".field-error");
    expect(await errorAt("userId")).toEqual({ isInvalid: "true", text: "User ID is missing." });
    expect(await errorAt("payload.category")).toEqual({
      isInvalid: "true",
      text: "category takes a whole number.",
    });
    await untilVisible(page, "the first invalid field has the focus", "input[name=userId]:focus");
    expect(await page.locator("#sent .card").count()).toBe(0);
    await page.fill("input[name=userId]", "user-0001");
    await page.fill("input[name='payload.category']", "3");
    await page.waitForSelector(".field-error", { state: "detached" });
  });

  test("sends the notification of a frame again, or edits it first", async () => {
    const page = await inspector();
    const alice = await player("0001");
    await emulator.notify({
      userId: "user-0001",
      key: "Gs2Inbox:ReceiveNotification",
      payload: { messageName: "m-7" },
    });
    await page.click(row("Gs2Inbox:ReceiveNotification"));
    await page.click("#resend");
    await untilVisible(page, "the outcome is shown", ".toast:has-text('to 1 connection')");
    await until(
      "it arrived twice",
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
    await page.click("#counterpart");
    await untilVisible(page, "the reply is shown", ".detail button:has-text('The call')");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".detail", { state: "detached" });
    await untilVisible(page, "the list has the focus", ".list:focus");
    await alice.close();
  });

  test("can be filtered, searched, paused, cleared and saved", async () => {
    const page = await inspector();
    const alice = await player("0001");
    const bob = await player("0002");
    const send = (userId: string, subject: string) =>
      emulator.notify({ userId, subject, payload: "{}" });
    await send("user-0001", "to-alice");
    await send("user-0002", "to-bob");
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
    await send("user-0001", "while-paused");
    await untilVisible(page, "it counts", ".count:has-text('Paused, 1 new')");
    expect(await page.locator(row("while-paused")).count()).toBe(0);
    await page.click("#pause");
    await untilVisible(page, "it continues", row("while-paused"));

    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = JSON.parse(Buffer.concat(chunks).toString()) as Recording;
    expect(saved.frames.map(({ type, direction }) => `${type} ${direction}`)).toEqual(
      Array(3).fill("notification toClient"),
    );
    expect(download.suggestedFilename()).toMatch(/^gs2-gateway-recording-.*\.json$/);

    await page.click("#clear");
    await untilVisible(page, "it is empty", ".empty:has-text('The log is empty.')");
    // After the log was empty: its notifications are new rows.
    expect(emulator.replay(saved).players).toMatchObject([
      { userId: "user-0001", notifications: 2 },
      { userId: "user-0002", notifications: 1 },
    ]);
    await alice.close();
    await bob.close();
    expect(pageErrors).toEqual([]);
  });

  test("can be read and opened with the keyboard alone", async () => {
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

  test("has no secret and no token, neither on the page nor in the stream", async () => {
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
    for (const secret of ["planted-client-secret", accessToken, token]) {
      expect(shown).not.toContain(secret);
      expect(stream).not.toContain(secret);
    }
    await socket.close();
  });

  test("reconnects by itself when the emulator is restarted", async () => {
    const page = await inspector();
    const port = Number(new URL(emulator.url).port);
    await emulator.stop();
    await untilVisible(page, "the page shows it", ".offline");
    emulator = await startEmulator({ port });
    await untilVisible(page, "it is live again", ".connection-state.live");
    await untilVisible(page, "the restart is logged", row("The emulator was restarted"));
  });
});

describe("the panels", () => {
  test("cut the socket of one player, and show its frames", async () => {
    const page = await inspector();
    const alice = await player("0001");
    const bob = await player("0002");
    await page.click("#tab-players");
    await untilVisible(page, "both are there", "[data-user=user-0002]");
    await page.click("[data-user=user-0002] button:has-text('Show frames')");
    await untilVisible(page, "only Bob's are shown", ".count:has-text('4 of')");
    await page.click("[data-user=user-0001] .cut");
    expect(await alice.closed()).toBe(1000);
    await page.waitForSelector("[data-user=user-0001]", { state: "detached" });
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0002"]);
    await page.click("[data-user=user-0002] button:has-text('Notify')");
    expect(await page.inputValue("input[name=userId]")).toBe("user-0002");
    await bob.close();
    expect(pageErrors).toEqual([]);
  });

  test("create and remove namespaces, issue tokens, and reset", async () => {
    const page = await inspector();
    await page.click("#tab-state");
    await page.click("form.inline button");
    await untilVisible(page, "the name is missing", ".field-error:has-text('Name is missing.')");
    await page.fill("input[name=newNamespace]", "game-0002");
    await page.click("form.inline button");
    await untilVisible(page, "the namespace is visible", "[data-namespace=game-0002]");
    await page.fill("input[name=tokenUser]", "alice");
    await page.click("button:has-text('Issue')");
    await untilVisible(page, "it is there", "[data-token-of=alice]");
    expect(emulator.state().accessTokens).toMatchObject([{ userId: "alice" }]);
    await page.click("[data-namespace=game-0002] button");
    await page.click("[data-namespace=game-0002] .danger");
    await page.waitForSelector("[data-namespace=game-0002]", { state: "detached" });
    expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["game-0001"]);
    await page.click("button:has-text('Reset')");
    await page.click(".confirm .danger");
    await page.waitForSelector("[data-token-of=alice]", { state: "detached" });
    expect(emulator.state().accessTokens).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test("show the pushes for a device, and why they are not sent", async () => {
    const page = await inspector();
    await page.fill("input[name=userId]", "user-0003");
    await page.selectOption("select[name=namespaceName]", "game-0001");
    await page.check("input[name=transfer]");
    await page.click("#send");
    await page.click("#tab-outbox");
    await untilVisible(
      page,
      "the reason is shown",
      ".card.bad:has-text('the player has no Firebase token in the namespace')",
    );
  });
});

describe("the faults panel", () => {
  const openPanel = async (): Promise<Page> => {
    const page = await inspector();
    await page.click("#tab-faults");
    await untilVisible(page, "the switches are visible", "[data-fault=latency]");
    return page;
  };
  const flip = (page: Page, name: string) => page.click(`[data-fault=${name}] [role=switch]`);

  test("has a switch for each fault of the emulator, and each can be switched on", async () => {
    const page = await openPanel();
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
      // A fault that acts at once is exhausted at once.
      const { exhausted } = emulator.faults.list().find(({ fault }) => fault === name)!;
      const wanted = exhausted ? `:has-text("exhausted")` : ` [aria-checked=true]`;
      await untilVisible(page, `${name} is on`, `[data-fault=${name}]${wanted}`);
    }
    await page.click("#clear-faults");
    await untilVisible(page, "no fault is active", "text=No fault is active.");
    expect(emulator.faults.list()).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test("begins a parameter that must be given with an example", async () => {
    const page = await openPanel();
    await flip(page, "latency");
    await until("latency is set", () => emulator.faults.list().length > 0);
    expect(emulator.faults.list()[0]).toMatchObject({ fault: "latency", delayMs: 100 });
  });

  test("applies a fault to the named player only", async () => {
    const page = await openPanel();
    const alice = await player("0001");
    const bob = await player("0002");
    await page.click("[data-fault=drop] summary");
    await page.fill("[data-fault=drop] [name=userId]", "user-0002");
    await page.click("[data-fault=drop] [type=submit]");
    expect(await bob.closed()).toBe(1006);
    await untilVisible(
      page,
      "the hit is shown",
      "[data-fault=drop]:has-text('triggered once · exhausted')",
    );
    expect(emulator.sessions().map(({ userId }) => userId)).toEqual(["user-0001"]);
    await alice.close();
  });

  test("shows a refused parameter at its field, and sets nothing", async () => {
    const page = await openPanel();
    await page.click("[data-fault=refuse] summary");
    await page.fill("[data-fault=refuse] [name=status]", "200");
    await page.click("[data-fault=refuse] [type=submit]");
    await untilVisible(
      page,
      "the error is shown",
      "[data-fault=refuse] .field.invalid .field-error",
    );
    expect(await page.getAttribute("[data-fault=refuse] [name=status]", "aria-invalid")).toBe(
      "true",
    );
    expect(emulator.faults.list()).toEqual([]);
  });
});

test("the inspector kicks a player and expires tokens on one socket", async () => {
  const page = await inspector();
  const alice = await player("0001");
  const bob = await player("0002");
  await page.click("#tab-players");
  await page.click("[data-user=user-0001] .kick");
  await alice.closed();
  await page.click("[data-user=user-0002] .expire");
  await untilVisible(page, "it is done", ".toast:has-text('Done')");
  const params = { namespaceName: "game-0001", accessToken: "accessToken-0002" };
  expect((await bob.ask(frame("setUserId", params))).status).toBe(401);
  await bob.close();
});

/** Fills the page with entries of every kind. */
async function fillEmulator(): Promise<() => Promise<void>> {
  const sockets = [await player("0001"), await player("0002")];
  await emulator.issueAccessToken({ userId: "alice" });
  const key = "Gs2Distributor:AutoRunTransactionNotification";
  const payload = { namespaceName: "distributor-0001", userId: "user-0001", transactionId: "t-1" };
  for (let left = 30; left > 0; left--)
    await emulator.notify({ userId: "user-0001", key, payload });
  await emulator.notify({
    userId: "user-0003",
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
  await page.fill("input[name=search]", "no entry matches");
  await untilVisible(page, "no entry matches", ".empty");
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
      await untilVisible(page, "an error is shown", ".field-error");
      await page.fill("input[name=subject]", "own");
      await page.click("#send");
      await untilVisible(page, "the notification is sent", "#sent .card.good");
    }
    await visit(name.slice("tab-".length));
  }
  if (isNarrow) await page.click("#tab-log");
}

describe("the page", () => {
  // A page has one layout on a phone, and another from a desk on.
  test.each([
    [["phone"], "en-US"],
    [["phone"], "ja-JP"],
    [["desk", "wall"], "en-US"],
    [["desk", "wall"], "ja-JP"],
  ] as const)(
    "has nothing too wide, cut or out of reach, and no serious axe violation: %s, %s",
    async ([loadedOn, ...others], locale) => {
      const page = await inspector({
        viewport: screens[loadedOn],
        locale,
        reducedMotion: "reduce",
      });
      const language = locale.slice(0, 2);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
      const done = await fillEmulator();
      const faults: string[] = [];
      const checkLayout = async (screen: Screen, view: string) => {
        for (const one of await layoutProblems(page)) faults.push(`${view} on a ${screen}: ${one}`);
        await scrollToTop(page, ".panel, .detail-body");
        await takePicture(page, `inspector-${screen}-${language}-${view}.jpeg`);
      };
      await forEachView(page, async (view) => {
        await checkLayout(loadedOn, view);
        // axe's results depend neither on the language nor on the larger screen.
        for (const colorScheme of language === "en" ? (["dark", "light"] as const) : []) {
          await page.emulateMedia({ colorScheme });
          for (const one of await accessibilityFaults(page)) {
            faults.push(`${view} in ${colorScheme} colours: ${one}`);
          }
        }
        for (const screen of others) {
          await showOn(page, screen);
          await checkLayout(screen, view);
          await page.setViewportSize(screens[loadedOn]);
        }
      });
      expect(faults).toEqual([]);
      await done();
    },
  );

  test("keeps the chosen language after a reload", async () => {
    const page = await inspector();
    await page.selectOption("select[name=language]", "ja");
    await untilVisible(page, "the page is Japanese", "#tab-send:has-text('送信')");
    await page.reload();
    await untilVisible(page, "the page still is", "#tab-send:has-text('送信')");
    expect(await page.title()).toBe("gs2-gateway インスペクター");
  });

  test("takes the chosen colours", async () => {
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

test("the inspector sends no request to another host", async () => {
  await newContext();
  const hosts = new Set<string>();
  context.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http")) hosts.add(host);
  });
  const page = await open();
  await untilVisible(page, "the page is connected", ".connection-state.live");
  expect([...hosts]).toEqual([new URL(emulator.url).host]);
});

/** Controls that cannot be scrolled into view or clicked, texts that are cut, and a page that is too wide. */
const layoutProblems = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, clientHeight, scrollWidth } = document.documentElement;
    const problems: string[] = [];
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
    if (controls.length < 5) problems.push("there are hardly any controls");
    for (const control of controls) {
      control.scrollIntoView({ block: "nearest", inline: "nearest" });
      const { left, top, right, bottom } = control.getBoundingClientRect();
      if (left < 0 || top < 0 || right > clientWidth + 0.5 || bottom > clientHeight + 0.5) {
        problems.push(`${nameOf(control)} is out of view`);
      }
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      if (!control.contains(hit) && !hit?.closest(".toast-place")) {
        problems.push(`${nameOf(control)} is covered by ${hit?.className}`);
      }
    }
    // Rows of the log are summaries: they are cut on purpose.
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      if (!seen(element) || element.closest(".row, select, textarea, svg")) continue;
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      if (isCut && (overflowX !== "visible" || textOverflow === "ellipsis")) {
        problems.push(`${nameOf(element).slice(0, 40)} is cut (${element.className})`);
      }
    }
    if (scrollWidth > clientWidth) problems.push(`it is ${scrollWidth - clientWidth} px too wide`);
    return problems;
  });
