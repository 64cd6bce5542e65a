import { GatewayError, isGatewayError } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import type { PushTokenProvider } from "./provider.js";
import { pushError, reasonOf, stateOf, type PushReason } from "./reasons.js";
import { needsProvider, storeReason, type Player, type TokenRecordStore } from "./tokenRecord.js";
import type { ReadyWorker } from "./registerWorker.js";

/** Keeps GS2's token up to date: installs the worker, gets the token and stores it where needed. */
export interface TokenSync {
  /** One sync. Rejects with the error whose reason {@link TokenSync.failure} has from then on. */
  readonly syncNow: (method: string, signal?: AbortSignal) => Promise<void>;
  /** Syncs in the background, where push is enabled; one sync runs and one waits at most. */
  readonly scheduleSync: (why: "bound" | "online" | "changed") => void;
  /** Deletes the token at GS2 and in the browser. */
  readonly remove: (signal?: AbortSignal) => Promise<void>;
  /** Reason of the last sync's failure; undefined after a success. */
  readonly failure: () => PushReason | undefined;
  /** Whether the version of the worker file differs from the page's. */
  readonly isOutdated: () => boolean;
  /** Whether GS2 has the token of the bound player, as far as is known. */
  readonly isStored: () => boolean;
}

/**
 * A sync that failed is not repeated by every bind of an unstable connection, but after a pause.
 */
const PAUSE_MS = 30_000;

export interface TokenSyncOptions {
  readonly now: () => number;
  readonly vapidKey: string;
  readonly records: TokenRecordStore;
  readonly provider: PushTokenProvider;
  readonly worker: (method: string) => Promise<ReadyWorker>;
  readonly isAllowed: () => boolean;
  /** The client and slot of the player; undefined before attach. */
  readonly target: () => { readonly gateway: GatewayClient; readonly slot: string } | undefined;
  readonly onChange: () => void;
}

export function createTokenSync(options: TokenSyncOptions): TokenSync {
  const { now, records, isAllowed, onChange } = options;
  let failure: PushReason | undefined;
  let failedAt = -Infinity;
  let outdated = false;
  let mustRefresh = false;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = false;

  const enqueue = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };

  const syncNow: TokenSync["syncNow"] = (method, signal) =>
    enqueue(async () => {
      try {
        await syncToken(options, method, signal, {
          mustRefresh: () => mustRefresh,
          onWorker: (worker) => (outdated = worker.outdated),
          onToken: () => (mustRefresh = false),
        });
        failure = undefined;
      } catch (thrown) {
        const error = explain(thrown, method);
        if (!isGatewayError(error, "aborted")) {
          failure = reasonOf(error);
          failedAt = now();
        }
        throw error;
      } finally {
        onChange();
      }
    });

  return {
    syncNow,
    scheduleSync(why) {
      if (!records.read() || !isAllowed() || !playerOf(options) || waiting) return;
      const isTemporary = failure === undefined || failure === "offline" || failure === "pending";
      if (why === "bound" && !isTemporary && now() - failedAt < PAUSE_MS) return;
      if (why === "online" && failure === undefined) return;
      mustRefresh ||= why === "changed";
      waiting = true;
      void last.then(() => {
        waiting = false;
        if (!records.read()) return;
        // The failure is reported by the state.
        return syncNow("attach").catch(() => undefined);
      });
    },
    remove: (signal) =>
      enqueue(async () => {
        const record = records.read();
        if (!record) return;
        if (record.stored) await deleteIfOurs(options, record.stored.token, signal);
        records.write(undefined);
        failure = undefined;
        onChange();
        if (isAllowed()) await revokeToken(options);
      }),
    failure: () => failure,
    isOutdated: () => outdated,
    isStored() {
      const stored = records.read()?.stored;
      const player = playerOf(options);
      return (
        stored !== undefined &&
        (player === undefined ||
          (player.userId === stored.userId && player.namespaceName === stored.namespaceName))
      );
    },
  };
}

