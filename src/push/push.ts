import { GatewayError, invalidArgument } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import { internalsOf } from "../core/internals.js";
import { createEmitter } from "../notify/emitter.js";
import { firebaseTokens, isVapidKey } from "./firebase.js";
import { createTokenSync, type TokenSync } from "./tokenSync.js";
import type { Push, PushOptions } from "./options.js";
import { encodeConfig, MOST_CONFIG_CHARACTERS, type WorkerConfig } from "./protocol.js";
import { pushError } from "./reasons.js";
import { createState } from "./state.js";
import { tokenRecordStore } from "./tokenRecord.js";
import { pushStore } from "./store.js";
import { createWorkerMessages } from "./workerMessages.js";
import { findUnsupported, type BrowserEnvironment } from "./environment.js";
import { baseOf, registerWorker, scopeOf, useWorker, type ReadyWorker } from "./registerWorker.js";

const DUPLICATE_WINDOW_MS = 60_000;

/**
 * Web push for a page. Call `attach(gateway)` at every start and `enable()` from a button. Creating
 * it prompts for nothing, loads nothing and sends nothing. It can be created on a server too, where
 * its state is `unsupported`.
 */
export function createPush(options: PushOptions): Push {
  checkOptions(options);
  return createPushIn(globalThis, options);
}

function checkOptions({ firebase, provider, vapidKey, templates, fields }: PushOptions): void {
  if (!provider && !firebase) {
    throw invalidArgument("createPush", "firebase", "must be supplied, or a provider");
  }
  if (typeof vapidKey !== "string") throw invalidArgument("createPush", "vapidKey");
  const length = encodeConfig({ templates, fields }).length;
  if (length > MOST_CONFIG_CHARACTERS) {
    throw invalidArgument(
      "createPush",
      "templates",
      `take ${length} characters of the worker's address, of which servers accept ${MOST_CONFIG_CHARACTERS}`,
    );
  }
}

interface Attached {
  readonly gateway: GatewayClient;
  readonly slot: string;
}

function createPushIn(environment: BrowserEnvironment, options: PushOptions): Push {
  const { firebase, vapidKey } = options;
  const { now } = Date;
  let attached: Attached | undefined;
  const emitter = createEmitter((error) => {
    console.error("[gs2-gateway] handlerThrew:", error);
  });
  const records = tokenRecordStore(() => environment.localStorage);
  const { worker, scope } = workerOf(environment, options);
  const sync = createTokenSync({
    now,
    vapidKey,
    records,
    provider: options.provider ?? firebaseTokens(firebase!),
    worker,
    isAllowed: () => environment.Notification?.permission === "granted",
    target: () => attached,
    onChange: () => state.emitChange(),
  });
  const state = createState({ environment, records, sync, emit: emitter.emit });
  const messages = createWorkerMessages({
    now,
    duplicateWindowMs: options.duplicateWindowMs ?? DUPLICATE_WINDOW_MS,
    store: pushStore(() => environment.caches, scope),
    onClick: (click) => emitter.emit("click", click),
    onSubscriptionChange: () => sync.scheduleSync("changed"),
  });
  const container = environment.navigator?.serviceWorker;
  if (container) {
    container.addEventListener("message", messages.onMessage);
    // Without this call messages wait until the document is parsed.
    container.startMessages();
  }

  return {
    state: state.read,
    attach(gateway, { slot = "player" } = {}) {
      const detachMessages = messages.attach(gateway);
      const own: Attached = (attached = { gateway, slot });
      const unwatch = watchClient(environment, own, sync, state.emitChange);
      const undos = [unwatch, detachMessages];
      const detach = (): void => {
        for (const undo of undos.splice(0)) undo();
        if (attached === own) attached = undefined;
      };
      undos.push(internalsOf(gateway)!.onDispose(detach));
      state.emitChange();
      return detach;
    },
    async enable({ signal } = {}) {
      const unsupported = findUnsupported(environment);
      if (unsupported) throw pushError(unsupported, "enable");
      if (!attached)
        throw invalidArgument("enable", "gateway", "must be attached: attach(gateway)");
      if (signal?.aborted) {
        throw new GatewayError({ kind: "aborted", method: "enable", message: "enable: aborted" });
      }
      // The player is asked only where push can work. attach() has started to look for storage; to
      // wait for it here is too late for Safari, which shows the prompt within the click only.
      if (!options.provider && !isVapidKey(vapidKey)) throw pushError("badVapidKey", "enable");
      if (state.knownStorage() === false) throw pushError("noStorage", "enable");
      await state.requestPermission("enable");
      if (!(await state.hasStorage())) throw pushError("noStorage", "enable");
      // From here on push is enabled: a failed sync is repeated.
      records.write({ ...records.read(), vapidKey });
      await sync.syncNow("enable", signal);
      return state.read();
    },
    async disable({ signal } = {}) {
      if (!records.read()) return;
      if (!attached)
        throw invalidArgument("disable", "gateway", "must be attached: attach(gateway)");
      await sync.remove(signal);
    },
    on(event, handler, listenOptions) {
      const off = emitter.listen(event, handler, listenOptions);
      if (event === "click") messages.startClicks();
      else void state.watchPermission();
      return off;
    },
  };
}

/** The worker of the options: a registration of the game, or one this package registers. */
function workerOf(
  environment: BrowserEnvironment,
  { serviceWorker, locale, templates, fields }: PushOptions,
) {
  const { navigator } = environment;
  const baseURI = environment.document?.baseURI ?? "";
  const given =
    typeof serviceWorker === "object" && "scope" in serviceWorker ? serviceWorker : undefined;
  const config = (): WorkerConfig => ({
    base: baseOf(baseURI),
    locale: locale ?? navigator?.language ?? "en",
    templates,
    fields,
  });
  return {
    scope: () => given?.scope ?? scopeOf(baseURI),
    worker: async (method: string): Promise<ReadyWorker> =>
      given
        ? useWorker(given, config(), method)
        : registerWorker(serviceWorker as string | URL | undefined, {
            container: navigator!.serviceWorker!,
            fetch: environment.fetch!.bind(environment),
            baseURI,
            config: config(),
            method,
          }),
  };
}

/** Syncs after each bind of the slot and when the network is back. */
function watchClient(
  environment: BrowserEnvironment,
  { gateway, slot }: Attached,
  sync: TokenSync,
  emitChange: () => void,
): () => void {
  let heldConnection: string | undefined;
  const onStatus = (): void => {
    const binding = gateway.connection.bindings[slot];
    const held = binding?.state === "held" ? binding.connectionId : undefined;
    if (held === heldConnection) return;
    heldConnection = held;
    if (held !== undefined) sync.scheduleSync("bound");
    emitChange();
  };
  const onOnline = (): void => sync.scheduleSync("online");
  const off = gateway.lifecycle.on("status", onStatus);
  environment.addEventListener?.("online", onOnline);
  onStatus();
  return () => {
    off();
    environment.removeEventListener?.("online", onOnline);
  };
}
