import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import type { Outage } from "./retrySchedule.js";

/** Where the connection is. Below WAITING it rests, and only a call of the player moves it. */
const IDLE = 0;
export const CLOSED = 1;
export const UNAUTHORIZED = 2;
export const WAITING = 3;
export const OPENING = 4;
export const LOGGING_IN = 5;
export const OPEN = 6;
export type Phase = 0 | 1 | 2 | 3 | 4 | 5 | 6;

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
 * A binding as the machine sees it: where it stands, and no option or token of it.
 * @internal
 */
export interface Slot {
  state: BindingState;
  exclusive: boolean;
  /** The next bind is to be forced; gone once it has left. */
  force?: boolean | undefined;
  /** The bind under way is a forced one. */
  forced?: boolean | undefined;
  /** The tokens are to be renewed before the next bind. */
  renewNext?: boolean | undefined;
  /** They have been, since the last accepted bind. */
  renewed?: boolean | undefined;
  /** When the server accepted this very wish for the last time; before that, a conflict is for whoever asked to hear. */
  acceptedAt?: number | undefined;
  /** Number of the socket that holds it at the server; 0: none. */
  heldOn?: number | undefined;
  /** A bind of this wish, or of one before it, got no answer on this socket: whom it holds is not known. */
  unconfirmedBind?: "own" | "former" | undefined;
  /** As the server described it when it was last bound. */
  session?: WebSocketSession | undefined;
  /** Time of the last frame on the socket that held it and is gone. */
  gapSince?: number | undefined;
  /** Clean closes by the server soon after an accepted exclusive bind. */
  rapidCloses?: readonly number[] | undefined;
  conflictSince?: number | undefined;
  retryAt?: number | undefined;
  /** Why another client has the place. */
  replacedBy?: "conflict" | "sessionIdShared" | undefined;
  error?: GatewayError | undefined;
}

/** @internal */
export interface State {
  phase: Phase;
  /** Number of the current socket; what carries another number comes too late. */
  generation: number;
  /** Attempts made in this outage. */
  attempt: number;
  attemptAt: number;
  outage?: Outage | undefined;
  nextRetryAt: number;
  /** The retry was asked for by an event: no waiting for the long windows. */
  urgent?: boolean | undefined;
  everOpen?: boolean | undefined;
  /** Since when the socket is open and no bind is under way. */
  stableSince?: number | undefined;
  reason?: Reason | undefined;
  error?: GatewayError | undefined;
  offline?: boolean | undefined;
  hiddenSince: number;
  /** The page is in the back-forward cache. */
  inBackForwardCache?: boolean | undefined;
  renewAt: number;
  probedAt: number;
  probedFrames: number;
  slots: Record<string, Slot>;
}

/**
 * What is to be done, as a call on whoever can do it.
 * @internal
 */
export interface Effects {
  readonly openSocket: () => void;
  readonly leaveSocket: () => void;
  readonly login: (renew: boolean) => void;
  readonly bind: (slot: string, force: boolean, renew: boolean) => void;
  readonly probe: () => void;
  readonly forgetTokens: () => void;
  /** Another player is in a slot: what is remembered is not theirs. */
  readonly forgetNotifications: () => void;
  readonly sync: (slot: string, reason: SyncReason, since: number | undefined) => void;
  /** Tried again later; without a slot it is the renewal of the project token. */
  readonly retried: (error: GatewayError, slot?: string) => void;
}

export type Effect = (effects: Effects) => void;

/**
 * What the outside knows at the moment of an event: time, one draw in [0, 1), and the frames received so far.
 * @internal
 */
export interface StepInput {
  readonly now: number;
  readonly random: number;
  readonly frames: number;
  readonly lastFrameAt: number;
}

export interface MachineOptions {
  readonly idleMs: number;
  readonly probeTimeoutMs: number;
  readonly conflictGraceMs: number;
  /** Being offline says nothing about a server on this machine. */
  readonly loopback: boolean;
}

/**
 * One step under way: a copy of the state, free to be changed, and what is to be done about it.
 * @internal
 */
export interface StateDraft extends State, StepInput {
  readonly options: MachineOptions;
  readonly effects: Effect[];
}

export const initialState: State = {
  phase: IDLE,
  generation: 0,
  attempt: 0,
  attemptAt: 0,
  nextRetryAt: Infinity,
  hiddenSince: Infinity,
  renewAt: Infinity,
  probedAt: Infinity,
  probedFrames: 0,
  slots: {},
};

const RESTING: readonly Status[] = ["idle", "closed", "unauthorized"];

const findReplaced = ({ slots }: State): Slot | undefined =>
  Object.values(slots).find(({ state }) => state === "replaced");

/** The few words the public hears for the phase and the bindings. */
export const statusOf = (s: State): Status =>
  s.phase < OPEN
    ? (RESTING[s.phase] ?? (s.everOpen ? "reconnecting" : "connecting"))
    : findReplaced(s)
      ? "replaced"
      : Object.values(s.slots).some(({ heldOn }) => heldOn)
        ? "ready"
        : "connected";

/** Why the status is no better than it is. */
export const reasonOf = (s: State): Reason | undefined =>
  s.phase < OPEN ? s.reason : findReplaced(s)?.replacedBy;

/** When the machine wants a tick, if nothing else happens before. */
export const nextTickAt = (s: State, options: MachineOptions, lastFrameAt: number): number =>
  s.phase < OPEN
    ? s.nextRetryAt
    : Math.min(
        s.renewAt,
        s.probedAt < Infinity ? s.probedAt + options.probeTimeoutMs : lastFrameAt + options.idleMs,
        ...Object.values(s.slots).map(({ state, retryAt = 0 }) =>
          state === "wanted" ? retryAt : Infinity,
        ),
      );