/** The bound player; undefined while none is bound. */
function playerOf({ target }: TokenSyncOptions): Player | undefined {
  const { gateway, slot } = target() ?? {};
  const { state, userId, namespaceName } = gateway?.connection.bindings[slot ?? ""] ?? {};
  return state === "held" && userId !== undefined && namespaceName !== undefined
    ? { userId, namespaceName }
    : undefined;
}

async function syncToken(
  options: TokenSyncOptions,
  method: string,
  signal: AbortSignal | undefined,
  {
    mustRefresh,
    onWorker,
    onToken,
  }: {
    readonly mustRefresh: () => boolean;
    readonly onWorker: (worker: ReadyWorker) => void;
    readonly onToken: () => void;
  },
): Promise<void> {
  const { now, vapidKey, records, provider } = options;
  const throwIfAborted = (): void => {
    if (signal?.aborted) {
      throw new GatewayError({ kind: "aborted", method, message: `${method}: aborted` });
    }
  };
  const worker = await options.worker(method);
  onWorker(worker);
  throwIfAborted();
  const { registration } = worker;
  const endpoint = async (): Promise<string | undefined> =>
    (await registration.pushManager.getSubscription())?.endpoint;
  const record = records.read();
  let stored = record?.stored;
  let token = stored?.token;
  if (
    token === undefined ||
    mustRefresh() ||
    needsProvider(record, vapidKey, await endpoint(), now())
  ) {
    token = await provider.getToken({ vapidKey, registration });
    onToken();
    throwIfAborted();
    if (stored) stored = { ...stored, endpoint: await endpoint(), checkedAt: now() };
  }
  if (storeReason(record, { token, vapidKey, player: playerOf(options) }, now())) {
    const { gateway, slot } = options.target()!;
    await gateway.setFirebaseToken({ token, slot }, { signal });
    // Read after the call, which may have waited for the bind.
    const player = playerOf(options);
    if (!player) throw pushError("pending", method);
    stored = { token, ...player, at: now(), endpoint: await endpoint(), checkedAt: now() };
  }
  records.write({ vapidKey, stored });
}

/** GS2 holds one token per player. That of another device is not deleted. */
async function deleteIfOurs(
  { target }: TokenSyncOptions,
  token: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { gateway, slot } = target()!;
  try {
    const { item } = await gateway.getFirebaseToken({ slot }, { signal });
    if (item.token === token) await gateway.deleteFirebaseToken({ slot }, { signal });
  } catch (error) {
    if (!isGatewayError(error, "notFound")) throw error;
  }
}

/** Errors are ignored: GS2 no longer has the token, so nothing is sent to it. */
async function revokeToken({ vapidKey, provider, worker }: TokenSyncOptions): Promise<void> {
  const ready = await worker("disable").catch(() => undefined);
  if (!ready) return;
  const { registration } = ready;
  try {
    await provider.deleteToken({ vapidKey, registration });
  } catch {
    const subscription = await registration.pushManager.getSubscription().catch(() => null);
    await subscription?.unsubscribe().catch(() => false);
  }
}

/** The error with a push reason, and with what to do in its message. */
function explain(thrown: unknown, method: string): unknown {
  if (reasonOf(thrown) || isGatewayError(thrown, "aborted")) return thrown;
  // A provider of the game may throw anything.
  if (!isGatewayError(thrown)) return pushError("pushServiceUnavailable", method, thrown);
  const reason = reasonOfGs2Error(thrown);
  const { message } = stateOf(reason);
  return new GatewayError({
    ...thrown.toJSON(),
    message: `${thrown.message}. ${message}`,
    errors: [{ component: "push", code: reason, message }, ...thrown.errors],
    cause: thrown,
  });
}

function reasonOfGs2Error({ kind, outcome }: GatewayError): PushReason {
  if (kind === "notFound") return "gs2NotFound";
  if (kind === "unauthorized") return "gs2Unauthorized";
  return outcome === "refused" || kind === "invalidArgument" ? "gs2Refused" : "pending";
}
