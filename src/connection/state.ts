import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import { copyRecord } from "../core/record.js";
import type { Outage } from "./retrySchedule.js";

/**
 * Where the connection is. `idle`, `closed` and `unauthorized` rest: only a call of the game leaves
 * them. `waiting`: the next attempt is due later.
 */
export type Phase =
  "idle" | "closed" | "unauthorized" | "waiting" | "opening" | "loggingIn" | "open";

export type Reason =
  | "network"
  | "offline"
  | "serverClosed"
  | "probeFailed"
  | "conflict"
  | "sessionIdShared"
  | "token"
  | "user";

export type BindingState = "wanted" | "binding" | "held" | "replaced" | "failed";

export type SyncReason = "first" | "gap" | "takeOver";

export type Status =
  | "idle"
  | "closed"
  | "unauthorized"
  | "connecting"
  | "reconnecting"
  | "replaced"
  | "connected"
  | "ready";

/**
 * What is known of a slot in every state; no option or token of the binding.
 * @internal
 */
export interface SlotHistory {
  readonly exclusive: boolean;
  /** The present socket holds a session of this slot at the server. */
  readonly isHeldByServer?: boolean | undefined;
  /**
   * A bind got no reply on this socket, so the server may hold it: a bind of the present request
   * (`own`), or of one before it (`former`), whose player may be another.
   */
  readonly unconfirmedBind?: "own" | "former" | undefined;
  /** As the server described it when it was last bound. */
  readonly session?: WebSocketSession | undefined;
  /** The namespace it was last bound in. */
  readonly namespaceName?: unknown;
  /**
   * When the server last accepted the present request; before that, a conflict rejects the caller.
   */
  readonly acceptedAt?: number | undefined;
  /** When the last frame came on the socket that held it and is gone. */
  readonly gapSince?: number | undefined;
  /** Clean closes by the server soon after an accepted exclusive bind. */
  readonly rapidCloses?: readonly number[] | undefined;
}

interface BindProgress {
  /** The tokens were renewed since the last accepted bind. */
  readonly renewed?: boolean | undefined;
  /** When an automatic bind was first refused with a conflict. */
  readonly conflictSince?: number | undefined;
  /** Why the last bind failed, which is tried again. */
  readonly failure?: GatewayError | undefined;
}

/**
 * A binding as the machine sees it: where it is, with the fields of that state, and its history.
 * @internal
 */
export type Slot = { readonly history: SlotHistory } & (
  | (BindProgress & {
      readonly state: "wanted";
      /** The next bind is forced. */
      readonly force?: boolean | undefined;
      /** The tokens are renewed before the next bind. */
      readonly renewNext?: boolean | undefined;
      /** Not before. */
      readonly retryAt?: number | undefined;
      /** Rejects the caller though the slot goes on being wanted. */
      readonly error?: GatewayError | undefined;
    })
  | (BindProgress & {
      readonly state: "binding";
      readonly forced: boolean;
      /** The tokens are renewed first. */
      readonly renews: boolean;
    })
  | { readonly state: "held" }
  | { readonly state: "replaced"; readonly replacedBy: "conflict" | "sessionIdShared" }
  | { readonly state: "failed"; readonly error: GatewayError }
);

/** @internal */
export interface State {
  readonly phase: Phase;
  /** Number of the present socket; an event of another socket is ignored. */
  readonly generation: number;
  /** Attempts made in this outage. */
  readonly attempt: number;
  readonly attemptAt: number;
  readonly outage?: Outage | undefined;
  readonly nextRetryAt: number;
  /** The retry was asked for by an event: it does not wait for the long windows. */
  readonly urgent?: boolean | undefined;
  /** The attempt took the place of one under way, and runs to its end. */
  readonly isSecondAttempt?: boolean | undefined;
  readonly everOpen?: boolean | undefined;
  /** Since when the socket is open and no bind is under way. */
  readonly stableSince?: number | undefined;
  readonly reason?: Reason | undefined;
  readonly error?: GatewayError | undefined;
  readonly offline?: boolean | undefined;
  readonly hiddenSince: number;
  readonly inBackForwardCache?: boolean | undefined;
  /** When the project token is due for renewal. */
  readonly renewAt: number;
  /** Since when the connection may be half-open: a frame that comes later proves it alive. */
  readonly suspectedAt: number;
  /** How many frames had come then. */
  readonly suspectedFrames: number;
  /** When a probe is due, if no frame comes before. */
  readonly probeAt: number;
  readonly slots: Readonly<Record<string, Slot>>;
}

