import { GatewayError } from "../errors.js";
import { classifyFailure } from "../wire/failures.js";
import type { Values } from "../wire/frames.js";
import type { WebSocketSession } from "../wire/models.js";
import {
  isResting,
  type SlotHistory,
  type State,
  type StateDraft,
  type SyncReason,
} from "./state.js";
import {
  becomeUnauthorized,
  checkLiveness,
  endFormerSession,
  isUnanswered,
  markUnstable,
  nextWindow,
  notConnected,
  replaceSocket,
  startConnecting,
} from "./transitions.js";

const RAPID_CLOSE_MS = 10_000;
const RAPID_CLOSES_WITHIN_MS = 120_000;
/** A server that restarts a few times is no other client. */
const RAPID_CLOSES_LIMIT = 5;

/** Why a bind cannot even be requested; nothing of the request is kept then. */
export function bindRejection(state: State, force: boolean): GatewayError | undefined {
  const canSend = state.phase === "loggingIn" || state.phase === "open";
  return force && !canSend
    ? notConnected("a forced bind is never sent late: await connect() first")
    : undefined;
}

/** Whether a bind that was requested, not an automatic one, is under way; forced, if `force`. */
export function isRequestUnderWay({ slots }: State, name: string, force: boolean): boolean {
  const slot = slots[name];
  if (!slot || slot.history.acceptedAt !== undefined) return false;
  if (slot.state === "binding") return slot.forced || !force;
  return slot.state === "wanted" && !!slot.force;
}

/** Whether the server holds a session of the slot on the present socket, or may. */
const mayBeHeld = ({ isHeldByServer, unconfirmedBind }: SlotHistory) =>
  isHeldByServer || unconfirmedBind;

/** By setUserId or takeOver. */
export function requestBind(
  draft: StateDraft,
  name: string,
  exclusive: boolean,
  force: boolean,
): void {
  const before = draft.slots[name];
  // What the server did for the request before this one is kept, how it ended is not.
  const history = {
    ...before?.history,
    exclusive,
    acceptedAt: undefined,
    unconfirmedBind: before?.history.unconfirmedBind && ("former" as const),
  };
  draft.slots[name] = { history, state: "wanted", force };
  if (isResting(draft)) startConnecting(draft);
  // Two binds of one slot under way could not be told apart at the server; a new socket ends the
  // first.
  else if (before?.state === "binding") replaceSocket(draft);
}

export function release(draft: StateDraft, name: string): void {
  const slot = draft.slots[name];
  if (!slot) return;
  Reflect.deleteProperty(draft.slots, name);
  if (mayBeHeld(slot.history) || slot.state === "binding") endFormerSession(draft);
  else if (slot.history.session) draft.effects.push({ type: "forgetNotifications" });
}

/** Sends the binds that are wanted and due; once one is held, the connection is stable. */
export function bindWanted(draft: StateDraft): void {
  const { slots, input, effects } = draft;
  for (const [name, slot] of Object.entries(slots)) {
    if (slot.state !== "wanted" || input.now < (slot.retryAt ?? -Infinity)) continue;
    const { history, force = false, renewNext = false, renewed, conflictSince, failure } = slot;
    effects.push({ type: "bind", slot: name, force, renew: renewNext });
    slots[name] = {
      history,
      state: "binding",
      forced: force,
      renews: renewNext,
      renewed,
      conflictSince,
      failure,
    };
    draft.attemptAt = input.now;
  }
  const states = Object.values(slots).map(({ state }) => state);
  const isBusy = states.includes("wanted") || states.includes("binding");
  // One slot whose bind goes on failing does not make the others wait longer.
  if (isBusy && !states.includes("held")) markUnstable(draft);
  else draft.stableSince ??= input.now;
}

