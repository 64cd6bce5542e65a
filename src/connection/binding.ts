import type { GatewayError } from "../errors.js";
import { sortEnding } from "../wire/endings.js";
import {
  CLOSED,
  LOGGING_IN,
  UNAUTHORIZED,
  newSlot,
  type Slot,
  type State,
  type SyncReason,
  type Turn,
} from "./state.js";
import {
  answer,
  begin,
  eachSlot,
  nextWindow,
  notConnected,
  probe,
  replaceSocket,
  unauthorized,
} from "./turn.js";

const CUT_AFTER_BIND_MS = 30_000;
const CUTS_WITHIN_MS = 120_000;
const CUTS = 3;

/** Why a wish cannot even be taken in; nothing of it is kept. */
export const impossible = (s: State, force: boolean): GatewayError | undefined =>
  s.phase === CLOSED
    ? notConnected("the client is closed: call connect() first")
    : force && s.phase < LOGGING_IN
      ? notConnected("a forced bind is never sent late: await connect() first")
      : undefined;

/** A player's wish for this slot: setUserId or takeOver. */
export function want(t: Turn, name: string, exclusive: boolean, force: boolean): void {
  const before = t.slots[name] ?? newSlot;
  t.slots[name] = {
    ...before,
    state: "wanted",
    explicit: true,
    exclusive,
    force,
    renewed: false,
    conflictSince: undefined,
    retryAt: 0,
    error: undefined,
  };
  if (t.phase <= UNAUTHORIZED) begin(t);
  // Two binds of one slot under way could not be told apart at the server; a new socket ends the first.
  else if (before.state === "binding") replaceSocket(t);
}

export function release(t: Turn, name: string): void {
  const slot = t.slots[name];
  if (!slot) return;
  answer(t, slot, name, notConnected("released"));
  delete t.slots[name];
  if (slot.heldOn || slot.state === "binding") replaceSocket(t);
}

/** Sends what is wanted and due; once nothing is under way, the connection has settled. */
export function bindWanted(t: Turn): void {
  let settledAt: number | undefined = t.settledAt ?? t.now;
  eachSlot(t, (slot, name) => {
    if (slot.state === "wanted" && t.now >= slot.retryAt) {
      const { force, renewNext } = slot;
      t.effects.push((to) => to.bind(name, force, renewNext));
      slot.state = "binding";
      slot.forced = force;
      slot.force = slot.renewNext = false;
    }
    if (slot.state === "wanted" || slot.state === "binding") settledAt = undefined;
  });
  t.settledAt = settledAt;
}

export function bound(t: Turn, name: string, userId: string): void {
  const slot = t.slots[name];
  if (slot?.state !== "binding") return;
  const changed = slot.userId !== undefined && slot.userId !== userId;
  const { forced, acceptedAt, heldOn } = slot;
  const since = changed ? undefined : slot.gapSince;
  slot.state = "held";
  slot.userId = userId;
  slot.heldOn = t.generation;
  slot.acceptedAt = t.now;
  slot.forced = slot.renewed = false;
  slot.gapSince = slot.error = slot.conflictSince = undefined;
  if (changed) {
    t.effects.push((to) => to.forgetNotifications());
    if (heldOn) {
      // The former player's session lives on this very socket: only a new one ends it.
      replaceSocket(t);
      slot.acceptedAt = slot.gapSince = undefined;
      return;
    }
  }
  const reason: SyncReason | undefined = forced
    ? "takeOver"
    : changed || acceptedAt === undefined
      ? "first"
      : since === undefined
        ? undefined
        : "gap";
  if (reason) t.effects.push((to) => to.sync(name, reason, since));
  answer(t, slot, name);
}

export function bindFailed(t: Turn, name: string, error: GatewayError): void {
  const slot = t.slots[name];
  if (slot?.state !== "binding") return;
  slot.state = "wanted";
  slot.forced = false;
  switch (sortEnding(error.kind)) {
    case "renew":
      // A provider that says so itself (nothing was sent) is believed at once.
      if (!slot.renewed && error.outcome === "refused") {
        slot.renewNext = slot.renewed = true;
        return;
      }
      refuse(t, slot, name, error);
      return unauthorized(
        t,
        error,
        Object.values(t.slots).every(({ state }) => state === "failed") ? undefined : name,
      );
    case "replaced":
      if (slot.explicit || slot.acceptedAt === undefined) return refuse(t, slot, name, error);
      slot.conflictSince ??= t.now;
      if (t.now >= slot.conflictSince + t.options.conflictGraceMs) {
        return replaced(t, slot, name, "conflict");
      }
      break;
    case "final":
      return refuse(t, slot, name, error);
    default:
      if (error.kind === "requestTimeout") probe(t);
  }
  slot.retryAt = nextWindow(t);
  t.effects.push((to) => to.retried("bindRetried", error));
}

/** Refused, at least on this socket. What the slot held before must not live on behind its back. */
function refuse(t: Turn, slot: Slot, name: string, error: GatewayError): void {
  slot.state = "failed";
  slot.error = error;
  answer(t, slot, name, error);
  if (slot.heldOn) replaceSocket(t);
}

function replaced(t: Turn, slot: Slot, name: string, lostTo: NonNullable<Slot["lostTo"]>): void {
  slot.state = "replaced";
  slot.lostTo = lostTo;
  t.effects.push((to) => to.replaced(name));
}

/**
 * Two clients with one session ID cut each other for ever, and neither is ever told of a conflict: each sees its server close cleanly soon
 * after each accepted bind.
 */
export function countCuts(t: Turn): void {
  eachSlot(t, (slot, name) => {
    if (!slot.exclusive || !slot.heldOn || t.now - slot.acceptedAt! > CUT_AFTER_BIND_MS) return;
    slot.cuts = [...slot.cuts.filter((cut) => t.now - cut < CUTS_WITHIN_MS), t.now];
    if (slot.cuts.length < CUTS) return;
    slot.cuts = [];
    replaced(t, slot, name, "sessionIdShared");
  });
}
