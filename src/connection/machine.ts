import type { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import { bindWanted, detectSharedSessionId } from "./binding.js";
import { nextAttemptAt } from "./retrySchedule.js";
import {
  CLOSED,
  LOGGING_IN,
  OPEN,
  UNAUTHORIZED,
  WAITING,
  type MachineOptions,
  type StepInput,
  type State,
  type StateDraft,
} from "./state.js";
import {
  startConnecting,
  connectionLost,
  nextWindow,
  openSocket,
  outageOf,
  probe,
  restricted,
  stop,
  tryNow,
  unauthorized,
} from "./transitions.js";

const HIDDEN_SUSPICIOUS_MS = 30_000;
// Hidden pages get their timers once a minute; what is later than that was asleep.
const CLOCK_JUMP_MS = 65_000;
const RENEWAL_RETRY_MS = 30_000;

/** Something that happened: it changes the turn, and names what is to be done. */
export type Event = (t: StateDraft) => void;

/**
 * The whole machine: what was, what happened, and when, give what is and what is to be done. Changes nothing it was given.
 *
 * @param generation of the socket the event belongs to; what belongs to an earlier socket comes too late
 */
export function step(
  before: State,
  event: Event,
  moment: StepInput,
  options: MachineOptions,
  generation = before.generation,
): StateDraft {
  const t: StateDraft = { ...before, ...moment, options, slots: {}, effects: [] };
  for (const name in before.slots) t.slots[name] = { ...before.slots[name]! };
  if (generation === t.generation) event(t);
  if (t.phase === OPEN) bindWanted(t);
  return t;
}

export function connect(t: StateDraft): void {
  if (t.phase < WAITING) startConnecting(t);
  else if (t.phase === WAITING) openSocket(t);
}

export const disconnect: Event = (t) => stop(t, CLOSED, "user");

export function opened(t: StateDraft): void {
  t.phase = LOGGING_IN;
  t.effects.push((to) => to.login(false));
}

/** @param fatal the host refused even to try */
export function ended(t: StateDraft, clean: boolean, fatal: GatewayError | undefined): void {
  if (fatal) return stop(t, CLOSED, undefined, fatal);
  if (clean) detectSharedSessionId(t);
  connectionLost(t, clean ? "serverClosed" : "network");
}

export function loggedIn(t: StateDraft, renewAt: number): void {
  t.renewAt = renewAt;
  t.phase = OPEN;
  t.everOpen = true;
  t.error = t.reason = undefined;
  t.nextRetryAt = Infinity;
}

export function loginFailed(t: StateDraft, error: GatewayError): void {
  const ending = classifyFailure(error.kind);
  if (ending === "renew") unauthorized(t, error);
  else if (ending === "final") stop(t, CLOSED, undefined, error);
  else if (t.phase === OPEN) {
    t.renewAt = t.now + RENEWAL_RETRY_MS;
    t.effects.push((to) => to.retried(error));
  } else {
    t.error = error;
    // Nothing but the login may be sent, so its silence is all that can be known of this socket.
    if (error.kind === "requestTimeout") connectionLost(t, "network");
    else t.nextRetryAt = nextWindow(t);
  }
}

/** The game has set a project token. */
export function tokenSet(t: StateDraft, renewAt: number): void {
  t.renewAt = renewAt;
  if (t.phase === UNAUTHORIZED) startConnecting(t);
}

export type Hint =
  | "online"
  | "offline"
  | "foreground"
  | "background"
  | "pagehide"
  | "pageshow"
  | "retryNow"
  | "suspicion";

export function hint(t: StateDraft, kind: Hint): void {
  switch (kind) {
    case "offline":
      t.offline = true;
      if (t.nextRetryAt < Infinity) t.nextRetryAt = nextWindow(t);
      break;
    case "online":
      t.offline = false;
      probe(t);
      tryNow(t);
      break;
    case "background":
      t.hiddenSince = Math.min(t.hiddenSince, t.now);
      break;
    case "foreground":
      if (t.hiddenSince <= t.now - HIDDEN_SUSPICIOUS_MS) probe(t);
      t.hiddenSince = Infinity;
      // An attempt under way is as good as a new one.
      if (t.phase === WAITING) tryNow(t);
      break;
    case "pagehide":
      if (t.phase < WAITING) break;
      connectionLost(t, "network");
      t.inBackForwardCache = true;
      t.nextRetryAt = Infinity;
      break;
    case "pageshow":
      t.hiddenSince = Infinity;
      if (t.inBackForwardCache) openSocket(t);
      break;
    case "retryNow":
      tryNow(t);
      break;
    case "suspicion":
      probe(t);
  }
}

/** @param lateMs how much later than asked for */
export function tick(t: StateDraft, lateMs: number): void {
  if (t.phase === OPEN) {
    const slept = lateMs > CLOCK_JUMP_MS;
    if (t.frames > t.probedFrames) t.probedAt = Infinity;
    // What came in during a sleep has not been read yet: a probe under way gets its time anew.
    else if (slept && t.probedAt < Infinity) t.probedAt = t.now;
    if (t.now >= t.probedAt + t.options.probeTimeoutMs) return connectionLost(t, "probeFailed");
    if (t.now >= t.renewAt) {
      t.renewAt = Infinity;
      t.effects.push((to) => to.login(true));
    }
    if (slept || t.now >= t.lastFrameAt + t.options.idleMs) probe(t);
  } else if (t.now >= t.nextRetryAt) {
    const retryAt =
      restricted(t) && !t.urgent ? nextAttemptAt(outageOf(t), t.nextRetryAt - 1, true) : 0;
    t.nextRetryAt = retryAt;
    if (t.now < retryAt) return;
    if (t.phase === WAITING) openSocket(t);
    else {
      t.attemptAt = t.now;
      opened(t);
    }
    t.nextRetryAt = Infinity;
  }
}

export { bindFailed, bindSucceeded, release, requestBind } from "./binding.js";
