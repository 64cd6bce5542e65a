import type { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import type { WebSocketSession } from "../wire/models.js";
import {
  bindFailed,
  bindSucceeded,
  bindWanted,
  detectSharedSessionId,
  release,
  requestBind,
} from "./binding.js";
import {
  isResting,
  type Effect,
  type MachineOptions,
  type State,
  type StateDraft,
  type StepInput,
} from "./state.js";
import {
  becomeUnauthorized,
  connectionLost,
  createDraft,
  isRestricted,
  nextWindow,
  checkLiveness,
  forgetSuspicion,
  isUnanswered,
  openSocket,
  probeIfDue,
  retryNow,
  startConnecting,
  stop,
} from "./transitions.js";

const HIDDEN_SUSPICIOUS_MS = 30_000;
// Hidden pages run their timers once a minute; a timer that is later than that slept with the host.
const CLOCK_JUMP_MS = 65_000;
const RENEWAL_RETRY_MS = 30_000;

export type Hint =
  | "online"
  | "offline"
  | "foreground"
  | "background"
  | "pagehide"
  | "pageshow"
  | "retryNow"
  | "suspicion";

/**
 * What can happen to the connection. Events of a socket carry its `generation`: those of an earlier
 * socket are ignored.
 * @internal
 */
export type ConnectionEvent =
  | { readonly type: "connect" }
  | { readonly type: "disconnect" }
  | { readonly type: "socketOpened"; readonly generation: number }
  | {
      readonly type: "socketEnded";
      readonly generation: number;
      readonly clean: boolean;
      /** Why there never was a connection; final where the host refused even to try. */
      readonly error?: GatewayError | undefined;
    }
  | { readonly type: "loggedIn"; readonly generation: number; readonly renewInMs: number }
  | { readonly type: "loginFailed"; readonly generation: number; readonly error: GatewayError }
  /** The game set a project token. */
  | { readonly type: "tokenSet"; readonly renewInMs: number }
  | { readonly type: "hint"; readonly hint: Hint }
  /** `lateMs`: how much later than it was due. */
  | { readonly type: "tick"; readonly lateMs: number }
  | {
      readonly type: "requestBind";
      readonly slot: string;
      readonly exclusive: boolean;
      readonly force: boolean;
    }
  | { readonly type: "release"; readonly slot: string }
  | {
      readonly type: "bindSucceeded";
      readonly generation: number;
      readonly slot: string;
      readonly session: WebSocketSession;
      /** That of the request. */
      readonly namespaceName?: unknown;
    }
  | {
      readonly type: "bindFailed";
      readonly generation: number;
      readonly slot: string;
      readonly error: GatewayError;
    };

/** @internal */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * The whole machine: state, event and input give the next state and effects. Changes nothing it is
 * given.
 */
export function step(
  before: State,
  event: ConnectionEvent,
  stepInput: StepInput,
  machineOptions: MachineOptions,
): Step {
  const draft = createDraft(before, stepInput, machineOptions);
  const isOutdated = "generation" in event && event.generation !== before.generation;
  if (!isOutdated) applyEvent(draft, event);
  if (draft.phase === "open") bindWanted(draft);
  const { input: _input, options: _options, effects, ...state } = draft;
  return { state, effects };
}

function applyEvent(draft: StateDraft, event: ConnectionEvent): void {
  switch (event.type) {
    case "connect":
      if (isResting(draft)) startConnecting(draft);
      else if (draft.phase === "waiting") openSocket(draft);
      return;
    case "disconnect":
      return stop(draft, "closed", "user");
    case "socketOpened":
      return logIn(draft);
    case "socketEnded":
      return socketEnded(draft, event.clean, event.error);
    case "loggedIn":
      return loggedIn(draft, event.renewInMs);
    case "loginFailed":
      return loginFailed(draft, event.error);
    case "tokenSet":
      draft.renewAt = draft.input.now + event.renewInMs;
      if (draft.phase === "unauthorized") startConnecting(draft);
      return;
    case "hint":
      return applyHint(draft, event.hint);
    case "tick":
      return draft.phase === "open" ? checkConnection(draft, event.lateMs) : retryIfDue(draft);
    case "requestBind":
      return requestBind(draft, event.slot, event.exclusive, event.force);
    case "release":
      return release(draft, event.slot);
    case "bindSucceeded":
      return bindSucceeded(draft, event.slot, event.session, event.namespaceName);
    case "bindFailed":
      return bindFailed(draft, event.slot, event.error);
  }
}

function logIn(draft: StateDraft): void {
  draft.phase = "loggingIn";
  draft.effects.push({ type: "login", renew: false });
}

function socketEnded(draft: StateDraft, clean: boolean, error: GatewayError | undefined): void {
  if (error && classifyFailure(error.kind) === "final") {
    return stop(draft, "closed", undefined, error);
  }
  if (clean) detectSharedSessionId(draft);
  connectionLost(draft, clean ? "serverClosed" : "network");
  draft.error = error;
}

function loggedIn(draft: StateDraft, renewInMs: number): void {
  draft.renewAt = draft.input.now + renewInMs;
  draft.phase = "open";
  draft.everOpen = true;
  draft.error = draft.reason = undefined;
  draft.nextRetryAt = Infinity;
}

function loginFailed(draft: StateDraft, error: GatewayError): void {
  const recovery = classifyFailure(error.kind);
  if (recovery === "renew") becomeUnauthorized(draft, error);
  else if (draft.phase === "open") {
    draft.renewAt = draft.input.now + RENEWAL_RETRY_MS;
    draft.effects.push({ type: "reportRenewalRetry", error });
  } else if (recovery === "final") stop(draft, "closed", undefined, error);
  else {
    draft.error = error;
    // Only the login may be sent, so its silence is all that can be known of this socket.
    if (isUnanswered(error)) connectionLost(draft, "network");
    else draft.nextRetryAt = nextWindow(draft);
  }
}

function applyHint(draft: StateDraft, hint: Hint): void {
  const { now } = draft.input;
  switch (hint) {
    case "offline":
      draft.offline = true;
      if (draft.nextRetryAt < Infinity) draft.nextRetryAt = nextWindow(draft);
      return;
    case "online":
      draft.offline = false;
      checkLiveness(draft);
      return retryNow(draft);
    case "background":
      draft.hiddenSince = Math.min(draft.hiddenSince, now);
      return;
    case "foreground":
      if (draft.hiddenSince <= now - HIDDEN_SUSPICIOUS_MS) checkLiveness(draft);
      draft.hiddenSince = Infinity;
      // An attempt under way is as good as a new one.
      if (draft.phase === "waiting") retryNow(draft);
      return;
    case "pagehide":
      if (isResting(draft)) return;
      connectionLost(draft, "network");
      draft.inBackForwardCache = true;
      draft.nextRetryAt = Infinity;
      return;
    case "pageshow":
      draft.hiddenSince = Infinity;
      if (draft.inBackForwardCache) openSocket(draft);
      return;
    case "retryNow":
      return retryNow(draft);
    case "suspicion":
      return checkLiveness(draft);
  }
}

function checkConnection(draft: StateDraft, lateMs: number): void {
  const { input, options } = draft;
  const hasSlept = lateMs > CLOCK_JUMP_MS;
  forgetSuspicion(draft);
  // A reply that was due during a sleep gets its time anew.
  if (hasSlept) draft.suspectedAt = draft.probeAt = Infinity;
  // What counts is when the timer was due: frames may have come since, which a blocked host has yet to
  // hand over.
  const isOverdue = input.now - lateMs >= draft.suspectedAt + options.probeTimeoutMs;
  if (isOverdue && draft.probeAt === Infinity) return connectionLost(draft, "probeFailed");
  probeIfDue(draft);
  if (input.now >= draft.renewAt) {
    draft.renewAt = Infinity;
    draft.effects.push({ type: "login", renew: true });
  }
  if (hasSlept || input.now >= input.lastFrameAt + options.idleMs) checkLiveness(draft);
}

function retryIfDue(draft: StateDraft): void {
  const { now } = draft.input;
  if (now < draft.nextRetryAt) return;
  if (isRestricted(draft) && !draft.urgent) {
    draft.nextRetryAt = nextWindow(draft, draft.nextRetryAt - 1);
    if (now < draft.nextRetryAt) return;
  }
  if (draft.phase === "waiting") openSocket(draft);
  else {
    draft.attemptAt = now;
    logIn(draft);
  }
  draft.nextRetryAt = Infinity;
}
