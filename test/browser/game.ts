import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type * as Entry from "../../src/index.js";
import { readInRepo } from "../support/repo.js";
import { recordPageErrors } from "./pages.js";

declare global {
  var Gs2Gateway: typeof Entry;
  var gateway: Entry.GatewayClient;
  /** What a test gives the client of its pages besides. */
  var clientOptions: Partial<Entry.GatewayClientOptions> | undefined;
  /** What happened in the page, in order. */
  var seen: string[];
}

/** Lets pages be reached at `http://game.test`, which is no secure context. */
export const MAPPED = "--host-resolver-rules=MAP game.test 127.0.0.1";

/** Runs in the page and in the worker: makes a client that tells what happens to it. */
export const SET_UP = `
  var seen = [];
  var gateway = new Gs2Gateway.GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
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

const files: Record<string, { type: string; text: string }> = {
  "/page/": {
    type: "text/html",
    text: `<!doctype html><title>page</title><link rel="icon" href="data:,">
      <script src="gs2-gateway.global.js"></script><script>${SET_UP}</script>`,
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
      ${SET_UP}
      onmessage = async ({ data: accessToken }) => {
        const { userId, state } = await gateway.setUserId({ accessToken });
        postMessage({ userId, state });
        const { payload } = await gateway.waitFor("Gs2Mission:Complete");
        postMessage(payload);
      };
    `,
  },
};

/** An emulator that also serves the game's page, and a browser to visit it. */
export interface Game {
  readonly emulator: Emulator;
  readonly context: BrowserContext;
  open(url?: string): Promise<Page>;
  /** Binds the page to a player; answers the sessionId, or the kind of the refusal. */
  bind(page: Page, userId: string, exclusive?: boolean): Promise<string | null | undefined>;
  /** Waits until the page has seen this; `times` counts from its beginning. */
  untilSeen(page: Page, entry: string, times?: number): Promise<void>;
  finishMission(userId: string, taskName: string): Promise<unknown>;
  /** Drops complaints of the browser that hold this text. */
  forgive(text: string): void;
  /** Ends all, and fails where a page complained. */
  end(): Promise<void>;
}

export async function aGame(browser: Browser): Promise<Game> {
  const emulator = await startEmulator({
    namespaces: ["game-0001"],
    allowHosts: ["game.test"],
    mount: {
      "/page": (request) => {
        const file = files[new URL(request.url).pathname];
        return file
          ? new Response(file.text, { headers: { "content-type": file.type } })
          : new Response("Nothing here", { status: 404 });
      },
    },
  });
  const context = await browser.newContext();
  let complaints = recordPageErrors(context);
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
          ([wanted, often]) => seen.filter((one) => one === wanted).length >= often,
          [entry, times] as const,
          { timeout: 15_000, polling: 50 },
        );
      } catch {
        const instead = await page.evaluate(() => seen);
        throw new Error(`Waited 15 s until "${entry}" is seen. Seen: ${instead.join(", ")}`);
      }
    },
    finishMission: (userId, taskName) =>
      emulator.notify({ userId, key: "Gs2Mission:Complete", payload: { taskName } }),
    forgive(text) {
      complaints = complaints.filter((complaint) => !complaint.includes(text));
    },
    async end() {
      await context.close();
      await emulator.stop();
      expect(complaints).toEqual([]);
    },
  };
}
