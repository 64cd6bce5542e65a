import { GatewayError, isGatewayError } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import type { PushTokenProvider } from "./provider.js";
import { pushError, reasonOf, stateOf, type PushReason } from "./reasons.js";
import { asksProvider, whyStore, type Player, type TokenRecordStore } from "./tokenRecord.js";
import type { ReadyWorker } from "./registerWorker.js";

/** Keeps the token at GS2 true. */
export interface TokenSync {
  /** Once: worker, token, GS2, each where it has to be. Rejects with what went wrong, which {@link TokenSync.trouble} then says too. */
  readonly bring: (method: string, signal?: AbortSignal) => Promise<void>;
  /** The same in the background, where push is wanted; at most one run is under way and one waiting. */
  readonly keep: (why: "bound" | "online" | "changed") => void;
  readonly remove: (signal?: AbortSignal) => Promise<void>;
  readonly trouble: () => PushReason | undefined;
  readonly isOutdated: () => boolean;
  /** Whether GS2 has the token for the player who is bound, as far as is known. */
  readonly isStored: () => boolean;
}

/** What failed for another cause than the network is not tried again by every bind of a line that flaps. */
const REST_MS = 30_000;

export interface TokenSyncOptions {
  readonly now: () => number;
  readonly vapidKey: string;
  readonly shelf: TokenRecordStore;
  readonly provider: PushTokenProvider;
  readonly worker: (method: string) => Promise<ReadyWorker>;
  readonly isAllowed: () => boolean;
  /** Whom the token is for; undefined before attach. */
  readonly place: () => { readonly gateway: GatewayClient; readonly slot: string } | undefined;
  readonly changed: () => void;
}

export function createTokenSync(parts: TokenSyncOptions): TokenSync {
  const { now, vapidKey, shelf, provider, worker, isAllowed, place, changed } = parts;
  let trouble: PushReason | undefined;
  let failedAt = -Infinity;
  let outdated = false;
  let mustAsk = false;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = false;

  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run);
    last = turn.catch(() => undefined);
    return turn;
  };

  const player = (): Player | undefined => {
    const { gateway, slot } = place() ?? {};
    const { state, userId, namespaceName } = gateway?.connection.bindings[slot ?? ""] ?? {};
    return state === "held" && userId !== undefined && namespaceName !== undefined
      ? { userId, namespaceName }
      : undefined;
  };

  const run = async (method: string, signal: AbortSignal | undefined): Promise<void> => {
    const stopIfAborted = (): void => {
      if (signal?.aborted) {
        throw new GatewayError({ kind: "aborted", method, message: `${method}: aborted` });
      }
    };
    const ready = await worker(method);
    outdated = ready.outdated;
    stopIfAborted();
    const { registration } = ready;
    const endpoint = async (): Promise<string | undefined> =>
      (await registration.pushManager.getSubscription())?.endpoint;
    const record = shelf.read();
    let stored = record?.stored;
    let token = stored?.token;
    if (token === undefined || mustAsk || asksProvider(record, vapidKey, await endpoint(), now())) {
      token = await provider.getToken({ vapidKey, registration });
      mustAsk = false;
      stopIfAborted();
      if (stored) stored = { ...stored, endpoint: await endpoint(), checkedAt: now() };
    }
    const why = whyStore(record, { token, vapidKey, player: player() }, now());
    if (why) {
      const { gateway, slot } = place()!;
      await gateway.setFirebaseToken({ token, slot }, { signal });
      // It may have waited for the bind.
      const its = player();
      if (!its) throw pushError("pending", method);
      stored = { token, ...its, at: now(), endpoint: await endpoint(), checkedAt: now() };
    }
    shelf.write({ vapidKey, stored });
  };

  const bring: TokenSync["bring"] = (method, signal) =>
    inTurn(async () => {
      try {
        await run(method, signal);
        trouble = undefined;
      } catch (thrown) {
        const error = explain(thrown, method);
        if (!isGatewayError(error, "aborted")) {
          trouble = reasonOf(error);
          failedAt = now();
        }
        throw error;
      } finally {
        changed();
      }
    });

  return {
    bring,
    keep(why) {
      if (!shelf.read() || !isAllowed() || !player() || waiting) return;
      const isBack = trouble === undefined || trouble === "offline" || trouble === "pending";
      if (why === "bound" && !isBack && now() - failedAt < REST_MS) return;
      if (why === "online" && trouble === undefined) return;
      mustAsk ||= why === "changed";
      waiting = true;
      void last.then(() => {
        waiting = false;
        if (!shelf.read()) return;
        // What went wrong is told as the state.
        return bring("attach").catch(() => undefined);
      });
    },
    remove: (signal) =>
      inTurn(async () => {
        const record = shelf.read();
        if (!record) return;
        const { gateway, slot } = place()!;
        if (record.stored) {
          await deleteIfOurs(gateway, slot, record.stored.token, signal);
        }
        shelf.write(undefined);
        trouble = undefined;
        changed();
        if (isAllowed()) await forgetToken(await worker("disable").catch(() => undefined));
      }),
    trouble: () => trouble,
    isOutdated: () => outdated,
    isStored() {
      const stored = shelf.read()?.stored;
      const its = player();
      return (
        stored !== undefined &&
        (its === undefined ||
          (its.userId === stored.userId && its.namespaceName === stored.namespaceName))
      );
    },
  };

  /** GS2 has done its part: what fails here leaves a token nobody sends to. */
  async function forgetToken(ready: ReadyWorker | undefined): Promise<void> {
    if (!ready) return;
    const { registration } = ready;
    try {
      await provider.deleteToken({ vapidKey, registration });
    } catch {
      const subscription = await registration.pushManager.getSubscription().catch(() => null);
      await subscription?.unsubscribe().catch(() => false);
    }
  }
}

/** GS2 has one token for each player: it may be that of another device by now, which is to keep its pushes. */
async function deleteIfOurs(
  gateway: GatewayClient,
  slot: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const { item } = await gateway.getFirebaseToken({ slot }, { signal });
    if (item.token === token) await gateway.deleteFirebaseToken({ slot }, { signal });
  } catch (error) {
    if (!isGatewayError(error, "notFound")) throw error;
  }
}

/** What went wrong, with a reason and what to do about it. */
function explain(thrown: unknown, method: string): unknown {
  if (reasonOf(thrown) || isGatewayError(thrown, "aborted")) return thrown;
  // A provider of the game's own may throw anything.
  if (!isGatewayError(thrown)) return pushError("pushServiceUnavailable", method, thrown);
  const reason = whatGs2Means(thrown);
  const { message } = stateOf(reason);
  return new GatewayError({
    ...thrown.toJSON(),
    message: `${thrown.message}. ${message}`,
    errors: [{ component: "push", code: reason, message }, ...thrown.errors],
    cause: thrown,
  });
}

function whatGs2Means({ kind, outcome }: GatewayError): PushReason {
  if (kind === "notFound") return "gs2NotFound";
  if (kind === "unauthorized") return "gs2Unauthorized";
  return outcome === "refused" || kind === "invalidArgument" ? "gs2Refused" : "pending";
}
