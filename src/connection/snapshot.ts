import type { Clock } from "../core/clock.js";
import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import {
  reasonOf,
  statusOf,
  type BindingState,
  type Reason,
  type Slot,
  type State,
  type Status,
} from "./state.js";

/** One slot: a player, or a guild beside the player. */
export interface Binding {
  readonly slot: string;
  readonly namespaceName: string;
  /** From the server's reply; undefined before the first accepted bind. */
  readonly userId: string | undefined;
  /** Sent with `allowConcurrentAccess: false`. */
  readonly sessionId: string | undefined;
  readonly connectionId: string | undefined;
  /**
   * `wanted`: bound as soon as possible. `binding`: sent, no reply yet. `held`: notifications
   * arrive. `replaced`: another client has the player's place; only takeOver or setUserId leads
   * back. `failed`: the server refused; see `error`.
   */
  readonly state: BindingState;
  /** The session as the server described it when it was last bound. */
  readonly session: WebSocketSession | undefined;
  readonly error: GatewayError | undefined;
}

/** The state of the connection; frozen, and a new object after each change. */
export interface ConnectionSnapshot {
  /**
   * Worst first: `closed` (disconnect, or a failure that retrying does not mend), `unauthorized` (a
   * token was refused, and a renewed one too), `connecting` / `reconnecting`, `replaced` (a binding
   * lost its place to another client), `connected` (no binding held), `ready` (at least one held,
   * none replaced); `idle` before all.
   */
  readonly status: Status;
  /** When `status` became what it is, Unix time in milliseconds. */
  readonly since: number;
  /** Attempts made since the connection was lost, or first asked for. */
  readonly attempt: number;
  /** When the next attempt is due, Unix time in milliseconds; undefined while one is under way or none is planned. */
  readonly nextRetryAt: number | undefined;
  /** Why the status is no better. */
  readonly reason: Reason | undefined;
  /** The error that closed the client or refused its login. */
  readonly error: GatewayError | undefined;
  /** By slot. */
  readonly bindings: Readonly<Record<string, Binding>>;
}

type Params = { readonly namespaceName?: string; readonly sessionId?: string };

const isShallowEqual = (one: object, other: object): boolean => {
  const names = Object.keys(one) as (keyof typeof one)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
};

/** `before` where nothing has changed, so that an unchanged part stays the same object. */
const reuse = <Part extends object>(now: Part, before: Part | undefined): Part =>
  before && isShallowEqual(now, before) ? before : Object.freeze(now);

function bindingOf(slotName: string, slot: Slot, params: Params | undefined): Binding {
  const { session, state } = slot;
  return {
    slot: slotName,
    namespaceName: params?.namespaceName ?? "",
    sessionId: params?.sessionId,
    userId: session?.userId,
    connectionId: session?.connectionId,
    state,
    session,
    error: state === "wanted" || state === "failed" ? slot.error : undefined,
  };
}

/** Turns states of the machine into snapshots. */
export class SnapshotMaker {
  readonly #clock: Clock;
  readonly #paramsOf: (slot: string) => Readonly<Record<string, unknown>> | undefined;
  #latest: ConnectionSnapshot | undefined;
  /** The time of the next retry on the machine's clock, as of the latest snapshot. */
  #nextRetryAt = Infinity;

  /** @param paramsOf parameters of setUserId for a slot */
  constructor(
    clock: Clock,
    paramsOf: (slot: string) => Readonly<Record<string, unknown>> | undefined,
  ) {
    this.#clock = clock;
    this.#paramsOf = paramsOf;
  }

  /** The snapshot before, where nothing has changed. */
  take(state: State): ConnectionSnapshot {
    const before = this.#latest;
    const status = statusOf(state);
    const bindings: Record<string, Binding> = {};
    for (const [name, slot] of Object.entries(state.slots)) {
      const binding = bindingOf(name, slot, this.#paramsOf(name));
      bindings[name] = reuse(binding, before?.bindings[name]);
    }
    const snapshot: ConnectionSnapshot = {
      status,
      since: before?.status === status ? before.since : this.#clock.wallTime(),
      attempt: state.attempt,
      nextRetryAt: this.#wallTimeOfRetry(state.nextRetryAt),
      reason: reasonOf(state),
      error: state.error,
      bindings: reuse(bindings, before?.bindings),
    };
    this.#nextRetryAt = state.nextRetryAt;
    return (this.#latest = reuse(snapshot, before));
  }

  #wallTimeOfRetry(at: number): number | undefined {
    if (at === Infinity) return undefined;
    if (at === this.#nextRetryAt) return this.#latest?.nextRetryAt;
    return Math.round(this.#clock.wallTime() + at - this.#clock.now());
  }
}
