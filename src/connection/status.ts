import { isGatewayError, type GatewayError } from "../errors.js";
import { createDeferred, type Clock, type AbortOptions, type Deferred } from "../core/deferred.js";
import { takeSnapshot, type ConnectionSnapshot } from "./snapshot.js";
import { WAITING, type State } from "./state.js";

/** What somebody waits for: yes, an error, or in words why nobody asks for it any more. */
export type Condition = (state: State) => boolean | GatewayError | string | undefined;

/** @internal */
export interface Status {
  readonly snapshot: () => ConnectionSnapshot;
  /** Looks what the last step has changed. */
  readonly refresh: () => void;
  /** Waits until the state says yes; an end of the connection is a no. */
  readonly until: (
    method: string,
    limits: AbortOptions,
    look: Condition,
    describe?: Parameters<typeof createDeferred>[4],
  ) => Deferred<true>;
}

/**
 * What the public sees of the machine.
 *
 * @param tell told of each change
 */
export function createStatus(
  clock: Clock,
  current: () => State,
  paramsOf: (slot: string) => Readonly<Record<string, unknown>>,
  tell: (now: ConnectionSnapshot, before: ConnectionSnapshot) => void,
): Status {
  const watchers = new Set<() => void>();
  let snapshot: ConnectionSnapshot | undefined;
  let signature = "";

  const take = (): ConnectionSnapshot => {
    const now = takeSnapshot(current(), clock.now(), snapshot, paramsOf);
    const signed = JSON.stringify(now);
    if (snapshot && signed === signature) return snapshot;
    signature = signed;
    return (snapshot = now);
  };

  return {
    snapshot: () => snapshot ?? take(),
    refresh() {
      const before = snapshot ?? take();
      const now = take();
      if (now !== before) tell(now, before);
      watchers.forEach((watch) => watch());
    },
    until(method, limits, look, describe) {
      const waiting = createDeferred<true>(
        method,
        clock,
        limits,
        () => watchers.delete(watch),
        describe,
      );
      const watch = (): void => {
        const state = current();
        const rests = state.phase < WAITING;
        const seen = rests ? (state.error ?? "disconnected") : look(state);
        if (isGatewayError(seen)) waiting.reject(seen);
        else if (typeof seen === "string") {
          waiting.fail({ kind: rests ? "notConnected" : "aborted" }, seen);
        } else if (seen) waiting.resolve(true);
      };
      watchers.add(watch);
      return waiting;
    },
  };
}

/** Turns a change into the events it is. */
export function emitChanges(
  emit: (event: string, ...args: unknown[]) => void,
  now: ConnectionSnapshot,
  before: ConnectionSnapshot,
): void {
  emit("status", now, before);
  const tellUnauthorized = (slot: string | undefined, error: GatewayError | undefined): void => {
    if (error?.kind === "unauthorized") emit("unauthorized", { slot, error });
  };
  if (now.status !== before.status) tellUnauthorized(undefined, now.error);
  for (const slot in now.bindings) {
    const binding = now.bindings[slot]!;
    const { state, error } = binding;
    if (state === before.bindings[slot]?.state) continue;
    if (state === "replaced") emit("replaced", binding);
    if (now.status !== "unauthorized") tellUnauthorized(slot, error);
  }
}
