import {
  bindingStateOf,
  isBindRejected,
  isInBackForwardCache,
  phaseOf,
  userOf,
  type MachineState,
} from "./adapter.js";
import type { Model, Node } from "./model.js";
import type { ExplorerEvent, Failure, Hint, User } from "./protocol.js";

/** Shorter than a sleep, so that the renewal falls due in one. */
const RENEW_IN_MS = 350_000;

const failures: readonly Failure[] = [
  { kind: "unauthorized", outcome: "refused" },
  { kind: "unauthorized", outcome: "notSent" },
  { kind: "badRequest", outcome: "refused" },
  { kind: "serviceUnavailable", outcome: "refused" },
  { kind: "requestTimeout", outcome: "unknown" },
];
const conflict: Failure = { kind: "conflict", outcome: "refused" };
const timeout: Failure = { kind: "requestTimeout", outcome: "unknown" };

const hints: readonly Hint[] = [
  "online",
  "offline",
  "foreground",
  "background",
  "pagehide",
  "pageshow",
  "retryNow",
  "suspicion",
];

const users: readonly User[] = [1, 2];

const slotEvents = (slot: number): ExplorerEvent[] => [
  { type: "requestBind", slot, exclusive: false, force: false },
  { type: "requestBind", slot, exclusive: true, force: false },
  { type: "requestBind", slot, exclusive: true, force: true },
  { type: "release", slot },
  ...users.map((user): ExplorerEvent => ({ type: "bindSucceeded", slot, user })),
  ...[...failures, conflict].map((failure): ExplorerEvent => ({
    type: "bindFailed",
    slot,
    failure,
  })),
  ...users.map((acceptedAs): ExplorerEvent => ({
    type: "bindFailed",
    slot,
    failure: timeout,
    acceptedAs,
  })),
];

/** Every event of one or two slots; a path is a list of indices into this list. */
export const eventsOf = (slots: number): readonly ExplorerEvent[] => [
  { type: "connect" },
  { type: "disconnect" },
  { type: "tokenSet", renewInMs: RENEW_IN_MS },
  ...hints.map((hint): ExplorerEvent => ({ type: "hint", hint })),
  { type: "socketOpened" },
  { type: "socketEnded", clean: true, fatal: false },
  { type: "socketEnded", clean: false, fatal: false },
  { type: "socketEnded", clean: false, fatal: true },
  { type: "loggedIn", renewInMs: RENEW_IN_MS },
  ...failures.map((failure): ExplorerEvent => ({ type: "loginFailed", failure })),
  { type: "tick" },
  { type: "frame" },
  { type: "sleep" },
  ...Array.from({ length: slots }, (_, slot) => slotEvents(slot)).flat(),
];

/** Whether the environment can produce this event in this state. */
export function canOccur(event: ExplorerEvent, node: Node): boolean {
  const { state, model } = node;
  switch (event.type) {
    case "connect":
    case "disconnect":
    case "tokenSet":
      return true;
    case "hint":
      // The platform is observed only while the client is not at rest; a game may give the others.
      if (event.hint === "pagehide") return isObserved(state);
      return event.hint !== "pageshow" || (isObserved(state) && isInBackForwardCache(state));
    case "socketOpened":
      return model.socket === "opening";
    case "socketEnded":
      if (event.fatal) return model.socket === "opening";
      return event.clean ? model.socket === "open" : model.socket !== "none";
    case "loggedIn":
    case "loginFailed":
      return model.isLoginPending;
    case "tick":
      return node.dueAt < Infinity;
    case "frame":
      return model.isLoggedIn;
    case "sleep":
      return model.now === model.armedAt;
    case "requestBind":
      return !isBindRejected(state, event.force);
    case "release":
      return bindingStateOf(state, event.slot) !== undefined;
    case "bindSucceeded":
      return isBindPending(model, event.slot) && canBeUser(event.user, event.slot, state, model);
    case "bindFailed": {
      if (!isBindPending(model, event.slot)) return false;
      if (event.acceptedAs) return canBeUser(event.acceptedAs, event.slot, state, model);
      // A conflict means that another client holds the player, so this socket does not.
      return event.failure.kind !== "conflict" || model.slots[event.slot]!.sessions === 0;
    }
  }
}

const isObserved = (state: MachineState): boolean => {
  const phase = phaseOf(state);
  return phase !== "idle" && phase !== "closed" && phase !== "unauthorized";
};

const isBindPending = (model: Model, slot: number): boolean => model.slots[slot]!.bind !== "none";

/**
 * A token source may return a token of another player at each bind, but not while a bind of the
 * same request is unconfirmed. Until a slot has a player, the players are interchangeable.
 */
function canBeUser(user: User, slot: number, state: MachineState, model: Model): boolean {
  const { unconfirmedUser, sessions, syncedUser } = model.slots[slot]!;
  if (unconfirmedUser) return user === unconfirmedUser;
  return user === 1 || userOf(state, slot) !== 0 || sessions !== 0 || syncedUser !== 0;
}

const CLOCK_CHECK_MS = 30_000;
const LONGEST_TIMER_MS = 3_600_000;

/**
 * When the timer of the host fires. While the host is awake the checks of the clock in between are
 * left out: a tick before its time changes nothing.
 */
export function timerAt({ state, model: { now, armedAt }, dueAt }: Node): number {
  const due = Math.max(dueAt, armedAt);
  if (now === armedAt) return due;
  const longest = phaseOf(state) === "open" ? CLOCK_CHECK_MS : LONGEST_TIMER_MS;
  return due === Infinity ? due : Math.min(due, armedAt + longest);
}
