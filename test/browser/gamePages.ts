import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type * as Entry from "../../src/index.js";
import { INSECURE_HOST } from "../support/launchOptions.js";
import { readInRepo } from "../support/repo.js";
import { recordPageErrors } from "./pageErrors.js";

declare global {
  var Gs2Gateway: typeof Entry;
  var gateway: Entry.GatewayClient;
  /** Additional client options, set by the test. */
  var clientOptions: Partial<Entry.GatewayClientOptions> | undefined;
  /** The events of the page, in order. */
  var seen: string[];
}

/** Creates a client in the page or the worker, and records its events. */
export const CLIENT_SCRIPT = `
  var seen = [];
  // Over plain http, a client takes no secret: here the emulator is the server that logs in.
  var projectToken = async () => {
    const body = JSON.stringify({ client_id: "client", client_secret: "secret" });
    const reply = await fetch("/identifier/projectToken/login", { method: "POST", body });
    return (await reply.json()).access_token;
  };
  var gateway = new Gs2Gateway.GatewayClient({
    namespaceName: "game-0001",
    credential: isSecureContext
      ? { clientId: "client", clientSecret: "secret" }
      : { clientId: "client", projectToken },
    endpoints: Gs2Gateway.emulatorEndpoints(location.origin),
    ...globalThis.clientOptions,
  });
  gateway.on("*", ({ key, payload }) => seen.push(key + " " + JSON.stringify(payload)));
  gateway.onSync(({ reason }) => { seen.push("sync " + reason); });
  gateway.lifecycle.on("status", (now, before) => {
    if (now.status !== before.status) seen.push(now.status);
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) seen.push("restored"); });
`;

const bundle = readInRepo("dist", "gs2-gateway.global.js");

export interface PageFile {
  readonly type: string;
  readonly text: string;
  readonly headers?: Record<string, string>;
}

const files: Record<string, PageFile> = {
  "/page/": {
    type: "text/html",
    text: `<!doctype html><title>page</title><link rel="icon" href="data:,">
      <script src="gs2-gateway.global.js"></script><script>${CLIENT_SCRIPT}</script>`,
  },
  "/page/elsewhere": {
    type: "text/html",
    text: `<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">`,
  },
  "/page/gs2-gateway.global.js": {
    type: "text/javascript",
    text: bundle,
  },
  "/page/worker.js": {
    type: "text/javascript",
    text: `
      importScripts("gs2-gateway.global.js");
      ${CLIENT_SCRIPT}
      onmessage = async ({ data: accessToken }) => {
        const { userId, state } = await gateway.setUserId({ accessToken });
        postMessage({ userId, state });
        const { payload } = await gateway.waitFor("Gs2Mission:Complete");
        postMessage(payload);
      };
    `,
  },
};

/** An emulator that also serves a page with the client, and a browser context for it. */
export interface GamePages {
  readonly emulator: Emulator;
  readonly context: BrowserContext;
  open(url?: string): Promise<Page>;
  /** Binds the page to a player. Resolves with the sessionId, or with the error's kind. */
  bind(page: Page, userId: string, exclusive?: boolean): Promise<string | null | undefined>;
  /** Waits until the page has recorded this event `times` times. */
  untilSeen(page: Page, entry: string, times?: number): Promise<void>;
  finishMission(userId: string, taskName: string): Promise<unknown>;
  /** Drops the recorded errors that contain this text. */
  ignoreErrors(text: string): void;
  /** Closes everything, and fails if a page logged an error. */
  end(): Promise<void>;
}

/** @param more further files, by path below `/page/` */
export async function openGamePages(
  browser: Browser,
  more: Record<string, PageFile> = {},
): Promise<GamePages> {
  const emulator = await startEmulator({
    namespaces: ["game-0001"],
    allowHosts: [INSECURE_HOST],
    // A sandboxed frame has this origin.
    allowOrigins: ["null"],
    mount: {
      "/page": (request) => {
        const { pathname } = new URL(request.url);
        const file = files[pathname] ?? more[pathname.slice("/page/".length)];
        return file
          ? new Response(file.text, { headers: { "content-type": file.type, ...file.headers } })
          : new Response("Nothing here", { status: 404 });
      },
    },
  });
  const context = await browser.newContext();
  let errors = recordPageErrors(context);
  return {
    emulator,
    context,
    async open(url = emulator.url) {
      const page = await context.newPage();
      await page.goto(`${url}/page/`);
      return page;
    },
    async bind(page, userId, exclusive = true) {
      const accessToken = await emulator.issueAccessToken({ userId });
      return page.evaluate(
        async ([token, concurrent]) => {
          try {
            const { sessionId } = await gateway.setUserId({
              accessToken: token,
              allowConcurrentAccess: concurrent,
            });
            return sessionId;
          } catch (error) {
            return Gs2Gateway.isGatewayError(error) ? error.kind : String(error);
          }
        },
        [accessToken, !exclusive] as const,
      );
    },
    async untilSeen(page, entry, times = 1) {
      try {
        await page.waitForFunction(
          ([wanted, count]) => seen.filter((one) => one === wanted).length >= count,
          [entry, times] as const,
          { timeout: 15_000, polling: 50 },
        );
      } catch {
        const recorded = await page.evaluate(() => seen);
        throw new Error(`Waited 15 s until "${entry}" is seen. Seen: ${recorded.join(", ")}`);
      }
    },
    finishMission: (userId, taskName) =>
      emulator.notify({ userId, key: "Gs2Mission:Complete", payload: { taskName } }),
    ignoreErrors(text) {
      errors = errors.filter((error) => !error.includes(text));
    },
    async end() {
      await context.close();
      await emulator.stop();
      expect(errors).toEqual([]);
    },
  };
}
