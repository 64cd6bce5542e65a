import { GatewayError, invalidArgument } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import { internalsOf } from "../core/internals.js";
import { createEmitter } from "../notify/emitter.js";
import { firebaseTokens, isVapidKey } from "./firebase.js";
import { createTokenSync } from "./tokenSync.js";
import type { Push, PushOptions } from "./options.js";
import { encodeConfig, MOST_CONFIG_CHARACTERS, type WorkerConfig } from "./protocol.js";
import { pushError, stateOf, type PushReason, type PushState } from "./reasons.js";
import { tokenRecordStore } from "./tokenRecord.js";
import { pushStore } from "./store.js";
import { createWorkerMessages } from "./workerMessages.js";
import { canStore, findUnsupported, type BrowserEnvironment } from "./environment.js";
import { baseOf, registerWorker, scopeOf, useWorker, type ReadyWorker } from "./registerWorker.js";

const DUPLICATE_WINDOW_MS = 60_000;

/**
 * Web push for one page: `attach(gateway)` at every start, `enable()` from a button. Nothing is asked, loaded or sent before. On a server it
 * can be made too, where its state is `unsupported`.
 */
export function createPush(options: PushOptions): Push {
  return createPushIn(globalThis, options);
}

function createPushIn(host: BrowserEnvironment, options: PushOptions): Push {
  const { firebase, vapidKey, serviceWorker, templates, fields } = options;
  if (!options.provider && !firebase) {
    throw invalidArgument("createPush", "firebase", "must be supplied, or a provider");
  }
  if (typeof vapidKey !== "string") throw invalidArgument("createPush", "vapidKey");
  const length = encodeConfig({ templates, fields }).length;
  if (length > MOST_CONFIG_CHARACTERS) {
    throw invalidArgument(
      "createPush",
      "templates",
      `take ${length} characters of the worker's address, of which servers take ${MOST_CONFIG_CHARACTERS}`,
    );
  }

  const { now } = Date;
  const { navigator } = host;
  const container = navigator?.serviceWorker;
  const baseURI = host.document?.baseURI ?? "";
  const given =
    typeof serviceWorker === "object" && "scope" in serviceWorker ? serviceWorker : undefined;
  let attached: { readonly gateway: GatewayClient; readonly slot: string } | undefined;
  let closed = false;
  let told: PushState | undefined;
  let telling: Promise<void> = Promise.resolve();
  let watching = false;
  let storage: Promise<boolean> | undefined;

  const emitter = createEmitter((error) => {
    console.error("[gs2-gateway] handlerThrew:", error);
  });
  const shelf = tokenRecordStore(() => host.localStorage);
  const isAllowed = (): boolean => host.Notification?.permission === "granted";

  const config = (): WorkerConfig => ({
    base: baseOf(baseURI),
    locale: options.locale ?? navigator?.language ?? "en",
    templates,
    fields,
  });
  const worker = async (method: string): Promise<ReadyWorker> =>
    given
      ? useWorker(given, config(), method)
      : registerWorker(serviceWorker as string | URL | undefined, {
          container: container!,
          fetch: host.fetch!.bind(host),
          baseURI,
          config: config(),
          method,
        });

  const store = pushStore(
    () => host.caches,
    () => given?.scope ?? scopeOf(baseURI),
  );
  const keeper = createTokenSync({
    now,
    vapidKey,
    shelf,
    provider: options.provider ?? firebaseTokens(firebase!),
    worker,
    isAllowed,
    place: () => attached,
    changed: () => tell(),
  });
  const stream = createWorkerMessages({
    now,
    duplicateWindowMs: options.duplicateWindowMs ?? DUPLICATE_WINDOW_MS,
    store,
    clicked: (click) => emitter.emit("click", click),
    subscriptionChanged: () => keeper.keep("changed"),
  });
  if (container) {
    container.addEventListener("message", stream.hear);
    // Else they wait until the page has been read to its end.
    container.startMessages();
  }

  const reason = async (): Promise<PushReason> => {
    const missing = findUnsupported(host);
    if (missing) return missing;
    if (!(await (storage ??= canStore(host.indexedDB)))) return "noStorage";
    const permission = host.Notification?.permission;
    if (permission === "denied") return "blocked";
    if (permission !== "granted") return closed ? "dismissed" : "notAsked";
    const trouble = keeper.trouble();
    if (trouble) return trouble;
    if (!shelf.read()) return "notEnabled";
    if (!keeper.isStored()) return "pending";
    return keeper.isOutdated() ? "workerOutdated" : "current";
  };
  const state = async (): Promise<PushState> => stateOf(await reason());

  const tell = (): void => {
    telling = telling.then(async () => {
      const now = await state();
      if (now.reason === told?.reason) return;
      told = now;
      emitter.emit("state", now);
    });
  };

  /** The player may change the answer in the browser's settings. */
  const watchPermission = async (): Promise<void> => {
    if (watching) return;
    watching = true;
    const status = await navigator?.permissions
      ?.query({ name: "notifications" })
      .catch(() => undefined);
    status?.addEventListener("change", () => {
      tell();
      keeper.keep("bound");
    });
  };

  /** The question comes first, while the browser still knows that the player pressed something. */
  const askPlayer = async (method: string): Promise<void> => {
    const { Notification } = host;
    if (Notification?.permission === "default") {
      closed = (await Notification.requestPermission()) === "default";
      tell();
      if (closed) throw pushError("dismissed", method);
    }
    if (!isAllowed()) throw pushError("blocked", method);
  };

  return {
    state,
    attach(gateway, { slot = "player" } = {}) {
      const undos = [stream.join(gateway)];
      const here = (attached = { gateway, slot });
      let held: string | undefined;
      const look = (): void => {
        const binding = gateway.connection.bindings[slot];
        const holds = binding?.state === "held" ? binding.connectionId : undefined;
        if (holds === held) return;
        held = holds;
        if (held !== undefined) keeper.keep("bound");
        tell();
      };
      const online = (): void => keeper.keep("online");
      host.addEventListener?.("online", online);
      const detach = (): void => {
        for (const undo of undos.splice(0)) undo();
        host.removeEventListener?.("online", online);
        if (attached === here) attached = undefined;
      };
      undos.push(gateway.lifecycle.on("status", look));
      undos.push(internalsOf(gateway)!.onDispose(detach));
      look();
      tell();
      return detach;
    },
    async enable({ signal } = {}) {
      const missing = findUnsupported(host);
      if (missing) throw pushError(missing, "enable");
      if (!attached)
        throw invalidArgument("enable", "gateway", "must be attached: attach(gateway)");
      if (signal?.aborted) {
        throw new GatewayError({ kind: "aborted", method: "enable", message: "enable: aborted" });
      }
      await askPlayer("enable");
      if (!(await (storage ??= canStore(host.indexedDB)))) throw pushError("noStorage", "enable");
      if (!options.provider && !isVapidKey(vapidKey)) throw pushError("badVapidKey", "enable");
      // From here on it is wanted, whatever happens on the way.
      shelf.write({ ...shelf.read(), vapidKey });
      await keeper.bring("enable", signal);
      return state();
    },
    async disable({ signal } = {}) {
      if (!shelf.read()) return;
      if (!attached)
        throw invalidArgument("disable", "gateway", "must be attached: attach(gateway)");
      await keeper.remove(signal);
    },
    on(event, handler, listenOptions) {
      const off = emitter.listen(event, handler, listenOptions);
      if (event === "click") stream.openClicks();
      else void watchPermission();
      return off;
    },
  };
}
