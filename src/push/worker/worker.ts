import { readPush, type ReadPush } from "../message.js";
import {
  isOurs,
  readConfig,
  request,
  type ClickMessage,
  type Handshake,
  type Ack,
  type PageMessage,
  type WorkerMessage,
  type WorkerConfig,
} from "../protocol.js";
import { pushStore, storeClick, type PushStore } from "../store.js";
import { show } from "../templates.js";
import { VERSION } from "../version.js";
import type { WorkerScope, WorkerWindow } from "./scope.js";

/** `data` of a notification that this worker shows. */
interface NotificationData {
  readonly gs2Gateway: ClickMessage & { readonly link: string | undefined };
}

const MOST_REMEMBERED = 100;

/**
 * Shows pushes while no page of the game is visible, sends every push to the open pages, and passes
 * clicks to the game.
 *
 * It listens to the browser's events and does not use Firebase's worker library: that shows some
 * messages by itself, hides others, and is twenty times as large for the browser to start.
 */
export function startWorker(scope: WorkerScope): void {
  const store = pushStore(
    () => scope.caches,
    () => scope.registration.scope,
  );
  const { hasOwn, config, setConfig } = createConfig(scope, store);
  const parts: WorkerParts = { scope, store, config };

  // Pushes are handled one after another: otherwise both copies of one would be shown.
  let last: Promise<unknown> = Promise.resolve();
  const enqueue = (message: unknown): Promise<void> => {
    const result = last.then(() => receive(parts, message));
    last = result.catch(() => undefined);
    return result;
  };

  // A worker of the game's own decides by itself when it becomes active.
  if (hasOwn) scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

  scope.addEventListener("push", (event) => event.waitUntil(enqueue(parse(event.data?.text()))));

  scope.addEventListener("notificationclick", (event) => {
    const { data } = event.notification;
    if (!isOurs(data)) return;
    event.notification.close();
    event.waitUntil(passClick(parts, (data as unknown as NotificationData).gs2Gateway));
  });

  scope.addEventListener("pushsubscriptionchange", (event) => {
    const message: PageMessage = { gs2Gateway: "subscriptionChanged" };
    const post = async (): Promise<void> => {
      const { base } = await config();
      for (const window of await windowsOf(scope, base)) window.postMessage(message);
    };
    event.waitUntil(post());
  });

  scope.addEventListener("message", (event) => {
    if (!isOurs(event.data)) return;
    const message = event.data as WorkerMessage;
    if (message.gs2Gateway === "hello") {
      if (!hasOwn) event.waitUntil(setConfig(message.config));
      event.ports[0]?.postMessage({ version: VERSION } satisfies Handshake);
    } else {
      event.waitUntil(enqueue(message.message));
    }
  });
}

interface WorkerParts {
  readonly scope: WorkerScope;
  readonly store: PushStore;
  readonly config: () => Promise<WorkerConfig>;
}

/** The configuration in the worker's address; without one, that of the last `hello`. */
function createConfig(scope: WorkerScope, store: PushStore) {
  const own = readConfig(scope.location.search);
  let current = own;
  return {
    hasOwn: own !== undefined,
    config: async (): Promise<WorkerConfig> => {
      current ??= (await store.get("config")) as WorkerConfig | undefined;
      return (
        current ?? {
          base: new URL("/", scope.location.href).href,
          locale: scope.navigator.language,
        }
      );
    },
    setConfig: (config: WorkerConfig): Promise<void> => {
      current = config;
      return store.put("config", config);
    },
  };
}

const windowsOf = async (scope: WorkerScope, base: string): Promise<readonly WorkerWindow[]> => {
  const all = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => url.startsWith(base));
};

/** Sends the push to all windows; whether a visible one has taken it for its player. */
async function offer(scope: WorkerScope, push: ReadPush, base: string): Promise<boolean> {
  const taken = (await windowsOf(scope, base)).map(async (window) => {
    const ack = await request<Ack>(window, { gs2Gateway: "push", push });
    return ack?.taken === true && window.visibilityState === "visible";
  });
  return (await Promise.all(taken)).includes(true);
}

async function receive({ scope, store, config }: WorkerParts, message: unknown): Promise<void> {
  const { base, locale, templates, fields } = await config();
  const push = readPush(message, fields);
  const shown = ((await store.get("shown")) ?? []) as readonly string[];
  if (push.id !== undefined && shown.includes(push.id)) return;
  if (push.id !== undefined)
    await store.put("shown", [push.id, ...shown].slice(0, MOST_REMEMBERED));

  const taken = await offer(scope, push, base);
  if (taken && !mustAlwaysShow(scope.navigator.userAgent)) return;
  const { title, body, icon, tag, link } = show(push, templates, locale);
  const { key, payload, userId, id = tag } = push;
  await scope.registration.showNotification(title, {
    body,
    tag,
    ...iconIn(icon, base),
    data: { gs2Gateway: { id, key, payload, userId, link } } satisfies NotificationData,
  });
}

/** A push is shown also without its icon: it may be malformed, or a script. */
function iconIn(icon: string | undefined, base: string): { icon?: string } {
  const url = parseUrl(icon, base);
  return url && /^(https?|data):$/.test(url.protocol) ? { icon: url.href } : {};
}

/** The page that a click opens: the game's base, unless the link is a page of the same origin. */
function pageFor(link: string | undefined, base: string): string {
  const url = parseUrl(link, base);
  const { origin, protocol } = new URL(base);
  // A blob has the origin of the page that made it.
  const isOwn = url?.origin === origin && url.protocol === protocol;
  return isOwn && !url.username && !url.password ? url.href : base;
}

function parseUrl(text: string | undefined, base: string): URL | undefined {
  try {
    return text === undefined ? undefined : new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Passes a click to the window of the player, or opens the game. */
async function passClick(
  { scope, store, config }: WorkerParts,
  { link, ...click }: NotificationData["gs2Gateway"],
): Promise<void> {
  const { base } = await config();
  const windows = [...(await windowsOf(scope, base))].sort(
    (one, other) =>
      Number(other.focused) - Number(one.focused) ||
      Number(other.visibilityState === "visible") - Number(one.visibilityState === "visible"),
  );
  // A page that does not reply is still loading, and will read the stored click. A page that does
  // not take the click has another player.
  let loading: WorkerWindow | undefined;
  for (const window of windows) {
    const ack = await request<Ack>(window, { gs2Gateway: "click", click });
    if (ack?.taken) return focus(window);
    if (!ack) loading ??= window;
  }
  await storeClick(store, click, Date.now());
  if (loading) return focus(loading);
  await scope.clients.openWindow(pageFor(link, base));
}

async function focus(window: WorkerWindow): Promise<void> {
  // Browsers refuse it some seconds after the click. The game has got the click all the same.
  await window.focus().catch(() => undefined);
}

/** The data of a push may be any text. */
function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "{}") as unknown;
  } catch {
    return text;
  }
}

/** Safari revokes the permission of a worker that shows no notification for a push. */
const mustAlwaysShow = (userAgent: string): boolean =>
  userAgent.includes("AppleWebKit") && !/Chrom(e|ium)\//.test(userAgent);
