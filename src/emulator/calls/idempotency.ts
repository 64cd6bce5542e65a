import type { AnyMethod } from "../../wire/methods.js";
import type { Store } from "../store/types.js";
import type { ApiRequest } from "./request.js";
import { ok, type CallResult } from "./result.js";

export interface IdempotencyMemory {
  /** Identifies the call and its repeats; undefined: it has none. */
  readonly key?: string;
  /** The reply to the first call; its effects were performed then. */
  readonly cached?: CallResult;
  /** Caches the reply for repeats. */
  keep(result: CallResult): void;
}

const noMemory: IdempotencyMemory = { keep: () => {} };

/**
 * A client that repeats a call after a lost reply sends the same duplicationAvoider and gets the
 * reply to the first call. Failures are not cached: they changed nothing, and a retry may succeed.
 */
export function idempotencyEntry(
  store: Store,
  method: Pick<AnyMethod, "name" | "audience" | "fields" | "takesDuplicationAvoider">,
  { duplicationAvoider, connectionId }: ApiRequest,
  caller: { readonly clientId: string; readonly userId: string },
  now: number,
): IdempotencyMemory {
  if (
    !method.takesDuplicationAvoider ||
    !duplicationAvoider ||
    store.settings.duplicationAvoider === "ignore"
  ) {
    return noMemory;
  }
  const { idempotencyCache } = store;
  for (const [key, { expiresAt }] of idempotencyCache) {
    if (expiresAt > now) break;
    idempotencyCache.delete(key);
  }
  // A bind on another socket is another call, even with the same duplicationAvoider.
  const socket = "connectionId" in method.fields ? connectionId : undefined;
  const callerId = method.audience === "player" ? caller.userId : caller.clientId;
  const key = JSON.stringify([method.name, method.audience, callerId, socket, duplicationAvoider]);
  const entry = idempotencyCache.get(key);
  return {
    key,
    ...(entry ? { cached: ok(entry.body) } : {}),
    keep({ errors, body }) {
      if (errors) return;
      const expiresAt = now + store.settings.duplicationAvoiderLastsMs;
      idempotencyCache.set(key, { body, expiresAt });
    },
  };
}
