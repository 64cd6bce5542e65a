// Push with the real firebase package, a real service worker, and pushes delivered by the browser.
// Only Google's hosts are faked.
import type { Browser, BrowserContext, Page, Worker } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../src/admin/index.js";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type { PushOptions } from "../../src/push/index.js";
import { launchBrowser } from "../support/browser.js";
import { serveFirebase, type FirebaseServers } from "../support/firebaseServers.js";
import { recordPageErrors } from "./pageErrors.js";
import { servePushPages, openPushService, pushWorkerOf, vapidKey } from "./pushPages.js";

const namespaceName = "game-0001";
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 10_000 });
const KEY = vapidKey("a");

let browser: Browser;
let pages: (request: Request) => Response;
let emulator: Emulator;
let context: BrowserContext;
let google: FirebaseServers;
let pageErrors: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  pages = await servePushPages();
});
afterAll(() => browser.close());

beforeEach(async () => {
  emulator = await startEmulator({ namespaces: [namespaceName], mount: { "/page": pages } });
  const admin = new GatewayAdmin({
    namespaceName,
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
  });
  await admin.updateNamespace({ firebaseSecret: "secret" });
  context = await browser.newContext({ permissions: ["notifications"] });
  pageErrors = recordPageErrors(context);
  google = await serveFirebase(context);
});
afterEach(async () => {
  await context.close();
  await emulator.stop();
});

interface Start {
  folder?: string;
  userId?: string | null;
  options?: Partial<PushOptions>;
}