/**
 * What a step asks for. It is performed in order, by `connection.ts` alone.
 * @internal
 */
export type Effect =
  | { readonly type: "openSocket" }
  | { readonly type: "leaveSocket" }
  /** `renew`: obtain a new project token, though the present one is still accepted. */
  | { readonly type: "login"; readonly renew: boolean }
  | {
      readonly type: "bind";
      readonly slot: string;
      readonly force: boolean;
      /** Renew the tokens first: the server refused them. */
      readonly renew: boolean;
    }
  | { readonly type: "probe" }
  | { readonly type: "invalidateTokens" }
  /** Another player is in a slot: the notification history is not theirs. */
  | { readonly type: "forgetNotifications" }
  | {
      readonly type: "sync";
      readonly slot: string;
      readonly reason: SyncReason;
      /** When the last frame before the gap came. */
      readonly since: number | undefined;
    }
  | { readonly type: "reportBindRetry"; readonly slot: string; readonly error: GatewayError }
  | { readonly type: "reportRenewalRetry"; readonly error: GatewayError };

/**
 * What the outside knows at the moment of an event.
 * @internal
 */
export interface StepInput {
  /** Of the monotonic clock. */
  readonly now: number;
  /** One draw in [0, 1). */
  readonly random: number;
  /** Frames received so far. */
  readonly frames: number;
  readonly lastFrameAt: number;
}

export interface MachineOptions {
  readonly idleMs: number;
  readonly probeTimeoutMs: number;
  readonly conflictGraceMs: number;
  /** The server is on this machine: the host being offline says nothing about it. */
  readonly loopback: boolean;
}

type Draft<T> = { -readonly [Name in keyof T]: T[Name] };

/**
 * One step under way: a copy of the state that transitions may change, its input, and the effects
 * it asks for so far.
 * @internal
 */
export interface StateDraft extends Draft<Omit<State, "slots">> {
  slots: Record<string, Slot>;
  readonly input: StepInput;
  readonly options: MachineOptions;
  readonly effects: Effect[];
}

export const initialState: State = {
  phase: "idle",
  generation: 0,
  attempt: 0,
  attemptAt: -Infinity,
  nextRetryAt: Infinity,
  hiddenSince: Infinity,
  renewAt: Infinity,
  suspectedAt: Infinity,
  suspectedFrames: 0,
  probeAt: Infinity,
  slots: copyRecord({}),
};

export const isResting = ({ phase }: { readonly phase: Phase }): boolean =>
  phase === "idle" || phase === "closed" || phase === "unauthorized";

const findReplaced = ({ slots }: State): Extract<Slot, { state: "replaced" }> | undefined =>
  Object.values(slots).find((slot) => slot.state === "replaced");

/** The public status: the phase while there is no connection, then the worst of the bindings. */
export function statusOf(state: State): Status {
  const { phase, everOpen, slots } = state;
  switch (phase) {
    case "idle":
    case "closed":
    case "unauthorized":
      return phase;
    case "open":
      if (findReplaced(state)) return "replaced";
      return Object.values(slots).some((slot) => slot.history.isHeldByServer)
        ? "ready"
        : "connected";
    default:
      return everOpen ? "reconnecting" : "connecting";
  }
}

/** Why a slot is not held. */
export const failureOf = (slot: Slot): GatewayError | undefined =>
  ("error" in slot && slot.error) || ("failure" in slot ? slot.failure : undefined);

/** Why the status is no better than it is. */
export function reasonOf(state: State): Reason | undefined {
  if (state.phase !== "open") return state.reason;
  const isConflict = (slot: Slot): boolean => failureOf(slot)?.kind === "conflict";
  return (
    findReplaced(state)?.replacedBy ??
    (Object.values(state.slots).some(isConflict) ? "conflict" : undefined)
  );
}

/** When the machine needs a tick, if no event comes before. */
export function nextTickAt(state: State, options: MachineOptions, lastFrameAt: number): number {
  const { phase, nextRetryAt, renewAt, suspectedAt, probeAt, slots } = state;
  if (phase !== "open") return nextRetryAt;
  const checkAt =
    suspectedAt < Infinity
      ? Math.min(probeAt, suspectedAt + options.probeTimeoutMs)
      : lastFrameAt + options.idleMs;
  const binds = Object.values(slots).map((slot) =>
    slot.state === "wanted" ? (slot.retryAt ?? -Infinity) : Infinity,
  );
  return Math.min(renewAt, checkAt, ...binds);
}
