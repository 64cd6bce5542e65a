// The guide's table of push states: a real browser produces each row.
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../src/admin/index.js";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { createPush, type PushOptions, type PushReason } from "../../src/push/index.js";
import { launchBrowser } from "../support/browser.js";
import { serveFirebase, type FirebaseServers } from "../support/firebaseServers.js";
import { readInRepo } from "../support/repo.js";
import { servePushPages, vapidKey } from "./pushPages.js";

/** Rows of the table in the third-level section: status, reason, what to do. */
const rows = (page: string) => {
  const [, section] = /^### .+$([^]*?)^## /m.exec(readInRepo(page))!;
  return [...section!.matchAll(/^\| `([a-z-]+)` \| `(\w+)` \| (.+) \|$/gm)].map(
    ([, status, reason, message]) => [status!, reason!, message!] as const,
  );
};

interface Scenario {
  folder?: string;
  options?: Partial<PushOptions>;
  context?: BrowserContextOptions;
  userId?: string | null;
  /** Runs in every page before its scripts. */
  before?: () => void;
  prepare?: (page: Page) => Promise<unknown>;
  /** Reads the state without enable. */
  stateOnly?: true;
}

let browser: Browser;
let pages: (request: Request) => Response;
let emulator: Emulator;
let context: BrowserContext;
let google: FirebaseServers;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  pages = await servePushPages();
});
afterAll(() => browser.close());
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((end) => end()));
});

const scenarios: Record<Exclude<PushReason, "notABrowser" | "crossOriginFrame">, Scenario> = {
  insecureContext: {
    before: () => Object.defineProperty(globalThis, "isSecureContext", { value: false }),
  },
  noServiceWorker: {
    before: () => Object.defineProperty(Navigator.prototype, "serviceWorker", { value: undefined }),
  },
  noPush: { before: () => Reflect.deleteProperty(globalThis, "PushManager") },
  noStorage: {
    before: () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("A mutation operation was attempted.", "InvalidStateError");
      };
    },
  },
  notInstalled: {
    context: {
      userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605",
    },
    before: () => Reflect.deleteProperty(globalThis, "PushManager"),
  },
  notAsked: {
    before: () => Object.defineProperty(Notification, "permission", { get: () => "default" }),
    stateOnly: true,
  },
  dismissed: {
    before: () => {
      Object.defineProperty(Notification, "permission", { get: () => "default" });
      Notification.requestPermission = async () => "default";
    },
  },
  blocked: { context: { permissions: [] } },
  notEnabled: { stateOnly: true },
  pending: { userId: null },
  offline: {
    prepare: () => context.route(/googleapis/, (route) => route.abort("internetdisconnected")),
  },
  workerNotFound: { folder: "none" },
  workerNotScript: { folder: "spa" },
  workerScope: {
    folder: "above",
    options: { serviceWorker: "/page/beside/firebase-messaging-sw.js" },
  },
  workerFailed: { folder: "broken" },
  workerForeign: { folder: "foreign" },
  badVapidKey: { options: { vapidKey: "not a key" } },
  pushServiceUnavailable: {
    prepare: (page) => page.evaluate(() => localStorage.setItem("subscribeFails", "AbortError")),
  },
  firebaseMissing: { folder: "without" },
  firebaseRefused: {
    prepare: async () => (google.registrationError = "Request contains an invalid argument."),
  },
  gs2NotFound: {
    prepare: async () => {
      const credential = { clientId: "client", clientSecret: "secret" };
      const { endpoints } = emulator;
      const admin = new GatewayAdmin({ namespaceName: "game-0001", credential, endpoints });
      await admin.deleteNamespace();
    },
  },
  gs2Unauthorized: { prepare: async () => emulator.clock.advance(120_000) },
  gs2Refused: { prepare: async () => (google.tokenPrefix = "x".repeat(2_000)) },
  current: {},
  workerOutdated: { folder: "old" },
};

async function begin({ context: options, before }: Scenario): Promise<Page> {
  emulator = await startEmulator({
    namespaces: ["game-0001"],
    strict: true,
    credentials: [{ clientId: "client", clientSecret: "secret" }],
    mount: { "/page": pages },
  });
  context = await browser.newContext({ permissions: ["notifications"], ...options });
  cleanups.push(
    () => context.close(),
    () => emulator.stop(),
  );
  google = await serveFirebase(context);
  if (before) await context.addInitScript(before);
  return context.newPage();
}

