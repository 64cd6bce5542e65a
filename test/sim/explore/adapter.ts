import { bindRejection } from "../../../src/connection/binding.js";
import { step as stepMachine, type ConnectionEvent } from "../../../src/connection/machine.js";
import {
  initialState,
  nextTickAt as machineNextTickAt,
  type Effect as MachineEffect,
  type MachineOptions,
  type Slot,
  type State,
} from "../../../src/connection/state.js";
import { GatewayError } from "../../../src/errors.js";
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

// What depends on the machine's own types is in this file and in stateKey.ts.

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

const errors = new Map<string, GatewayError>();

/** Equal failures share one error, so that a step allocates none. */
function errorOf({ kind, outcome }: Failure): GatewayError {
  const key = `${kind} ${outcome}`;
  let error = errors.get(key);
  if (!error) errors.set(key, (error = new GatewayError({ kind, outcome, message: kind })));
  return error;
}

function toMachineEvent(event: MachineEvent, lateMs: number, generation: number): ConnectionEvent {
  switch (event.type) {
    case "connect":
    case "disconnect":
    case "tokenSet":
    case "hint":
      return event;
    case "socketOpened":
      return { type: event.type, generation };
    case "socketEnded": {
      const error = event.fatal
        ? errorOf({ kind: "invalidArgument", outcome: "notSent" })
        : undefined;
      return { type: event.type, generation, clean: event.clean, error };
    }
    case "loggedIn":
      return { type: event.type, generation, renewInMs: event.renewInMs };
    case "loginFailed":
      return { type: event.type, generation, error: errorOf(event.failure) };
    case "tick":
      return { type: event.type, lateMs };
    case "requestBind": {
      const { exclusive, force } = event;
      return {
        type: event.type,
        slot: SLOT_NAMES[event.slot]!,
        exclusive,
        force,
      };
    }
    case "release":
      return { type: event.type, slot: SLOT_NAMES[event.slot]! };
    case "bindSucceeded": {
      const slot = SLOT_NAMES[event.slot]!;
      return {
        type: event.type,
        generation,
        slot,
        session: SESSIONS[event.user],
      };
    }
    case "bindFailed": {
      const slot = SLOT_NAMES[event.slot]!;
      return {
        type: event.type,
        generation,
        slot,
        error: errorOf(event.failure),
      };
    }
  }
}

const OTHER: Effect = { type: "other" };

function toEffect(effect: MachineEffect): Effect {
  switch (effect.type) {
    case "invalidateTokens":
    case "reportBindRetry":
    case "reportRenewalRetry":
      return OTHER;
    default:
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
  const after = stepMachine(state, toMachineEvent(event, lateMs, socketNumber), input, OPTIONS);
  return { state: after.state, effects: after.effects.map(toEffect) };
}

export const phaseOf = (state: MachineState): Phase => state.phase;
export const generationOf = (state: MachineState): number => state.generation;
export const isInBackForwardCache = (state: MachineState): boolean => !!state.inBackForwardCache;
export const renewAtOf = (state: MachineState): number => state.renewAt;
/** A suspicion that no frame has answered. */
export const isProbing = (state: MachineState, frames: number): boolean =>
  state.suspectedAt < Infinity && frames <= state.suspectedFrames;
export const nextTickAt = (state: MachineState, lastFrameAt: number): number =>
  machineNextTickAt(state, OPTIONS, lastFrameAt);
export const isBindRejected = (state: MachineState, force: boolean): boolean =>
  bindRejection(state, force) !== undefined;

export const slotOf = (state: MachineState, slot: number): Slot | undefined =>
  state.slots[SLOT_NAMES[slot]!];

export type BindingState = Slot["state"];

export const bindingStateOf = (state: MachineState, slot: number): BindingState | undefined =>
  slotOf(state, slot)?.state;

export function userOf(state: MachineState, slot: number): User | 0 {
  const userId = slotOf(state, slot)?.history.session?.userId;
  return userId === undefined ? 0 : userId === "alice" ? 1 : 2;
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
