import { readPush, type ReadPush } from "../message.js";
import {
  ask,
  isOurs,
  readConfig,
  type ClickMessage,
  type Handshake,
  type Ack,
  type PageMessage,
  type WorkerMessage,
  type WorkerConfig,
} from "../protocol.js";
import { keepClick, pushStore } from "../store.js";
import { show } from "../templates.js";
import { VERSION } from "../version.js";
import type { WorkerScope, WorkerWindow } from "./scope.js";

/** What a notification of ours carries. */
interface Carried {
  readonly gs2Gateway: ClickMessage & { readonly link: string | undefined };
}

const MOST_REMEMBERED = 100;

/**
 * The worker: shows pushes while no page of the game is to be seen, tells every open page of them, and leads a click back into the game.
 *
 * It takes the browser's own events rather than Firebase's worker library: that one shows some messages by itself, keeps others from us,
 * and is twenty times the size a browser has to start for one push.
 */
export function startWorker(scope: WorkerScope): void {
  const own = readConfig(scope.location.search);
  const root = new URL("/", scope.location.href).href;
  const store = pushStore(
    () => scope.caches,
    () => scope.registration.scope,
  );
  let told: WorkerConfig | undefined;

  const config = async (): Promise<WorkerConfig> => {
    told ??= own ?? ((await store.get("config")) as WorkerConfig | undefined);
    return told ?? { base: root, locale: scope.navigator.language };
  };

  const windows = async (base: string): Promise<readonly WorkerWindow[]> => {
    const all = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
    return all.filter(({ url }) => url.startsWith(base));
  };

  /** Whether a page that can be seen has taken it: one that is stuck, or plays for somebody else, does not count. */
  const offer = async (push: ReadPush, base: string): Promise<boolean> => {
    const seen = (await windows(base)).map(async (window) => {
      const answer = await ask<Ack>(window, { gs2Gateway: "push", push });
      return answer?.taken === true && window.visibilityState === "visible";
    });
    return (await Promise.all(seen)).includes(true);
  };

  const receive = async (message: unknown): Promise<void> => {
    const { base, locale, templates, fields } = await config();
    const push = readPush(message, fields);
    const known = ((await store.get("shown")) ?? []) as readonly string[];
    if (push.id !== undefined && known.includes(push.id)) return;
    if (push.id !== undefined)
      await store.put("shown", [push.id, ...known].slice(0, MOST_REMEMBERED));

    const taken = await offer(push, base);
    if (taken && !mustAlwaysShow(scope.navigator.userAgent)) return;
    const { title, body, icon, tag, link } = show(push, templates, locale);
    const { key, payload, userId, id = tag } = push;
    await scope.registration.showNotification(title, {
      body,
      tag,
      ...(icon !== undefined && { icon: new URL(icon, base).href }),
      data: { gs2Gateway: { id, key, payload, userId, link } } satisfies Carried,
    });
  };

  // One after another, or two copies of one push would both be the first.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (message: unknown): Promise<void> => {
    const turn = last.then(() => receive(message));
    last = turn.catch(() => undefined);
    return turn;
  };

  const click = async ({ link, ...click }: Carried["gs2Gateway"]): Promise<void> => {
    const { base } = await config();
    const open = [...(await windows(base))].sort(
      (one, other) =>
        Number(other.focused) - Number(one.focused) ||
        Number(other.visibilityState === "visible") - Number(one.visibilityState === "visible"),
    );
    // A page that does not answer is still starting, and finds the click where it is kept; those that say no play for others.
    let starting: WorkerWindow | undefined;
    for (const window of open) {
      const answer = await ask<Ack>(window, { gs2Gateway: "click", click });
      if (answer?.taken) return focus(window);
      if (!answer) starting ??= window;
    }
    await keepClick(store, click, Date.now());
    if (starting) return focus(starting);
    const url = new URL(link ?? "", base);
    await scope.clients.openWindow(url.origin === new URL(base).origin ? url.href : base);
  };

  // The game's own worker decides for itself when it takes over.
  if (own) scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

  scope.addEventListener("push", (event) => event.waitUntil(inTurn(read(event.data?.text()))));

  scope.addEventListener("notificationclick", (event) => {
    const { data } = event.notification;
    if (!isOurs(data)) return;
    event.notification.close();
    event.waitUntil(click((data as unknown as Carried).gs2Gateway));
  });

  scope.addEventListener("pushsubscriptionchange", (event) => {
    const word: PageMessage = { gs2Gateway: "subscriptionChanged" };
    const tell = async (): Promise<void> => {
      const { base } = await config();
      for (const window of await windows(base)) window.postMessage(word);
    };
    event.waitUntil(tell());
  });

  scope.addEventListener("message", (event) => {
    if (!isOurs(event.data)) return;
    const word = event.data as WorkerMessage;
    if (word.gs2Gateway === "hello") {
      if (!own) {
        told = word.config;
        event.waitUntil(store.put("config", told));
      }
      event.ports[0]?.postMessage({ version: VERSION } satisfies Handshake);
    } else {
      event.waitUntil(inTurn(word.message));
    }
  });
}

async function focus(window: WorkerWindow): Promise<void> {
  // Refused where the player's click is too long ago: the game knows of the click all the same.
  await window.focus().catch(() => undefined);
}

/** A push may be any text. */
function read(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "{}") as unknown;
  } catch {
    return text;
  }
}

/** Safari takes the permission away from who stays silent, seen or not. */
const mustAlwaysShow = (userAgent: string): boolean =>
  userAgent.includes("AppleWebKit") && !/Chrom(e|ium)\//.test(userAgent);
