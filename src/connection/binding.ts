import type { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import type { WebSocketSession } from "../wire/models.js";
import { isResting, type Slot, type State, type StateDraft, type SyncReason } from "./state.js";
import {
  becomeUnauthorized,
  historyOf,
  markUnstable,
  nextWindow,
  notConnected,
  probe,
  replaceSocket,
  startConnecting,
} from "./transitions.js";

const RAPID_CLOSE_MS = 30_000;
const RAPID_CLOSES_WITHIN_MS = 120_000;
const RAPID_CLOSES_LIMIT = 3;

/** Why a bind cannot even be requested; nothing of the request is kept then. */
export function bindRejection(state: State, force: boolean): GatewayError | undefined {
  const { phase } = state;
  if (phase === "closed") return notConnected("the client is closed: call connect() first");
  const canSend = phase === "loggingIn" || phase === "open";
  return force && !canSend
    ? notConnected("a forced bind is never sent late: await connect() first")
    : undefined;
}

/** By setUserId or takeOver. */
export function requestBind(
  draft: StateDraft,
  name: string,
  exclusive: boolean,
  force: boolean,
): void {
  const before = draft.slots[name];
  // What the server did for the request before this one is kept, how it ended is not.
  draft.slots[name] = {
    exclusive,
    session: before?.session,
    isHeldByServer: before?.isHeldByServer,
    gapSince: before?.gapSince,
    rapidCloses: before?.rapidCloses,
    unconfirmedBind: before?.unconfirmedBind && "former",
    state: "wanted",
    force,
  };
  if (isResting(draft)) startConnecting(draft);
  // Two binds of one slot under way could not be told apart at the server; a new socket ends the first.
  else if (before?.state === "binding") replaceSocket(draft);
}

export function release(draft: StateDraft, name: string): void {
  const { [name]: slot, ...others } = draft.slots;
  if (!slot) return;
  draft.slots = others;
  if (slot.isHeldByServer || slot.unconfirmedBind || slot.state === "binding") replaceSocket(draft);
}

/** Sends the binds that are wanted and due; once none is under way, the connection is stable. */
export function bindWanted(draft: StateDraft): void {
  const { slots, input, effects } = draft;
  for (const [name, slot] of Object.entries(slots)) {
    if (slot.state !== "wanted" || input.now < (slot.retryAt ?? -Infinity)) continue;
    const { force = false, renewNext = false, renewed, conflictSince } = slot;
    effects.push({ type: "bind", slot: name, force, renew: renewNext });
    slots[name] = {
      ...historyOf(slot),
      state: "binding",
      forced: force,
      renewed,
      conflictSince,
    };
    draft.attemptAt = input.now;
  }
  const isBusy = Object.values(slots).some(
    ({ state }) => state === "wanted" || state === "binding",
  );
  if (isBusy) markUnstable(draft);
  else draft.stableSince ??= input.now;
}

export function bindSucceeded(draft: StateDraft, name: string, session: WebSocketSession): void {
  const slot = draft.slots[name];
  if (slot?.state !== "binding") return;
  const { forced, isHeldByServer, session: before, gapSince, unconfirmedBind } = slot;
  const playerChanged = !!before && before.userId !== session.userId;
  const held: Slot = {
    exclusive: slot.exclusive,
    rapidCloses: slot.rapidCloses,
    isHeldByServer: true,
    session,
    acceptedAt: draft.input.now,
    state: "held",
  };
  draft.slots[name] = held;
  if (playerChanged) draft.effects.push({ type: "forgetNotifications" });
  if ((playerChanged && isHeldByServer) || unconfirmedBind === "former") {
    // The former player's session lives on this very socket, or may: only a new one ends it.
    replaceSocket(draft);
    draft.slots[name] = {
      ...historyOf(draft.slots[name]),
      session: undefined,
      acceptedAt: undefined,
      gapSince: undefined,
      state: "wanted",
    };
    return;
  }
  const isFirst = playerChanged || !before;
  const reason: SyncReason = forced ? "takeOver" : isFirst ? "first" : "gap";
  const since = isFirst ? undefined : gapSince;
  if (forced || isFirst || since !== undefined) {
    draft.effects.push({ type: "sync", slot: name, reason, since });
  }
}

export function bindFailed(draft: StateDraft, name: string, error: GatewayError): void {
  const slot = draft.slots[name];
  if (slot?.state !== "binding") return;
  const { renewed, acceptedAt } = slot;
  let { conflictSince, unconfirmedBind } = slot;
  switch (classifyFailure(error.kind)) {
    case "renew":
      // A provider that says so itself (nothing was sent) is final at once.
      if (!renewed && error.outcome === "refused") {
        const renewing = { renewNext: true, renewed: true, conflictSince };
        draft.slots[name] = { ...historyOf(slot), state: "wanted", ...renewing };
        return;
      }
      rejectBind(draft, name, error);
      if (Object.values(draft.slots).every(({ state }) => state === "failed")) {
        becomeUnauthorized(draft, error);
      }
      return;
    case "replaced":
      if (acceptedAt === undefined) return rejectBind(draft, name, error);
      conflictSince ??= draft.input.now;
      if (draft.input.now >= conflictSince + draft.options.conflictGraceMs) {
        draft.slots[name] = { ...historyOf(slot), state: "replaced", replacedBy: "conflict" };
        return;
      }
      break;
    case "final":
      return rejectBind(draft, name, error);
    case "retry":
      if (error.kind === "requestTimeout") {
        unconfirmedBind ??= "own";
        probe(draft);
      }
  }
  draft.slots[name] = {
    ...historyOf(slot),
    unconfirmedBind,
    state: "wanted",
    renewed,
    conflictSince,
    retryAt: nextWindow(draft),
  };
  draft.effects.push({ type: "reportBindRetry", slot: name, error });
}

/** Refused, at least on this socket. What the slot held before must not live on at the server. */
function rejectBind(draft: StateDraft, name: string, error: GatewayError): void {
  const slot = draft.slots[name]!;
  draft.slots[name] = { ...historyOf(slot), state: "failed", error };
  if (slot.isHeldByServer || slot.unconfirmedBind) replaceSocket(draft);
}

/**
 * Two clients with one session ID cut each other for ever without a conflict: each sees its server
 * close cleanly soon after each accepted bind.
 */
export function detectSharedSessionId(draft: StateDraft): void {
  const { now } = draft.input;
  for (const [name, slot] of Object.entries(draft.slots)) {
    const { exclusive, isHeldByServer, acceptedAt = -Infinity, rapidCloses = [] } = slot;
    if (!exclusive || !isHeldByServer || now - acceptedAt > RAPID_CLOSE_MS) continue;
    const recent = rapidCloses.filter((at) => now - at < RAPID_CLOSES_WITHIN_MS);
    const closes = [...recent, now];
    draft.slots[name] =
      closes.length < RAPID_CLOSES_LIMIT
        ? { ...slot, rapidCloses: closes }
        : {
            ...historyOf(slot),
            rapidCloses: [],
            state: "replaced",
            replacedBy: "sessionIdShared",
          };
  }
}