async function start(page: Page | Frame, { options, userId = "alice" }: Scenario): Promise<void> {
  await page.waitForFunction(() => "start" in globalThis);
  const accessToken =
    userId === null ? "" : await emulator.issueAccessToken({ userId, expiresInMs: 60_000 });
  const given = { vapidKey: vapidKey("a"), ...options };
  await page.evaluate(([all, token]) => globalThis.start(all, token), [
    given,
    accessToken,
  ] as const);
}

/** The error of enable, and the state after it. */
const outcome = (page: Page | Frame, stateOnly = false) =>
  page.evaluate(async (skipEnable) => {
    const error = skipEnable
      ? undefined
      : await push.enable().then(
          () => undefined,
          (thrown: unknown) => {
            const { message, errors } = thrown as { message: string; errors: { code?: string }[] };
            return { message, code: errors[0]?.code };
          },
        );
    return { error, state: await push.state() };
  }, stateOnly);

describe("the table in docs/push.md", () => {
  const table = rows("docs/push.md");

  test("has every reason once, and so has the Japanese one", () => {
    const reasons = [...Object.keys(scenarios), "notABrowser", "crossOriginFrame"].sort();
    expect(table.map(([, reason]) => reason).sort()).toEqual(reasons);
    expect(rows("docs/ja/push.md").map(([status, reason]) => [status, reason])).toEqual(
      table.map(([status, reason]) => [status, reason]),
    );
  });

  const inBrowser = table.filter(([, reason]) => reason in scenarios);
  test.each(inBrowser)("is correct for %s: %s", async (status, reason, message) => {
    const scenario = scenarios[reason as keyof typeof scenarios];
    const page = await begin(scenario);
    await page.goto(`${emulator.url}/page/${scenario.folder ?? "ok"}/`);
    await start(page, scenario);
    await scenario.prepare?.(page);
    const { error, state } = await outcome(page, scenario.stateOnly);
    // The key is checked before enable starts.
    const after = reason === "badVapidKey" ? "notEnabled" : reason;
    expect(state.reason).toBe(after);
    if (after === reason) expect(state).toEqual({ status, reason, message });
    if (scenario.stateOnly || status === "registered") return expect(error).toBeUndefined();
    expect(error?.code).toBe(reason);
    expect(error?.message).toContain(message);
  });

  test.each(["noStorage", "badVapidKey"] as const)(
    "and enable() asks for no permission where %s is known",
    async (reason) => {
      const scenario = scenarios[reason];
      const page = await begin({ ...scenario, context: { permissions: [] } });
      await context.addInitScript(() => {
        Object.defineProperty(Notification, "permission", { get: () => "default" });
        Notification.requestPermission = async () => {
          seen.push("asked");
          return "default";
        };
      });
      await page.goto(`${emulator.url}/page/ok/`);
      await start(page, scenario);
      await page.evaluate(() => push.state());
      const { error } = await outcome(page);
      expect(error?.code).toBe(reason);
      expect(await page.evaluate(() => globalThis.seen)).not.toContain("asked");
    },
  );

  test("is correct for a frame of another site", async () => {
    const page = await begin({});
    await page.goto(`${emulator.url}/page/ok/`);
    const other = `${emulator.url.replace("127.0.0.1", "localhost")}/page/ok/`;
    await page.setContent(`<iframe src="${other}"></iframe>`);
    const frame = await (await page.waitForSelector("iframe")).contentFrame();
    await start(frame!, {});
    const { error, state } = await outcome(frame!);
    const row = table.find(([, reason]) => reason === "crossOriginFrame");
    expect([state.status, state.reason, state.message]).toEqual(row);
    expect(error?.code).toBe("crossOriginFrame");
  });

  test("is correct for Node", async () => {
    await begin({});
    const provider = { getToken: async () => "", deleteToken: async () => {} };
    const state = await createPush({ vapidKey: "", provider }).state();
    const row = table.find(([, reason]) => reason === "notABrowser");
    expect([state.status, state.reason, state.message]).toEqual(row);
  });
});
