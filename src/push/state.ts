import type { Emitter } from "../notify/emitter.js";
import { canStore, findUnsupported, type BrowserEnvironment } from "./environment.js";
import { pushError, stateOf, type PushReason, type PushState } from "./reasons.js";
import type { TokenRecordStore } from "./tokenRecord.js";
import type { TokenSync } from "./tokenSync.js";

export interface StatePorts {
  readonly environment: BrowserEnvironment;
  readonly records: TokenRecordStore;
  readonly sync: Pick<TokenSync, "failure" | "isStored" | "isOutdated" | "scheduleSync">;
  readonly emit: Emitter["emit"];
}

/** The state of push, its events, and the browser's permission. */
export function createState({ environment, records, sync, emit }: StatePorts) {
  let promptDismissed = false;
  let lastEmitted: PushState | undefined;
  let emitting: Promise<void> = Promise.resolve();
  let watching = false;
  let storage: Promise<boolean> | undefined;
  let knownStorage: boolean | undefined;

  const hasStorage = (): Promise<boolean> =>
    (storage ??= canStore(environment.indexedDB).then((found) => (knownStorage = found)));
  const permission = (): NotificationPermission | undefined => environment.Notification?.permission;

  const readReason = async (): Promise<PushReason> => {
    const unsupported = findUnsupported(environment);
    if (unsupported) return unsupported;
    if (!(await hasStorage())) return "noStorage";
    if (permission() === "denied") return "blocked";
    if (permission() !== "granted") return promptDismissed ? "dismissed" : "notAsked";
    const failure = sync.failure();
    if (failure) return failure;
    if (!records.read()) return "notEnabled";
    if (!sync.isStored()) return "pending";
    return sync.isOutdated() ? "workerOutdated" : "current";
  };
  const read = async (): Promise<PushState> => stateOf(await readReason());

  const emitChange = (): void => {
    emitting = emitting.then(async () => {
      const state = await read();
      if (state.reason === lastEmitted?.reason) return;
      lastEmitted = state;
      emit("state", state);
    });
  };

  return {
    read,
    emitChange,
    hasStorage,
    /** Without waiting; undefined before the first `hasStorage` or `read` has found out. */
    knownStorage: () => knownStorage,

    /** The player may change the permission in the browser's settings. */
    async watchPermission(): Promise<void> {
      if (watching) return;
      watching = true;
      const status = await environment.navigator?.permissions
        ?.query({ name: "notifications" })
        .catch(() => undefined);
      status?.addEventListener("change", () => {
        emitChange();
        sync.scheduleSync("bound");
      });
    },

    /** Rejects with `dismissed` or `blocked` when the player does not allow notifications. */
    async requestPermission(method: string): Promise<void> {
      const { Notification } = environment;
      if (Notification?.permission === "default") {
        promptDismissed = (await Notification.requestPermission()) === "default";
        emitChange();
        if (promptDismissed) throw pushError("dismissed", method);
      }
      if (permission() !== "granted") throw pushError("blocked", method);
    },
  };
}
