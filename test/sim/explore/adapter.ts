import { GatewayError } from "../../../src/errors.js";
import { step as stepMachine, type ConnectionEvent } from "../../../src/connection/machine.js";
import { bindRejection } from "../../../src/connection/binding.js";
import {
  initialState,
  nextTickAt as machineNextTickAt,
  type Effect as MachineEffect,
  type MachineOptions,
  type Slot,
  type SlotHistory,
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

/** @param generation number of the socket that an event of a socket comes from */
function toMachineEvent(event: MachineEvent, lateMs: number, generation: number): ConnectionEvent {
  switch (event.type) {
    case "connect":
    case "disconnect":
      return { type: event.type };
    case "socketOpened":
      return { type: "socketOpened", generation };
    case "socketEnded": {
      const fatal = event.fatal
        ? errorOf({ kind: "invalidArgument", outcome: "notSent" })
        : undefined;
      return { type: "socketEnded", generation, clean: event.clean, fatal };
    }
    case "loggedIn":
      return { type: "loggedIn", generation, renewInMs: event.renewInMs };
    case "loginFailed":
      return { type: "loginFailed", generation, error: errorOf(event.failure) };
    case "tokenSet":
      return { type: "tokenSet", renewInMs: event.renewInMs };
    case "hint":
      return { type: "hint", hint: event.hint };
    case "tick":
      return { type: "tick", lateMs };
    case "requestBind": {
      const { exclusive, force } = event;
      return { type: "requestBind", slot: SLOT_NAMES[event.slot]!, exclusive, force };
    }
    case "release":
      return { type: "release", slot: SLOT_NAMES[event.slot]! };
    case "bindSucceeded": {
      const session = SESSIONS[event.user];
      return { type: "bindSucceeded", generation, slot: SLOT_NAMES[event.slot]!, session };
    }
    case "bindFailed": {
      const error = errorOf(event.failure);
      return { type: "bindFailed", generation, slot: SLOT_NAMES[event.slot]!, error };
    }
  }
}

const OTHER: Effect = { type: "other" };

function toModelEffect(effect: MachineEffect): Effect {
  switch (effect.type) {
    case "invalidateTokens":
    case "reportBindRetry":
    case "reportRenewalRetry":
      return OTHER;
    case "openSocket":
    case "leaveSocket":
    case "login":
    case "bind":
    case "probe":
    case "forgetNotifications":
    case "sync":
      return effect;
  }
}

/** @param socketNumber the generation of the socket that an event of a socket comes from */
export function step(
  state: MachineState,
  event: MachineEvent,
  input: Input,
  lateMs: number,
  socketNumber: number,
): { readonly state: MachineState; readonly effects: readonly Effect[] } {
  const machineEvent = toMachineEvent(event, lateMs, socketNumber);
  const after = stepMachine(state, machineEvent, input, OPTIONS);
  return { state: after.state, effects: after.effects.map(toModelEffect) };
}

export const phaseOf = (state: MachineState): Phase => state.phase;
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

type EverySlot = Slot extends infer S ? (S extends unknown ? keyof S : never) : never;
type FieldOf<S, Name extends PropertyKey> = S extends unknown
  ? Name extends keyof S
    ? S[Name]
    : never
  : never;

/** A slot with the fields of every state, and those of its history. */
type FlatSlot = SlotHistory & { readonly [Name in EverySlot]?: FieldOf<Slot, Name> };

function flatSlotOf(state: MachineState, slot: number): FlatSlot | undefined {
  const one = slotOf(state, slot);
  return one && { ...one.history, ...one };
}

export type BindingState = Slot["state"];

export const bindingStateOf = (state: MachineState, slot: number): BindingState | undefined =>
  slotOf(state, slot)?.state;

export function userOf(state: MachineState, slot: number): User | 0 {
  const userId = slotOf(state, slot)?.history.session?.userId;
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
  let key: number = PHASES.indexOf(state.phase);
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
  if (at === flatSlotOf(state, 0)?.retryAt) return 1;
  return at === flatSlotOf(state, 1)?.retryAt ? 2 : 3;
}

/** The state of one slot as a number below 2 ** 22; the user of its session is in the model's key. */
export function slotKey(state: MachineState, slot: number, now: number): number {
  const one = flatSlotOf(state, slot);
  if (!one) return 0;
  const { retryAt = 0, conflictSince, acceptedAt, rapidCloses = [] } = one;
  let key: number = BINDING_STATES[one.state!];
  key = key * 2 + bit(one.exclusive);
  key = key * 2 + bit(one.force);
  key = key * 2 + bit(one.forced);
  key = key * 2 + bit(one.renewNext);
  key = key * 2 + bit(one.renewed);
  key = key * 3 + (acceptedAt === undefined ? 0 : 1 + bit(now - acceptedAt > 30_000));
  key = key * 2 + bit(one.isHeldByServer);
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
    const { session, unconfirmedBind } = slot.history;
    const error = "error" in slot ? slot.error : undefined;
    const details = [
      session?.userId,
      error?.kind,
      unconfirmedBind && `unconfirmed ${unconfirmedBind}`,
    ];
    return [[name, slot.state, ...details.filter(Boolean)].join(" ")];
  });
  return [phaseOf(state), ...slots].join("; ");
}

/** Fields that a key reads, or leaves out on purpose. A new field of the machine must be decided on. */
const CONNECTION_FIELDS = new Set(
  "phase generation attempt attemptAt outage nextRetryAt urgent everOpen stableSince reason error offline hiddenSince inBackForwardCache renewAt probedAt probedFrames slots".split(
    " ",
  ),
);
const SLOT_FIELDS = new Set(
  "state history exclusive force forced renewNext renewed acceptedAt isHeldByServer unconfirmedBind session gapSince rapidCloses conflictSince retryAt replacedBy error".split(
    " ",
  ),
);

export function unknownFields(state: MachineState): string[] {
  const ofSlots = Object.values(state.slots).flatMap((slot) =>
    Object.keys({ ...slot.history, ...slot }).filter((field) => !SLOT_FIELDS.has(field)),
  );
  return [...Object.keys(state).filter((field) => !CONNECTION_FIELDS.has(field)), ...ofSlots];
}
