import type { Clock } from "../core/clock.js";
import { createDeferred, DISPOSED, type AbortOptions, type Deferred } from "../core/deferred.js";
import { isGatewayError, type GatewayError } from "../errors.js";
import { takeSnapshot, type ConnectionSnapshot } from "./snapshot.js";
import { failureOf, isResting, type State } from "./state.js";

/** True ends a wait; an error rejects it; a text says why it never will be true. */
export type Condition = (state: State) => boolean | GatewayError | string | undefined;

/**
 * The public side of the machine's state: the snapshot, its changes, and waits for a condition.
 * @internal
 */
export class StatusTracker {
  readonly #clock: Clock;
  readonly #currentState: () => State;
  readonly #paramsOf: Parameters<typeof takeSnapshot>[2];
  readonly #onChange: (now: ConnectionSnapshot, before: ConnectionSnapshot) => void;
  readonly #waiters = new Set<() => void>();
  #isDisposed = false;
  /** Changes are announced against it: it is taken before anything happens. */
  #latest: { readonly state: State; readonly snapshot: ConnectionSnapshot };

  /** @param paramsOf parameters of setUserId for a slot */
  constructor(
    clock: Clock,
    currentState: () => State,
    paramsOf: Parameters<typeof takeSnapshot>[2],
    onChange: (now: ConnectionSnapshot, before: ConnectionSnapshot) => void,
  ) {
    this.#clock = clock;
    this.#currentState = currentState;
    this.#paramsOf = paramsOf;
    this.#onChange = onChange;
    const state = currentState();
    this.#latest = { state, snapshot: takeSnapshot(state, clock, paramsOf) };
  }

  get snapshot(): ConnectionSnapshot {
    return this.#latest.snapshot;
  }

  /** Compares the state with the latest snapshot, and looks at every wait. */
  refresh(): void {
    const before = this.#latest;
    const state = this.#currentState();
    const snapshot = takeSnapshot(state, this.#clock, this.#paramsOf, before);
    this.#latest = { state, snapshot };
    if (snapshot !== before.snapshot) this.#onChange(snapshot, before.snapshot);
    for (const check of this.#waiters) check();
  }

  /**
   * Waits until the condition is true; a connection that rests rejects. A time-out names the last
   * failure of the slot or the connection; without a connection it has the kind of that failure.
   */
  waitUntil(
    method: string,
    options: AbortOptions,
    condition: Condition,
    slot?: string,
    describe?: Parameters<typeof createDeferred>[4],
  ): Deferred<true> {
    const onEnd = (): void => void this.#waiters.delete(check);
    const describeEnd: typeof describe = (kind) => {
      const { error, slots } = this.#currentState();
      const cause = (slot !== undefined && slots[slot] && failureOf(slots[slot])) || error;
      if (kind !== "requestTimeout" || !cause) return describe?.(kind) ?? {};
      return { ...describe?.(kind), cause, ...(cause === error && { kind: cause.kind }) };
    };
    const deferred = createDeferred<true>(method, this.#clock, options, onEnd, describeEnd);
    const check = (): void => {
      const state = this.#currentState();
      const rests = isResting(state);
      const result = rests ? (state.error ?? "disconnected") : condition(state);
      if (isGatewayError(result)) deferred.reject(result);
      else if (typeof result === "string") {
        deferred.fail({ kind: rests ? "notConnected" : "aborted" }, result);
      } else if (result) deferred.resolve(true);
    };
    this.#waiters.add(check);
    if (this.#isDisposed) deferred.fail({ kind: "notConnected" }, DISPOSED);
    return deferred;
  }

  /** From now on every wait is rejected, so that nothing is worth dispatching. */
  dispose(): void {
    this.#isDisposed = true;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }
}

/** Emits the events that a change of the snapshot stands for. */
export function emitChanges(
  emit: (event: string, ...args: unknown[]) => void,
  now: ConnectionSnapshot,
  before: ConnectionSnapshot,
): void {
  emit("status", now, before);
  const emitUnauthorized = (slot: string | undefined, error: GatewayError | undefined): void => {
    if (error?.kind === "unauthorized") emit("unauthorized", { slot, error });
  };
  if (now.status !== before.status) emitUnauthorized(undefined, now.error);
  for (const [slot, binding] of Object.entries(now.bindings)) {
    const { state, error } = binding;
    if (state === before.bindings[slot]?.state) continue;
    if (state === "replaced") emit("replaced", binding);
    if (now.status !== "unauthorized") emitUnauthorized(slot, error);
  }
}
