import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import {
  reasonOf,
  statusOf,
  type BindingState,
  type Reason,
  type State,
  type Status,
} from "./state.js";

/** One slot: a player, or a guild beside the player. */
export interface Binding {
  readonly slot: string;
  readonly namespaceName: string;
  /** As the server answered; undefined before the first accepted bind. */
  readonly userId: string | undefined;
  /** Sent with `allowConcurrentAccess: false`. */
  readonly sessionId: string | undefined;
  readonly connectionId: string | undefined;
  /**
   * `wanted`: to be bound as soon as possible. `binding`: asked, not answered. `held`: notifications come. `replaced`: another client has the
   * player's place; only takeOver or setUserId leads back. `failed`: the server refused; see `error`.
   */
  readonly state: BindingState;
  /** The session as the server described it when it was last bound. */
  readonly session: WebSocketSession | undefined;
  readonly error: GatewayError | undefined;
}

/** How things stand; frozen, and a new object after each change. */
export interface ConnectionSnapshot {
  /**
   * Worst first: `closed` (disconnect, or an ending that trying does not mend), `unauthorized` (a token was refused, and a renewed one too),
   * `connecting` / `reconnecting`, `replaced` (a binding lost its place to another client), `connected` (no binding held), `ready` (one held
   * at least, none replaced); `idle` before all.
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

/** @param paramsOf what was asked for in a slot */
export function takeSnapshot(
  state: State,
  now: number,
  before: ConnectionSnapshot | undefined,
  paramsOf: (slot: string) => Readonly<Record<string, unknown>>,
): ConnectionSnapshot {
  const status = statusOf(state);
  const { attempt, nextRetryAt, error, slots } = state;
  const bindings: Record<string, Binding> = {};
  for (const slot in slots) {
    const { session, state: stands, error: failure } = slots[slot]!;
    const { namespaceName, sessionId } = paramsOf(slot) as {
      namespaceName: string;
      sessionId?: string;
    };
    bindings[slot] = Object.freeze({
      slot,
      namespaceName,
      sessionId,
      userId: session?.userId,
      connectionId: session?.connectionId,
      state: stands,
      session,
      error: failure,
    });
  }
  return Object.freeze({
    status,
    since: before?.status === status ? before.since : now,
    attempt,
    nextRetryAt: nextRetryAt < Infinity ? nextRetryAt : undefined,
    reason: reasonOf(state),
    error,
    bindings: Object.freeze(bindings),
  });
}
