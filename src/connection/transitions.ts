import { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import { nextAttemptAt, type Outage } from "./retrySchedule.js";
import {
  type CLOSED,
  OPEN,
  OPENING,
  UNAUTHORIZED,
  WAITING,
  type Reason,
  type Slot,
  type StateDraft,
} from "./state.js";

const SETTLED_MS = 10_000;
const HIDDEN_LONG_MS = 300_000;
const WAKE_EVERY_MS = 1_000;

export const notConnected = (problem: string): GatewayError =>
  new GatewayError({
    kind: "notConnected",
    message: `setUserId: ${problem}`,
    method: "setUserId",
  });

export function eachSlot(t: StateDraft, visit: (slot: Slot, name: string) => void): void {
  for (const name in t.slots) visit(t.slots[name] as Slot, name);
}

/** Only the long windows are used: nobody is looking, or there is no network. */
export const restricted = (t: StateDraft): boolean =>
  (t.offline && !t.options.loopback) || t.hiddenSince < t.now - HIDDEN_LONG_MS;

export const outageOf = (t: StateDraft): Outage =>
  (t.outage ??= { startedAt: t.now, jitter: t.random });

export const nextWindow = (t: StateDraft): number =>
  nextAttemptAt(outageOf(t), t.now, restricted(t));

export function openSocket(t: StateDraft): void {
  t.phase = OPENING;
  t.generation++;
  t.attempt++;
  t.attemptAt = t.now;
  t.nextRetryAt = Infinity;
  t.urgent = t.inBackForwardCache = false;
  t.effects.push((to) => to.openSocket());
}

/** The socket is gone or given up: its bindings are wanted again, and from now on there is a gap. */
function dropSocket(t: StateDraft): void {
  eachSlot(t, (slot) => {
    if (slot.heldOn) slot.gapSince ??= t.lastFrameAt;
    // What the server refused for this socket may be let in on the next, but not where somebody else had the place.
    const { state, error } = slot;
    if (state !== "replaced" && (!error || classifyFailure(error.kind) === "final")) {
      slot.state = "wanted";
      slot.error = undefined;
    }
    if (slot.force) {
      // A forced bind that has not left yet never will: whoever asked for it hears so, and the slot is bound without force.
      slot.error = notConnected("the connection was lost before the forced bind");
    }
    slot.heldOn = slot.retryAt = 0;
    slot.force = slot.forced = false;
    slot.unconfirmedBind = undefined;
  });
  t.generation++;
  t.probedAt = Infinity;
  t.effects.push((to) => to.leaveSocket());
}

/** A new socket in place of one that works: what it holds at the server can be ended in no other way. */
export function replaceSocket(t: StateDraft): void {
  markUnstable(t);
  dropSocket(t);
  openSocket(t);
}

/** Something is amiss again. What went well for long enough makes it a new outage. */
export function markUnstable(t: StateDraft): void {
  if (t.now - (t.stableSince ?? t.now) >= SETTLED_MS) t.outage = undefined;
  if (!t.outage && t.everOpen) t.attempt = 0;
  t.stableSince = undefined;
}

export function connectionLost(t: StateDraft, reason: Reason): void {
  markUnstable(t);
  dropSocket(t);
  t.phase = WAITING;
  t.reason = t.offline ? "offline" : reason;
  t.nextRetryAt = nextWindow(t);
}

/** The end, until somebody says otherwise. */
export function stop(
  t: StateDraft,
  phase: typeof CLOSED | typeof UNAUTHORIZED,
  reason?: Reason,
  error?: GatewayError,
): void {
  markUnstable(t);
  dropSocket(t);
  t.phase = phase;
  t.reason = reason;
  t.error = error;
  t.outage = undefined;
  t.nextRetryAt = Infinity;
  t.attempt = 0;
}

/** From rest: whatever was refused for want of a valid token may be asked again. */
export function startConnecting(t: StateDraft): void {
  t.everOpen = false;
  t.error = t.reason = t.outage = undefined;
  t.attempt = 0;
  eachSlot(t, (slot) => {
    slot.renewed = false;
    if (slot.error?.kind === "unauthorized") slot.state = "wanted";
  });
  openSocket(t);
}

/** Whatever waits for its window is tried at once, at most once a second. */
export function tryNow(t: StateDraft): void {
  if (t.inBackForwardCache || t.phase < WAITING) return;
  const earliest = Math.max(t.now, t.attemptAt + WAKE_EVERY_MS);
  if (t.phase === WAITING || t.nextRetryAt < Infinity) {
    t.urgent = true;
    t.nextRetryAt = Math.min(t.nextRetryAt, earliest);
    if (t.phase === WAITING && earliest === t.now) openSocket(t);
  } else if (t.phase === OPENING && earliest === t.now) replaceSocket(t);
  eachSlot(t, (slot) => {
    if (slot.retryAt) slot.retryAt = Math.min(slot.retryAt, earliest);
  });
}

export function probe(t: StateDraft): void {
  if (t.phase < OPEN || t.probedAt < Infinity) return;
  t.probedAt = t.now;
  t.probedFrames = t.frames;
  t.effects.push((to) => to.probe());
}

/** No token, renewed or not, lets the client in. */
export function unauthorized(t: StateDraft, error: GatewayError): void {
  stop(t, UNAUTHORIZED, "token", error);
  t.effects.push((to) => to.forgetTokens());
}
