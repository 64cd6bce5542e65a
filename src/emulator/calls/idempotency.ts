import type { AnyMethod } from "../../wire/methods.js";
import type { CallResult } from "./result.js";
import type { Store } from "../store/store.js";

interface Memory {
  /** What was answered before, with nothing left to do. */
  readonly known?: CallResult;
  /** Keeps the answer for calls to come. */
  keep(outcome: CallResult): void;
}

const nothing: Memory = { keep: () => {} };

/**
 * A client that repeats a call, because it saw no answer, gives the same duplicationAvoider and gets the answer of the first. Refusals are
 * not kept: they changed nothing, so the repeat may have more luck.
 */
export function idempotencyEntry(
  world: Store,
  method: AnyMethod,
  ask: {
    readonly duplicationAvoider?: string | undefined;
    readonly connectionId?: string | undefined;
  },
  caller: { readonly clientId: string; readonly player: { readonly userId: string } },
  now: number,
): Memory {
  const { duplicationAvoider } = ask;
  if (!method.takesDuplicationAvoider || !duplicationAvoider || world.settings.duplicationAvoider === "ignore") {
    return nothing;
  }
  const { idempotencyCache } = world;
  for (const [key, { until }] of idempotencyCache) {
    if (until > now) break;
    idempotencyCache.delete(key);
  }
  // To bind another socket is another call, whatever the client calls it.
  const socket = "connectionId" in method.fields ? ask.connectionId : undefined;
  const who = method.audience === "player" ? caller.player.userId : caller.clientId;
  const key = JSON.stringify([method.name, method.audience, who, socket, duplicationAvoider]);
  const known = idempotencyCache.get(key)?.outcome;
  return {
    ...(known ? { known } : {}),
    keep(outcome) {
      if (outcome.status !== 200) return;
      const until = now + world.settings.duplicationAvoiderLastsMs;
      idempotencyCache.set(key, { outcome: { ...outcome, effects: [] }, until });
    },
  };
}
