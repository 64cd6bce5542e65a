import type { GatewayError } from "../errors.js";
import type { WebSocketSession } from "../wire/models.js";
import { classifyFailure } from "../wire/failures.js";
import {
  CLOSED,
  LOGGING_IN,
  UNAUTHORIZED,
  type Slot,
  type State,
  type SyncReason,
  type StateDraft,
} from "./state.js";
import {
  startConnecting,
  eachSlot,
  nextWindow,
  notConnected,
  probe,
  replaceSocket,
  unauthorized,
  markUnstable,
} from "./transitions.js";

const CUT_AFTER_BIND_MS = 30_000;
const CUTS_WITHIN_MS = 120_000;
const CUTS = 3;

/** Why a wish cannot even be taken in; nothing of it is kept. */
export const bindRejection = (s: State, force: boolean): GatewayError | undefined =>
  s.phase === CLOSED
    ? notConnected("the client is closed: call connect() first")
    : force && s.phase < LOGGING_IN
      ? notConnected("a forced bind is never sent late: await connect() first")
      : undefined;

/** A player's wish for this slot: setUserId or takeOver. */
export function requestBind(t: StateDraft, name: string, exclusive: boolean, force: boolean): void {
  const before = t.slots[name];
  const { session, heldOn, gapSince, rapidCloses } = before ?? ({} as Partial<Slot>);
  // What the server did for the wish before this one is kept, how it ended is not.
  const doubt = before?.unconfirmedBind && "former";
  t.slots[name] = {
    session,
    heldOn,
    gapSince,
    rapidCloses,
    unconfirmedBind: doubt,
    state: "wanted",
    exclusive,
    force,
  };
  if (t.phase <= UNAUTHORIZED) startConnecting(t);
  // Two binds of one slot under way could not be told apart at the server; a new socket ends the first.
  else if (before?.state === "binding") replaceSocket(t);
}

export function release(t: StateDraft, name: string): void {
  const slot = t.slots[name];
  if (!slot) return;
  delete t.slots[name];
  if (slot.heldOn || slot.unconfirmedBind || slot.state === "binding") replaceSocket(t);
}

/** Sends what is wanted and due; once nothing is under way, the connection has settled. */
export function bindWanted(t: StateDraft): void {
  eachSlot(t, (slot, name) => {
    if (slot.state === "wanted" && t.now >= (slot.retryAt ?? 0)) {
      const { force = false, renewNext = false } = slot;
      t.effects.push((to) => to.bind(name, force, renewNext));
      slot.state = "binding";
      slot.forced = force;
      slot.force = slot.renewNext = false;
      slot.error = undefined;
      t.attemptAt = t.now;
    }
  });
  const busy = Object.values(t.slots).some(
    ({ state }) => state === "wanted" || state === "binding",
  );
  if (busy) markUnstable(t);
  else t.stableSince ??= t.now;
}

export function bindSucceeded(t: StateDraft, name: string, session: WebSocketSession): void {
  const slot = t.slots[name];
  if (slot?.state !== "binding") return;
  const { forced, heldOn, session: before, gapSince, unconfirmedBind } = slot;
  const changed = before && before.userId !== session.userId;
  slot.state = "held";
  slot.session = session;
  slot.heldOn = t.generation;
  slot.acceptedAt = t.now;
  slot.forced = slot.renewed = false;
  slot.gapSince = slot.conflictSince = slot.error = slot.unconfirmedBind = undefined;
  if (changed) t.effects.push((to) => to.forgetNotifications());
  if ((changed && heldOn) || unconfirmedBind === "former") {
    // The former player's session lives on this very socket, or may: only a new one ends it.
    replaceSocket(t);
    slot.session = slot.acceptedAt = slot.gapSince = undefined;
    return;
  }
  const first = changed || !before;
  const reason: SyncReason = forced ? "takeOver" : first ? "first" : "gap";
  const since = first ? undefined : gapSince;
  if (forced || first || since !== undefined) t.effects.push((to) => to.sync(name, reason, since));
}

export function bindFailed(t: StateDraft, name: string, error: GatewayError): void {
  const slot = t.slots[name];
  if (slot?.state !== "binding") return;
  slot.state = "wanted";
  slot.forced = false;
  switch (classifyFailure(error.kind)) {
    case "renew":
      // A provider that says so itself (nothing was sent) is believed at once.
      if (!slot.renewed && error.outcome === "refused") {
        slot.renewNext = slot.renewed = true;
        return;
      }
      refuse(t, slot, error);
      if (Object.values(t.slots).every(({ state }) => state === "failed")) unauthorized(t, error);
      return;
    case "replaced":
      if (slot.acceptedAt === undefined) return refuse(t, slot, error);
      slot.conflictSince ??= t.now;
      if (t.now >= slot.conflictSince + t.options.conflictGraceMs) {
        return replaced(slot, "conflict");
      }
      break;
    case "final":
      return refuse(t, slot, error);
    default:
      if (error.kind === "requestTimeout") {
        slot.unconfirmedBind ??= "own";
        probe(t);
      }
  }
  slot.retryAt = nextWindow(t);
  t.effects.push((to) => to.retried(error, name));
}

/** Refused, at least on this socket. What the slot held before must not live on behind its back. */
function refuse(t: StateDraft, slot: Slot, error: GatewayError): void {
  slot.state = "failed";
  slot.error = error;
  if (slot.heldOn || slot.unconfirmedBind) replaceSocket(t);
}

function replaced(slot: Slot, lostTo: NonNullable<Slot["replacedBy"]>): void {
  slot.state = "replaced";
  slot.replacedBy = lostTo;
}

/**
 * Two clients with one session ID cut each other for ever, and neither is ever told of a conflict: each sees its server close cleanly soon
 * after each accepted bind.
 */
export function detectSharedSessionId(t: StateDraft): void {
  eachSlot(t, (slot) => {
    const { exclusive, heldOn, acceptedAt = -Infinity } = slot;
    if (!exclusive || !heldOn || t.now - acceptedAt > CUT_AFTER_BIND_MS) return;
    slot.rapidCloses = [
      ...(slot.rapidCloses ?? []).filter((cut) => t.now - cut < CUTS_WITHIN_MS),
      t.now,
    ];
    if (slot.rapidCloses.length < CUTS) return;
    slot.rapidCloses = [];
    replaced(slot, "sessionIdShared");
  });
}