async function open({ folder = "ok", userId = "alice", options = {} }: Start = {}): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${emulator.url}/page/${folder}/`);
  await page.waitForFunction(() => "start" in globalThis);
  const accessToken = userId === null ? "" : await emulator.issueAccessToken({ userId });
  await page.evaluate(([given, token]) => start(given, token), [
    { vapidKey: KEY, ...options },
    accessToken,
  ] as const);
  return page;
}

/** Calls enable: the state's reason, or the error's code. */
const enable = (page: Page) =>
  page.evaluate(async () => {
    try {
      const { status, reason } = await push.enable();
      return `${status}: ${reason}`;
    } catch (error) {
      const { kind, errors } = error as { kind: string; errors: { code?: string }[] };
      return `${kind}: ${errors[0]?.code ?? String(error)}`;
    }
  });

const state = (page: Page) => page.evaluate(() => push.state());
const seen = (page: Page) => page.evaluate(() => globalThis.seen);
const untilReason = (page: Page, reason: string) =>
  poll(async () => (await state(page)).reason).toBe(reason);
const calls = (method: string) => emulator.calls({ method });
const tokenOf = (userId: string) =>
  emulator.state().firebaseTokens.find((one) => one.userId === userId)?.token;

/** Opens a new page in the same browser, as on another day. */
async function reopen(page: Page, start: Start = {}): Promise<Page> {
  await page.close();
  const next = await open(start);
  await untilReason(next, "current");
  return next;
}

describe("a token", () => {
  test("is stored at GS2 by enable, and a second start sends no request", async () => {
    const page = await open();
    expect(await state(page)).toMatchObject({ status: "granted", reason: "notEnabled" });
    const requested: string[] = [];
    context.on("request", (request) => requested.push(request.url()));
    expect(await enable(page)).toBe("registered: current");
    expect(google.requests).toEqual(["POST installations", "POST registrations"]);
    expect(calls("setFirebaseToken")).toHaveLength(1);
    expect(tokenOf("alice")).toBe(google.lastToken());
    expect(requested.filter((url) => url.includes("/page/firebase/")).length).toBeGreaterThan(0);

    requested.length = 0;
    await reopen(page);
    expect(requested.filter((url) => url.includes("/page/firebase/"))).toEqual([]);
    expect(google.requests).toHaveLength(2);
    expect(calls("setFirebaseToken")).toHaveLength(1);
    expect(await enable(context.pages()[0]!)).toBe("registered: current");
    expect(calls("setFirebaseToken")).toHaveLength(1);
    expect(pageErrors).toEqual([]);
  });

  const changeRecord = (page: Page, ageMs: number) =>
    page.evaluate((age) => {
      const record = JSON.parse(localStorage.getItem("gs2-gateway.push")!) as {
        stored: { at: number };
      };
      record.stored.at -= age;
      localStorage.setItem("gs2-gateway.push", JSON.stringify(record));
    }, ageMs);

  test.each<[string, (page: Page) => Promise<unknown>, Start, number]>([
    ["the player changed", async () => {}, { userId: "bob" }, 1],
    ["the VAPID key changed", async () => {}, { options: { vapidKey: vapidKey("b") } }, 2],
    ["30 days went by", (page) => changeRecord(page, 31 * 86_400_000), {}, 1],
    [
      "the token was deleted",
      // As text: in a function the test runner would transform the imports.
      (page) =>
        page.evaluate(`(async () => {
          const { getApp } = await import("/page/firebase/app.js");
          const { getMessaging, deleteToken } = await import("/page/firebase/messaging.js");
          await deleteToken(getMessaging(getApp("gs2-gateway")));
        })()`),
      {},
      2,
    ],
  ])("is stored once more after %s, and not again", async (_, change, next, tokens) => {
    const page = await open();
    await enable(page);
    await change(page);
    const second = await reopen(page, next);
    await poll(() => calls("setFirebaseToken")).toHaveLength(2);
    expect(tokenOf(next.userId ?? "alice")).toBe(`fcm-token-${tokens}`);
    expect(google.lastToken()).toBe(`fcm-token-${tokens}`);
    await reopen(second, next);
    expect(calls("setFirebaseToken")).toHaveLength(2);
  });

  test("is deleted at GS2 and in the browser by disable, and stays deleted", async () => {
    const page = await open();
    await enable(page);
    await page.evaluate(() => push.disable());
    expect(calls("deleteFirebaseToken")).toHaveLength(1);
    expect(tokenOf("alice")).toBeUndefined();
    expect(google.requests.at(-1)).toBe("DELETE registrations");
    expect(await page.evaluate(() => localStorage.getItem("subscription"))).toBeNull();
    expect((await state(page)).reason).toBe("notEnabled");
    await page.close();
    expect((await state(await open())).reason).toBe("notEnabled");
    expect(calls("setFirebaseToken")).toHaveLength(1);
  });

  test("of another device is kept by disable", async () => {
    const page = await open();
    await enable(page);
    await page.evaluate(() => gateway.setFirebaseToken({ token: "the phone's" }));
    await page.evaluate(() => push.disable());
    expect(tokenOf("alice")).toBe("the phone's");
  });

  test("requested offline is stored when the network is back, without another enable", async () => {
    const page = await open();
    await context.route(/googleapis/, (route) => route.abort("internetdisconnected"));
    expect(await enable(page)).toBe("push: offline");
    expect(await state(page)).toMatchObject({ status: "granted", reason: "offline" });
    await context.unroute(/googleapis/);
    google = await serveFirebase(context);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await untilReason(page, "current");
    expect(calls("setFirebaseToken")).toHaveLength(1);
    expect(await seen(page)).toEqual(expect.arrayContaining(["state offline", "state current"]));
  });

  test("is stored as soon as a player is bound", async () => {
    const page = await open({ userId: null });
    expect(await enable(page)).toBe("notConnected: pending");
    expect(calls("setFirebaseToken")).toHaveLength(0);
    await page.evaluate(
      (accessToken) => gateway.setUserId({ accessToken }),
      await emulator.issueAccessToken({ userId: "alice" }),
    );
    await untilReason(page, "current");
    expect(tokenOf("alice")).toBe(google.lastToken());
  });

  test("is not requested by an aborted enable", async () => {
    const page = await open();
    const kind = await page.evaluate(async () => {
      const enabling = push.enable({ signal: AbortSignal.abort() });
      return enabling.catch((error: unknown) => (error as { kind: string }).kind);
    });
    expect(kind).toBe("aborted");
    expect(google.requests).toEqual([]);
    expect((await state(page)).reason).toBe("notEnabled");
  });
});

const templates = {
  "Gs2Matchmaking:Complete": {
    title: { en: "Match found", ja: "対戦相手が見つかりました" },
    body: "{gatheringName}",
    link: "?lobby={gatheringName}",
  },
};
const payload = { namespaceName: "mm", gatheringName: "g-1" };
const complete = (fcmMessageId: string, more: object = {}) => ({
  fcmMessageId,
  data: { subject: "Gs2Matchmaking:Complete", payload: JSON.stringify(payload), ...more },
});
const receivedByPush = `push Gs2Matchmaking:Complete ${JSON.stringify(payload)}`;

interface PushSetup {
  page: Page;
  worker: Worker;
  deliver: (message: unknown) => Promise<void>;
  /** Every notification that was displayed, as `title: body`. */
  displayed: readonly string[];
  stopWorkers: () => Promise<unknown>;
}

async function setUpPush(start: Start = {}): Promise<PushSetup> {
  const page = await open({ ...start, options: { templates, locale: "en", ...start.options } });
  expect(await enable(page)).toBe("registered: current");
  const worker = await pushWorkerOf(context, start.folder ?? "ok");
  // DevTools of a second page, which stays open when the game's page closes.
  const tools = await context.newPage();
  const service = await openPushService(tools);
  const scope = `${emulator.url}/page/${start.folder ?? "ok"}/gs2-gateway-push/`;
  return {
    page,
    worker,
    deliver: (message) => service.deliver(scope, message),
    displayed: service.displayed,
    stopWorkers: () => service.stopWorkers(),
  };
}

/** The titles of the notifications that are still there. */
const remaining = (worker: Worker) =>
  worker.evaluate(async () => {
    const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
    return (await registration.getNotifications()).map(({ title }) => title);
  });

/** Makes all pages hidden for the worker, as a headless page never hides. */
const hide = (worker: Worker) =>
  worker.evaluate(() => {
    const { clients } = globalThis as unknown as {
      clients: {
        matchAll: (
          options: unknown,
        ) => Promise<{ url: string; postMessage: (...a: unknown[]) => void }[]>;
      };
    };
    const all = clients.matchAll.bind(clients);
    clients.matchAll = async (options) =>
      (await all(options)).map((client) => ({
        url: client.url,
        visibilityState: "hidden",
        postMessage: (...args: unknown[]) => client.postMessage(...args),
      }));
  });

describe("a push", () => {
  test("to a visible page shows nothing and is one notification of its client", async () => {
    const { page, displayed, deliver } = await setUpPush();
    await deliver(complete("m-1"));
    await poll(() => seen(page)).toContain(receivedByPush);
    // Push services sometimes deliver a message twice.
    await deliver(complete("m-1"));
    await deliver(complete("m-2", { payload: '{"gatheringName":"g-2"}' }));
    await expect
      .poll(() => seen(page))
      .toContain('push Gs2Matchmaking:Complete {"gatheringName":"g-2"}');
    expect((await seen(page)).filter((one) => one === receivedByPush)).toHaveLength(1);
    expect(displayed).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test("and its copy by the socket are one notification, in either order", async () => {
    const { page, deliver } = await setUpPush();
    const send = (n: number) =>
      emulator.notify({ userId: "alice", key: "Gs2Matchmaking:Complete", payload: { n } });
    const push = (n: number) => deliver(complete(`m-${n}`, { payload: JSON.stringify({ n }) }));
    const received = (via: string, n: number) => `${via} Gs2Matchmaking:Complete {"n":${n}}`;
    await push(1);
    await poll(() => seen(page)).toContain(received("push", 1));
    await send(1);
    await send(2);
    await poll(() => seen(page)).toContain(received("socket", 2));
    await push(2);
    await push(3);
    await poll(() => seen(page)).toContain(received("push", 3));
    const matches = (await seen(page)).filter((one) => one.includes("Complete"));
    expect(matches).toEqual([received("push", 1), received("socket", 2), received("push", 3)]);
  });

  test("to a hidden page shows one notification, and the client emits it", async () => {
    const { page, worker, displayed, deliver } = await setUpPush();
    await hide(worker);
    await deliver(complete("m-1"));
    await poll(() => displayed).toEqual(["Match found: g-1"]);
    await deliver(complete("m-1"));
    await deliver("no JSON at all");
    await poll(() => displayed).toHaveLength(2);
    expect((await seen(page)).filter((one) => one === receivedByPush)).toHaveLength(1);
  });

  test("to a closed game wakes the worker, which shows one in the player's language", async () => {
    const { page, displayed, deliver, stopWorkers } = await setUpPush({
      options: { locale: "ja-JP" },
    });
    await page.close();
    await stopWorkers();
    await deliver(complete("m-1"));
    await poll(() => displayed).toEqual(["対戦相手が見つかりました: g-1"]);
  });

  test("for another user of this browser is shown, and not emitted by the client", async () => {
    const { page, displayed, deliver } = await setUpPush();
    await deliver(complete("m-1", { userId: "bob" }));
    await poll(() => displayed).toEqual(["Match found: g-1"]);
    expect(await seen(page)).not.toContain(receivedByPush);
  });

  test("is sent by GS2 for a player without a session, and shown by the device", async () => {
    const { page, worker, displayed, deliver } = await setUpPush();
    await page.evaluate(() => gateway.disconnect());
    await poll(() => emulator.sessions()).toEqual([]);
    await hide(worker);
    await emulator.notify({
      userId: "alice",
      key: "Gs2Matchmaking:Complete",
      payload,
      enableTransferMobileNotification: true,
    });
    const { message } = await emulator.waitForPush({ userId: "alice", token: google.lastToken() });
    await deliver(message);
    await poll(() => displayed).toEqual(["Match found: g-1"]);
  });

  test("reaches a worker of the game's own that imports the file", async () => {
    const page = await open({ folder: "own" });
    await page.evaluate(
      async ([given, key]) => {
        const serviceWorker = await navigator.serviceWorker.register("own-sw.js");
        globalThis.push = undefined as never;
        await start({ vapidKey: key, templates: given, locale: "en", serviceWorker });
      },
      [templates, KEY] as const,
    );
    expect(await enable(page)).toBe("registered: current");
    const worker = await pushWorkerOf(context, "own");
    await hide(worker);
    const { deliver, displayed } = await openPushService(page);
    await deliver(`${emulator.url}/page/own/`, complete("m-1"));
    await poll(() => displayed).toEqual(["Match found: g-1"]);
  });
});

/**
 * Clicks the notification. Only a real click may focus or open a window, so the test replaces both
 * and records the calls.
 */
const press = (worker: Worker) =>
  worker.evaluate(async () => {
    interface Scope {
      registration: ServiceWorkerRegistration;
      clients: { openWindow: (url: string) => Promise<null> };
      WindowClient: { prototype: { focus: (this: { url: string }) => Promise<unknown> } };
      NotificationEvent: new (name: string, init: object) => Event;
      dispatchEvent: (event: Event) => void;
      windowActions: string[];
    }
    const scope = globalThis as unknown as Scope;
    scope.windowActions = [];
    scope.clients.openWindow = async (url) => {
      scope.windowActions.push(`open ${url}`);
      return null;
    };
    scope.WindowClient.prototype.focus = async function () {
      scope.windowActions.push(`focus ${this.url}`);
      return this;
    };
    const [notification] = await scope.registration.getNotifications();
    scope.dispatchEvent(new scope.NotificationEvent("notificationclick", { notification }));
  });
const windowActionsOf = (worker: Worker) =>
  worker.evaluate(() => (globalThis as unknown as { windowActions: string[] }).windowActions);
/** The open pages as the worker sees them: a closed page stays among them for a moment. */
const clientsOf = (worker: Worker) =>
  worker.evaluate(async () => {
    const { clients } = globalThis as unknown as {
      clients: { matchAll: (options: object) => Promise<unknown[]> };
    };
    return (await clients.matchAll({ includeUncontrolled: true })).map(String);
  });
const clicks = (page: Page) => page.evaluate(() => globalThis.clicks);
const click = { key: "Gs2Matchmaking:Complete", payload };

describe("a click", () => {
  test("focuses the open game and passes the click to it", async () => {
    const { page, worker, displayed, deliver } = await setUpPush();
    await deliver(complete("m-1", { userId: "bob" }));
    await poll(() => displayed).toHaveLength(1);
    await page.evaluate(
      (accessToken) => gateway.setUserId({ accessToken }),
      await emulator.issueAccessToken({ userId: "bob" }),
    );
    await press(worker);
    await poll(() => windowActionsOf(worker)).toEqual([`focus ${emulator.url}/page/ok/`]);
    expect(await clicks(page)).toEqual([click]);
    expect(await remaining(worker)).toEqual([]);
  });

  test("opens the link if no game is open, and the opened game gets the click once", async () => {
    const { page, worker, displayed, deliver } = await setUpPush();
    await page.close();
    await poll(() => clientsOf(worker)).toEqual([]);
    await deliver(complete("m-1"));
    await poll(() => displayed).toHaveLength(1);
    await press(worker);
    await poll(() => windowActionsOf(worker)).toEqual([`open ${emulator.url}/page/ok/?lobby=g-1`]);
    const opened = await open();
    await poll(() => clicks(opened)).toEqual([click]);
    const third = await open();
    expect(await clicks(third)).toEqual([]);
    expect(await clicks(opened)).toEqual([click]);
  });
});