export function bindSucceeded(
  draft: StateDraft,
  name: string,
  session: WebSocketSession,
  namespaceName: unknown,
): void {
  const slot = draft.slots[name];
  if (slot?.state !== "binding") return;
  const { history } = slot;
  const { exclusive, rapidCloses, session: before } = history;
  // A player of another namespace is another player.
  const playerChanged =
    !!before && (before.userId !== session.userId || history.namespaceName !== namespaceName);
  if ((playerChanged && history.isHeldByServer) || history.unconfirmedBind === "former") {
    // The former player's session lives on this very socket, or may: only a new one ends it.
    endFormerSession(draft);
    draft.slots[name] = { history: { exclusive, rapidCloses }, state: "wanted" };
    return;
  }
  if (playerChanged) draft.effects.push({ type: "forgetNotifications" });
  const acceptedAt = draft.input.now;
  draft.slots[name] = {
    history: { exclusive, rapidCloses, isHeldByServer: true, session, namespaceName, acceptedAt },
    state: "held",
  };
  const isFirst = playerChanged || !before;
  const reason: SyncReason = slot.forced ? "takeOver" : isFirst ? "first" : "gap";
  const since = isFirst ? undefined : history.gapSince;
  if (reason !== "gap" || since !== undefined) {
    draft.effects.push({ type: "sync", slot: name, reason, since });
  }
}

export function bindFailed(draft: StateDraft, name: string, error: GatewayError): void {
  const slot = draft.slots[name];
  if (slot?.state !== "binding") return;
  const { renewed } = slot;
  let { history, conflictSince } = slot;
  switch (classifyFailure(error.kind)) {
    case "renew":
      // A provider that says so itself (nothing was sent) is final at once.
      if (!renewed && error.outcome === "refused") {
        draft.slots[name] = {
          history,
          state: "wanted",
          renewNext: true,
          renewed: true,
          conflictSince,
        };
        return;
      }
      rejectBind(draft, name, error);
      if (Object.values(draft.slots).every(({ state }) => state === "failed")) {
        becomeUnauthorized(draft, error);
      }
      return;
    case "replaced":
      if (history.acceptedAt === undefined) return rejectBind(draft, name, error);
      conflictSince ??= draft.input.now;
      if (draft.input.now >= conflictSince + draft.options.conflictGraceMs) {
        draft.slots[name] = { history, state: "replaced", replacedBy: "conflict" };
        return;
      }
      break;
    case "final":
      return rejectBind(draft, name, error);
    case "retry":
      if (isUnanswered(error)) {
        history = { ...history, unconfirmedBind: history.unconfirmedBind ?? "own" };
        checkLiveness(draft);
      }
  }
  const retryAt = nextWindow(draft);
  // The refused tokens could not be renewed.
  const renewNext = slot.renews && error.outcome === "notSent";
  draft.slots[name] = {
    history,
    state: "wanted",
    renewNext,
    renewed,
    conflictSince,
    retryAt,
    failure: error,
  };
  draft.effects.push({ type: "reportBindRetry", slot: name, error });
}

/** Refused, at least on this socket. What the slot held before must not live on at the server. */
function rejectBind(draft: StateDraft, name: string, error: GatewayError): void {
  const { history } = draft.slots[name]!;
  draft.slots[name] = { history, state: "failed", error };
  if (mayBeHeld(history)) endFormerSession(draft);
}

/**
 * Two clients with one session ID cut each other for ever without a conflict: each sees its server
 * close cleanly soon after each accepted bind.
 */
export function detectSharedSessionId(draft: StateDraft): void {
  const { now } = draft.input;
  for (const [name, slot] of Object.entries(draft.slots)) {
    const { exclusive, isHeldByServer, acceptedAt = -Infinity, rapidCloses = [] } = slot.history;
    if (!exclusive || !isHeldByServer || now - acceptedAt > RAPID_CLOSE_MS) continue;
    const recent = rapidCloses.filter((at) => now - at < RAPID_CLOSES_WITHIN_MS);
    const closes = [...recent, now];
    const isShared = closes.length >= RAPID_CLOSES_LIMIT;
    const history = { ...slot.history, rapidCloses: isShared ? [] : closes };
    draft.slots[name] = isShared
      ? { history, state: "replaced", replacedBy: "sessionIdShared" }
      : { ...slot, history };
  }
}

/** The session out of the result of setUserId. Throws a GatewayError of kind `protocol`. */
export function readSession(result: Values): WebSocketSession {
  const session = result["item"] as Partial<WebSocketSession> | undefined;
  const { userId, connectionId } = session ?? {};
  // What is no text may be nested too deeply to be written again.
  if (!userId || [userId, connectionId ?? ""].some((id) => typeof id !== "string")) {
    throw new GatewayError({
      kind: "protocol",
      message: "setUserId: the answer names no player",
    });
  }
  return session as WebSocketSession;
}
