import { GatewayError } from "../../../src/errors.js";
import {
  bindFailed,
  bindSucceeded,
  connect,
  disconnect,
  ended,
  hint,
  loggedIn,
  loginFailed,
  opened,
  release,
  requestBind,
  step as stepMachine,
  tick,
  tokenSet,
  type Event,
} from "../../../src/connection/machine.js";
import { bindRejection } from "../../../src/connection/binding.js";
import {
  initialState,
  nextTickAt as machineNextTickAt,
  type Effects,
  type MachineOptions,
  type Slot,
  type State,
} from "../../../src/connection/state.js";
import type { WebSocketSession } from "../../../src/wire/models.js";
import {
  SLOT_NAMES,
  type Effect,
  type Failure,
  type Input,
  type MachineEvent,
  type Phase,
  type User,
} from "./protocol.js";

// Everything that depends on the machine's own types is in this file.

export type MachineState = State;

export const OPTIONS: MachineOptions = {
  idleMs: 20_000,
  probeTimeoutMs: 5_000,
  conflictGraceMs: 15_000,
  loopback: false,
};

export const initial: MachineState = initialState;

const SESSIONS: Readonly<Record<User, WebSocketSession>> = {
  1: { userId: "alice" } as WebSocketSession,
  2: { userId: "bob" } as WebSocketSession,
};

const PHASES: readonly Phase[] = [
  "idle",
  "closed",
  "unauthorized",
  "waiting",
  "opening",
  "loggingIn",
  "open",
];

const errors = new Map<string, GatewayError>();

/** Equal failures share one error, so that a step allocates none. */
function errorOf({ kind, outcome }: Failure): GatewayError {
  const key = `${kind} ${outcome}`;
  let error = errors.get(key);
  if (!error) errors.set(key, (error = new GatewayError({ kind, outcome, message: kind })));
  return error;
}

function toMachineEvent(event: MachineEvent, now: number, lateMs: number): Event {
  switch (event.type) {
    case "connect":
      return connect;
    case "disconnect":
      return disconnect;
    case "socketOpened":
      return opened;
    case "socketEnded": {
      const fatal = event.fatal
        ? errorOf({ kind: "invalidArgument", outcome: "notSent" })
        : undefined;
      return (t) => ended(t, event.clean, fatal);
    }
    case "loggedIn":
      return (t) => loggedIn(t, now + event.renewInMs);
    case "loginFailed":
      return (t) => loginFailed(t, errorOf(event.failure));
    case "tokenSet":
      return (t) => tokenSet(t, now + event.renewInMs);
    case "hint":
      return (t) => hint(t, event.hint);
    case "tick":
      return (t) => tick(t, lateMs);
    case "requestBind":
      return (t) => requestBind(t, SLOT_NAMES[event.slot]!, event.exclusive, event.force);
    case "release":
      return (t) => release(t, SLOT_NAMES[event.slot]!);
    case "bindSucceeded":
      return (t) => bindSucceeded(t, SLOT_NAMES[event.slot]!, SESSIONS[event.user]);
    case "bindFailed":
      return (t) => bindFailed(t, SLOT_NAMES[event.slot]!, errorOf(event.failure));
  }
}

const OTHER: Effect = { type: "other" };
let recorded: Effect[] = [];

const recorder: Effects = {
  openSocket: () => recorded.push({ type: "openSocket" }),
  leaveSocket: () => recorded.push({ type: "leaveSocket" }),
  login: (renew) => recorded.push({ type: "login", renew }),
  bind: (slot, force, renew) => recorded.push({ type: "bind", slot, force, renew }),
  probe: () => recorded.push({ type: "probe" }),
  sync: (slot, reason, since) => recorded.push({ type: "sync", slot, reason, since }),
  forgetNotifications: () => recorded.push({ type: "forgetNotifications" }),
  forgetTokens: () => recorded.push(OTHER),
  retried: () => recorded.push(OTHER),
};

/** @param socketNumber the generation of the socket that an event of a socket comes from */
export function step(
  state: MachineState,
  event: MachineEvent,
  input: Input,
  lateMs: number,
  socketNumber: number,
): { readonly state: MachineState; readonly effects: readonly Effect[] } {
  const after = stepMachine(
    state,
    toMachineEvent(event, input.now, lateMs),
    input,
    OPTIONS,
    socketNumber,
  );
  recorded = [];
  for (const effect of after.effects) effect(recorder);
  return { state: after, effects: recorded };
}

export const phaseOf = (state: MachineState): Phase => PHASES[state.phase]!;
export const generationOf = (state: MachineState): number => state.generation;
export const isInBackForwardCache = (state: MachineState): boolean => !!state.inBackForwardCache;
export const renewAtOf = (state: MachineState): number => state.renewAt;
/** A probe whose reply has not come. */
export const isProbing = (state: MachineState, frames: number): boolean =>
  state.probedAt < Infinity && frames <= state.probedFrames;
export const nextTickAt = (state: MachineState, lastFrameAt: number): number =>
  machineNextTickAt(state, OPTIONS, lastFrameAt);
export const isBindRejected = (state: MachineState, force: boolean): boolean =>
  bindRejection(state, force) !== undefined;

const slotOf = (state: MachineState, slot: number): Slot | undefined =>
  state.slots[SLOT_NAMES[slot]!];

export type BindingState = Slot["state"];

export const bindingStateOf = (state: MachineState, slot: number): BindingState | undefined =>
  slotOf(state, slot)?.state;

export function userOf(state: MachineState, slot: number): User | 0 {
  const userId = slotOf(state, slot)?.session?.userId;
  return userId === undefined ? 0 : userId === "alice" ? 1 : 2;
}

