import type { Clock } from "../core/clock.js";
import { copyRecord } from "../core/record.js";
import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import {
  failureOf,
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
  /** Why it is `failed`, or why the last bind failed, which is tried again. */
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
  /**
   * When the next attempt is due, Unix time in milliseconds; undefined while one is under way or
   * none is planned.
   */
  readonly nextRetryAt: number | undefined;
  /** Why the status is no better. */
  readonly reason: Reason | undefined;
  /** The error that closed the client or refused its login, or why nothing answered. */
  readonly error: GatewayError | undefined;
  /** By slot. */
  readonly bindings: Readonly<Record<string, Binding>>;
}

const isShallowEqual = (one: object, other: object): boolean => {
  const names = Object.keys(one) as (keyof typeof one)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
};

/** `before` where nothing has changed, so that an unchanged part stays the same object. */
const reuse = <Part extends object>(now: Part, before: Part | undefined): Part =>
  before && isShallowEqual(now, before) ? before : Object.freeze(now);

type Params = { readonly namespaceName?: string; readonly sessionId?: string };

/**
 * The public view of a state; `before.snapshot` where nothing has changed.
 *
 * @param paramsOf parameters of setUserId for a slot
 */
export function takeSnapshot(
  state: State,
  { now, wallTime }: Pick<Clock, "now" | "wallTime">,
  paramsOf: (slot: string) => Params | undefined,
  before?: { readonly state: State; readonly snapshot: ConnectionSnapshot },
): ConnectionSnapshot {
  const status = statusOf(state);
  const { attempt, error, nextRetryAt } = state;
  const former = before?.snapshot;
  const bindings = copyRecord<Binding>({});
  for (const [name, slot] of Object.entries(state.slots)) {
    const { session } = slot.history;
    const { namespaceName = "", sessionId } = paramsOf(name) ?? {};
    const binding: Binding = {
      slot: name,
      namespaceName,
      sessionId,
      userId: session?.userId,
      connectionId: session?.connectionId,
      state: slot.state,
      session,
      error: failureOf(slot),
    };
    bindings[name] = reuse(binding, former?.bindings[name]);
  }
  // Converted once: converted again, the two clocks would give it another fraction each time.
  const retryTime =
    before?.state.nextRetryAt === nextRetryAt
      ? former!.nextRetryAt
      : Math.round(wallTime() + nextRetryAt - now());
  const snapshot: ConnectionSnapshot = {
    status,
    since: former?.status === status ? former.since : wallTime(),
    attempt,
    nextRetryAt: nextRetryAt < Infinity ? retryTime : undefined,
    reason: reasonOf(state),
    error,
    bindings: reuse(bindings, former?.bindings),
  };
  return reuse(snapshot, former);
}
