import { copyRecord } from "../core/record.js";
import { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import { nextAttemptAt } from "./retrySchedule.js";
import {
  isResting,
  type Reason,
  type Slot,
  type SlotHistory,
  type State,
  type StateDraft,
  type StepInput,
  type MachineOptions,
} from "./state.js";

const STABLE_MS = 10_000;
const HIDDEN_LONG_MS = 300_000;
const RETRY_NOW_EVERY_MS = 1_000;

export const createDraft = (
  before: State,
  input: StepInput,
  options: MachineOptions,
): StateDraft => ({ ...before, slots: copyRecord(before.slots), input, options, effects: [] });

export const notConnected = (problem: string): GatewayError =>
  new GatewayError({
    kind: "notConnected",
    message: `setUserId: ${problem}`,
    method: "setUserId",
  });

/** It was sent, and no reply came in time. */
export const isUnanswered = ({ kind, outcome }: GatewayError): boolean =>
  kind === "requestTimeout" && outcome === "unknown";

/** Only the long windows are used: the page is hidden, or there is no network. */
export const isRestricted = ({ offline, options, hiddenSince, input }: StateDraft): boolean =>
  (offline && !options.loopback) || hiddenSince < input.now - HIDDEN_LONG_MS;

export const nextWindow = (draft: StateDraft, after = draft.input.now): number =>
  nextAttemptAt(
    (draft.outage ??= { startedAt: draft.input.now, jitter: draft.input.random }),
    after,
    isRestricted(draft),
  );

export function openSocket(draft: StateDraft): void {
  draft.phase = "opening";
  draft.generation++;
  draft.attempt++;
  draft.attemptAt = draft.input.now;
  draft.nextRetryAt = Infinity;
  draft.urgent = draft.inBackForwardCache = draft.isSecondAttempt = false;
  draft.effects.push({ type: "openSocket" });
}

/** What a slot is once its socket is gone: to be bound again, and from now on there is a gap. */
function slotWithoutSocket(slot: Slot, lastFrameAt: number): Slot {
  const { isHeldByServer, gapSince } = slot.history;
  const history: SlotHistory = {
    ...slot.history,
    isHeldByServer: false,
    unconfirmedBind: undefined,
    gapSince: gapSince ?? (isHeldByServer ? lastFrameAt : undefined),
  };
  switch (slot.state) {
    case "replaced":
      return { ...slot, history };
    case "failed":
      // What the server refused for this socket it may accept on the next; a refused token it will
      // not.
      return classifyFailure(slot.error.kind) === "final"
        ? { history, state: "wanted" }
        : { ...slot, history };
    case "held":
      return { history, state: "wanted" };
    case "binding": {
      const { renewed, conflictSince, failure } = slot;
      return { history, state: "wanted", renewed, conflictSince, failure };
    }
    case "wanted": {
      // A forced bind that has not left never will: its caller is rejected, and the slot is bound
      // without force.
      const error = slot.force
        ? notConnected("the connection was lost before the forced bind")
        : slot.error;
      return { ...slot, history, force: false, retryAt: undefined, error };
    }
  }
}

function dropSocket(draft: StateDraft): void {
  const { slots, input } = draft;
  for (const [name, slot] of Object.entries(slots)) {
    slots[name] = slotWithoutSocket(slot, input.lastFrameAt);
  }
  draft.generation++;
  draft.suspectedAt = draft.probeAt = Infinity;
  draft.effects.push({ type: "leaveSocket" });
}

/** A new socket in place of one that works: GS2 knows no other way to end what it holds. */
export function replaceSocket(draft: StateDraft): void {
  markUnstable(draft);
  dropSocket(draft);
  openSocket(draft);
}

/** A player leaves a slot: ends what the server may hold, and what came for that player. */
export function endFormerSession(draft: StateDraft): void {
  replaceSocket(draft);
  draft.effects.push({ type: "forgetNotifications" });
}

/** The connection is not as it should be. If it was for long enough, a new outage begins. */
export function markUnstable(draft: StateDraft): void {
  const { now } = draft.input;
  if (now - (draft.stableSince ?? now) >= STABLE_MS) draft.outage = undefined;
  if (!draft.outage && draft.everOpen) draft.attempt = 0;
  draft.stableSince = undefined;
}

export function connectionLost(draft: StateDraft, reason: Reason): void {
  markUnstable(draft);
  dropSocket(draft);
  draft.phase = "waiting";
  draft.reason = draft.offline ? "offline" : reason;
  draft.nextRetryAt = nextWindow(draft);
}

/** Rests until a call of the game. */
export function stop(
  draft: StateDraft,
  phase: "closed" | "unauthorized",
  reason?: Reason,
  error?: GatewayError,
): void {
  markUnstable(draft);
  dropSocket(draft);
  draft.phase = phase;
  draft.reason = reason;
  draft.error = error;
  draft.outage = undefined;
  draft.nextRetryAt = Infinity;
  draft.attempt = 0;
  // A page that comes back finds the client as it was left: at rest.
  draft.inBackForwardCache = false;
}

/** From rest: what was refused for want of a valid token may be asked again. */
export function startConnecting(draft: StateDraft): void {
  draft.everOpen = false;
  draft.error = draft.reason = draft.outage = undefined;
  draft.attempt = 0;
  for (const [name, slot] of Object.entries(draft.slots)) {
    const isRefused = slot.state === "failed" && slot.error.kind === "unauthorized";
    if (isRefused) draft.slots[name] = { history: slot.history, state: "wanted" };
    else if (slot.state === "wanted") draft.slots[name] = { ...slot, renewed: false };
  }
  openSocket(draft);
}

/** What waits for its window is tried now, at most once a second. */
export function retryNow(draft: StateDraft): void {
  const { phase, slots, input } = draft;
  if (draft.inBackForwardCache || isResting(draft)) return;
  const earliest = Math.max(input.now, draft.attemptAt + RETRY_NOW_EVERY_MS);
  if (phase === "waiting" || draft.nextRetryAt < Infinity) {
    draft.urgent = true;
    draft.nextRetryAt = Math.min(draft.nextRetryAt, earliest);
    if (phase === "waiting" && earliest === input.now) openSocket(draft);
  } else if (phase === "opening" && earliest === input.now && !draft.isSecondAttempt) {
    replaceSocket(draft);
    // However often a retry is asked for, this one may take its time.
    draft.isSecondAttempt = true;
  }
  for (const [name, slot] of Object.entries(slots)) {
    if (slot.state !== "wanted" || slot.retryAt === undefined) continue;
    slots[name] = { ...slot, retryAt: Math.min(slot.retryAt, earliest) };
  }
}

/** A frame has come since the connection was suspected. */
export function forgetSuspicion(draft: StateDraft): void {
  if (draft.input.frames > draft.suspectedFrames) draft.suspectedAt = draft.probeAt = Infinity;
}

/**
 * The connection may be half-open: unless a frame comes within the time of a probe, it is left.
 * While frames flow, the next one is waited for: a probe is a call GS2 bills.
 */
export function checkLiveness(draft: StateDraft): void {
  const { now, frames, lastFrameAt } = draft.input;
  const { probeTimeoutMs, idleMs } = draft.options;
  if (draft.phase !== "open") return;
  forgetSuspicion(draft);
  if (draft.suspectedAt < Infinity) return;
  draft.suspectedAt = now;
  draft.suspectedFrames = frames;
  const isFlowing = now - lastFrameAt < Math.min(probeTimeoutMs, idleMs);
  draft.probeAt = isFlowing ? now + probeTimeoutMs / 2 : now;
  probeIfDue(draft);
}

export function probeIfDue(draft: StateDraft): void {
  const lateMs = draft.input.now - draft.probeAt;
  if (lateMs < 0) return;
  // The host was blocked when it was due; its reply gets its whole time.
  draft.suspectedAt += lateMs;
  draft.probeAt = Infinity;
  draft.effects.push({ type: "probe" });
}

/** No token, renewed or not, is accepted. */
export function becomeUnauthorized(draft: StateDraft, error: GatewayError): void {
  stop(draft, "unauthorized", "token", error);
  draft.effects.push({ type: "invalidateTokens" });
}
