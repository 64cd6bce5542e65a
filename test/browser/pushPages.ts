import { build } from "esbuild";
import type { BrowserContext, CDPSession, Page, Worker } from "playwright-core";
import type { GatewayClient } from "../../src/index.js";
import type { Push, PushClick, PushOptions } from "../../src/push/index.js";
import { inRepo, readInRepo } from "../support/repo.js";
import { until } from "../support/until.js";
import { recordDisplayed } from "./displayedNotifications.js";

declare global {
  var gateway: GatewayClient;
  var push: Push;
  var start: (options: Partial<PushOptions>, accessToken?: string) => Promise<void>;
  /** The events of the page, in order. */
  var seen: string[];
  var clicks: PushClick[];
}

/** A text of 87 characters with the form of a VAPID public key. */
export const vapidKey = (letter: string) => `B${letter.repeat(85)}A`;

const SCRIPT = `
  import { GatewayClient, emulatorEndpoints } from "gs2-gateway";
  import { createPush } from "gs2-gateway/push";
  globalThis.seen = [];
  globalThis.clicks = [];
  globalThis.gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(location.origin),
  });
  gateway.on("*", ({ via, key, payload }) => seen.push(via + " " + key + " " + JSON.stringify(payload)));
  globalThis.start = async (options, accessToken) => {
    globalThis.push = createPush({
      firebase: { apiKey: "key", projectId: "game", messagingSenderId: "1", appId: "1:1:web:1" },
      ...options,
    });
    push.on("click", (click) => clicks.push(click));
    push.on("state", ({ reason }) => seen.push("state " + reason));
    push.attach(gateway);
    if (accessToken) await gateway.setUserId({ accessToken });
  };
`;

const html = (
  withFirebase: boolean,
) => `<!doctype html><title>game</title><link rel="icon" href="data:,">
  <script type="importmap">${JSON.stringify({
    imports: {
      "gs2-gateway": "/page/lib/index.js",
      "gs2-gateway/push": "/page/lib/push.js",
      ...(withFirebase && {
        "firebase/app": "/page/firebase/app.js",
        "firebase/messaging": "/page/firebase/messaging.js",
      }),
    },
  })}</script><script type="module">${SCRIPT}</script>`;

/** Serves pages below `/page/`, with another fault in each folder. */
export async function servePushPages(): Promise<(request: Request) => Response> {
  const { outputFiles } = await build({
    entryPoints: { app: "firebase/app", messaging: "firebase/messaging" },
    absWorkingDir: inRepo(),
    outdir: "/page/firebase",
    bundle: true,
    splitting: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const firebase = new Map(outputFiles.map(({ path, text }) => [path.replaceAll("\\", "/"), text]));
  const worker = readInRepo("dist/firebase-messaging-sw.js");

  return (request) => {
    const { pathname } = new URL(request.url);
    const respond = (text: string | undefined, type: string) =>
      text === undefined
        ? new Response("Nothing here", { status: 404 })
        : new Response(text, { headers: { "content-type": type } });
    const script = (text: string | undefined) => respond(text, "text/javascript; charset=utf-8");
    const [, , folder, ...rest] = pathname.split("/");
    const file = rest.join("/");
    if (folder === "lib") return script(readInRepo("dist", file));
    if (folder === "firebase") return script(firebase.get(pathname));
    if (file === "own-sw.js") {
      return script('importScripts("firebase-messaging-sw.js"); self.onfetch = () => {};');
    }
    if (file === "firebase-messaging-sw.js") {
      switch (folder) {
        case "none":
          return respond(undefined, "");
        case "spa":
          return respond(html(true), "text/html");
        case "foreign":
          return script("self.oninstall = () => self.skipWaiting();");
        case "broken":
          return script("throw new Error('broken');");
        case "old":
          return script(worker.replaceAll(/(["'`])0\.1\.0\1/g, '"0.0.1"'));
        default:
          return script(worker);
      }
    }
    return respond(html(folder !== "without"), "text/html");
  };
}

export const pushWorkerOf = (context: BrowserContext, folder: string): Promise<Worker> =>
  until(`the service worker of ${folder} runs`, () =>
    context.serviceWorkers().find((one) => one.url().includes(`/page/${folder}/`)),
  );

/** A DevTools session that delivers pushes, and lists what is displayed for them. */
export async function openPushService(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  const registrations = new Map<string, string>();
  session.on("ServiceWorker.workerRegistrationUpdated", (event) => {
    for (const { scopeURL, registrationId } of event.registrations) {
      registrations.set(scopeURL, registrationId);
    }
  });
  await session.send("ServiceWorker.enable");
  return {
    displayed: await recordDisplayed(session),
    async deliver(scope: string, message: unknown) {
      const registrationId = await until(`${scope} is registered`, () => registrations.get(scope));
      await session.send("ServiceWorker.deliverPushMessage", {
        origin: new URL(scope).origin,
        registrationId,
        data: typeof message === "string" ? message : JSON.stringify(message),
      });
    },
    stopWorkers: () => session.send("ServiceWorker.stopAllWorkers"),
  };
}