// Classes of times, as distinguished by the machine's limits.
const classOf = (ageMs: number, ...limits: readonly number[]): number => {
  let index = 0;
  while (index < limits.length && ageMs >= limits[index]!) index++;
  return index;
};

/** 0: never, 1: later, 2: due. */
const dueClass = (at: number, now: number): number => (at === Infinity ? 0 : at > now ? 1 : 2);

const ERROR_CLASSES: Readonly<Record<string, number>> = {
  unauthorized: 1,
  conflict: 2,
  badRequest: 3,
  notConnected: 4,
};
const errorClass = (error: GatewayError | undefined): number =>
  error ? (ERROR_CLASSES[error.kind] ?? 5) : 0;

const BINDING_STATES = { wanted: 1, binding: 2, held: 3, replaced: 4, failed: 5 } as const;

const bit = (value: unknown): number => (value ? 1 : 0);

/**
 * The state of the connection as a number below 2 ** 20: times by class, the generation left out.
 * `attempt`, `reason`, `error` and `everOpen` are left out too: only the public status reads them.
 */
export function connectionKey(state: MachineState, input: Input, dueAt: number): number {
  const { now } = input;
  const isOpen = phaseOf(state) === "open";
  const probed = state.probedAt === Infinity ? 0 : now < state.probedAt + 5_000 ? 1 : 2;
  let key: number = state.phase;
  key = key * 3 + dueClass(state.nextRetryAt, now);
  key = key * 2 + bit(state.urgent);
  key = key * 2 + bit(state.inBackForwardCache);
  key = key * 2 + bit(state.offline);
  key =
    key * 4 +
    (state.hiddenSince === Infinity ? 0 : 1 + classOf(now - state.hiddenSince, 30_000, 300_000));
  key = key * 2 + bit(now - state.attemptAt >= 1_000);
  key =
    key * 3 + (state.stableSince === undefined ? 0 : 1 + bit(now - state.stableSince >= 10_000));
  key = key * 2 + bit(state.outage);
  key = key * 3 + dueClass(state.renewAt, now);
  key = key * 3 + probed;
  key = key * 2 + bit(probed > 0 && input.frames > state.probedFrames);
  key = key * 2 + bit(isOpen && now >= input.lastFrameAt + OPTIONS.idleMs);
  return key * 4 + (isOpen ? nextDueIndex(state, dueAt) : 0);
}

/** Which of several times comes first decides what the next tick does. */
function nextDueIndex(state: MachineState, at: number): number {
  if (at === state.renewAt) return 0;
  if (at === slotOf(state, 0)?.retryAt) return 1;
  return at === slotOf(state, 1)?.retryAt ? 2 : 3;
}

/** The state of one slot as a number below 2 ** 22; its user is in the model's key. */
export function slotKey(state: MachineState, slot: number, now: number): number {
  const one = slotOf(state, slot);
  if (!one) return 0;
  const { retryAt = 0, conflictSince, acceptedAt, rapidCloses = [] } = one;
  let key: number = BINDING_STATES[one.state];
  key = key * 2 + bit(one.exclusive);
  key = key * 2 + bit(one.force);
  key = key * 2 + bit(one.forced);
  key = key * 2 + bit(one.renewNext);
  key = key * 2 + bit(one.renewed);
  key = key * 3 + (acceptedAt === undefined ? 0 : 1 + bit(now - acceptedAt > 30_000));
  key = key * 2 + bit(one.heldOn);
  key = key * 3 + (one.unconfirmedBind ? (one.unconfirmedBind === "own" ? 1 : 2) : 0);
  key = key * 2 + bit(one.gapSince !== undefined);
  key = key * 3 + rapidCloses.filter((at) => now - at < 120_000).length;
  key = key * 3 + (conflictSince === undefined ? 0 : 1 + bit(now - conflictSince >= 15_000));
  key = key * 2 + bit(retryAt > now);
  key = key * 3 + (one.replacedBy ? (one.replacedBy === "conflict" ? 1 : 2) : 0);
  return key * 6 + errorClass(one.error);
}

/** For traces. */
export function describeState(state: MachineState): string {
  const slots = SLOT_NAMES.flatMap((name) => {
    const slot = state.slots[name];
    if (!slot) return [];
    const { error, session, unconfirmedBind } = slot;
    const details = [
      session?.userId,
      error?.kind,
      unconfirmedBind && `unconfirmed ${unconfirmedBind}`,
    ];
    return [[name, slot.state, ...details.filter(Boolean)].join(" ")];
  });
  return [phaseOf(state), ...slots].join("; ");
}

/** Fields that a key reads or leaves out on purpose; any other field is reported. */
const CONNECTION_FIELDS = new Set([
  "phase",
  "generation",
  "attempt",
  "attemptAt",
  "outage",
  "nextRetryAt",
  "urgent",
  "everOpen",
  "stableSince",
  "reason",
  "error",
  "offline",
  "hiddenSince",
  "inBackForwardCache",
  "renewAt",
  "probedAt",
  "probedFrames",
  "slots",
  "now",
  "random",
  "frames",
  "lastFrameAt",
  "options",
  "effects",
]);
const SLOT_FIELDS = new Set([
  "state",
  "exclusive",
  "force",
  "forced",
  "renewNext",
  "renewed",
  "acceptedAt",
  "heldOn",
  "unconfirmedBind",
  "session",
  "gapSince",
  "rapidCloses",
  "conflictSince",
  "retryAt",
  "replacedBy",
  "error",
]);

export function unknownFields(state: MachineState): string[] {
  const ofSlots = Object.values(state.slots).flatMap((slot) =>
    Object.keys(slot).filter((field) => !SLOT_FIELDS.has(field)),
  );
  return [...Object.keys(state).filter((field) => !CONNECTION_FIELDS.has(field)), ...ofSlots];
}
