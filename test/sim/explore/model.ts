import type { MachineState } from "./adapter.js";
import type { MachineEvent, User } from "./protocol.js";

const RAPID_CLOSE_MS = 10_000;
const RAPID_CLOSES_WITHIN_MS = 120_000;

/** One slot as seen by the server and by the promises that the client makes about it. */
export interface SlotModel {
  /** The bind under way on the live socket. */
  bind: "none" | "plain" | "forced";
  /** The server accepted a bind on the live socket, and the client knows. */
  isConfirmed: boolean;
  /** Bit 1: the live socket may hold the first player for this slot; bit 2: the second. */
  sessions: number;
  /** Player of an accepted bind of the present request whose reply was lost. */
  unconfirmedUser: User | 0;
  /** The present request allows one forced bind. */
  isForceAllowed: boolean;
  /** The player of the last sync. */
  syncedUser: User | 0;
  /** The machine discarded its session, so the next sync may be `first`. */
  isDiscarded: boolean;
  /** Time of the last frame on the socket that held the slot and is gone. */
  gapSince: number | undefined;
  isExclusive: boolean;
  /** When the server last accepted the present request. */
  acceptedAt: number | undefined;
  /** When the first conflict since then came. */
  conflictSince: number | undefined;
  /** Clean closes soon after an accepted exclusive bind. */
  rapidCloses: readonly number[];
}

/** The host, the socket and the server around the machine. */
export interface Model {
  now: number;
  /** When the host's timer was last armed; earlier than `now` after a sleep. */
  armedAt: number;
  frames: number;
  lastFrameAt: number;
  socket: "none" | "opening" | "open";
  isLoginPending: boolean;
  /** On the live socket. */
  isLoggedIn: boolean;
  /** When a probe was sent that no frame followed. */
  unansweredSince: number | undefined;
  slots: SlotModel[];
}

/** Machine and environment together. */
export interface Node {
  readonly state: MachineState;
  readonly model: Model;
  /** When the machine needs a tick. */
  readonly dueAt: number;
}

export const createSlot = (): SlotModel => ({
  bind: "none",
  isConfirmed: false,
  sessions: 0,
  unconfirmedUser: 0,
  isForceAllowed: false,
  syncedUser: 0,
  isDiscarded: false,
  gapSince: undefined,
  isExclusive: false,
  acceptedAt: undefined,
  conflictSince: undefined,
  rapidCloses: [],
});

export const createModel = (slots: number): Model => ({
  now: 1_000_000,
  armedAt: 1_000_000,
  frames: 0,
  lastFrameAt: 1_000_000,
  socket: "none",
  isLoginPending: false,
  isLoggedIn: false,
  unansweredSince: undefined,
  slots: Array.from({ length: slots }, createSlot),
});

// Field by field: a spread takes several times as long, and this runs once for each transition.
const copySlot = (slot: SlotModel): SlotModel => ({
  bind: slot.bind,
  isConfirmed: slot.isConfirmed,
  sessions: slot.sessions,
  unconfirmedUser: slot.unconfirmedUser,
  isForceAllowed: slot.isForceAllowed,
  syncedUser: slot.syncedUser,
  isDiscarded: slot.isDiscarded,
  gapSince: slot.gapSince,
  isExclusive: slot.isExclusive,
  acceptedAt: slot.acceptedAt,
  conflictSince: slot.conflictSince,
  rapidCloses: slot.rapidCloses,
});

export const copyModel = (model: Model): Model => ({
  now: model.now,
  armedAt: model.armedAt,
  frames: model.frames,
  lastFrameAt: model.lastFrameAt,
  socket: model.socket,
  isLoginPending: model.isLoginPending,
  isLoggedIn: model.isLoggedIn,
  unansweredSince: model.unansweredSince,
  slots:
    model.slots.length === 1
      ? [copySlot(model.slots[0]!)]
      : [copySlot(model.slots[0]!), copySlot(model.slots[1]!)],
});

export function receiveFrame(model: Model): void {
  model.frames++;
  model.lastFrameAt = model.now;
  model.unansweredSince = undefined;
}

/** The socket ended or was left: the server holds nothing on it any more. */
export function dropSocket(model: Model): void {
  model.socket = "none";
  model.isLoginPending = model.isLoggedIn = false;
  model.unansweredSince = undefined;
  for (const slot of model.slots) {
    if (slot.isConfirmed) slot.gapSince ??= model.lastFrameAt;
    slot.isConfirmed = false;
    slot.bind = "none";
    slot.sessions = slot.unconfirmedUser = 0;
  }
}

function countRapidClose(slot: SlotModel, now: number): void {
  const { isExclusive, isConfirmed, acceptedAt, rapidCloses } = slot;
  if (!isExclusive || !isConfirmed || acceptedAt === undefined) return;
  if (now - acceptedAt > RAPID_CLOSE_MS) return;
  slot.rapidCloses = [...rapidCloses.filter((at) => now - at < RAPID_CLOSES_WITHIN_MS), now];
}

/** What the event means for the socket and the server. */
export function applyEvent(model: Model, event: MachineEvent): void {
  switch (event.type) {
    case "socketOpened":
      model.socket = "open";
      return receiveFrame(model);
    case "socketEnded":
      if (event.clean) for (const slot of model.slots) countRapidClose(slot, model.now);
      return dropSocket(model);
    case "loggedIn":
      model.isLoginPending = false;
      model.isLoggedIn = true;
      return receiveFrame(model);
    case "loginFailed":
      model.isLoginPending = false;
      if (event.failure.outcome === "refused") receiveFrame(model);
      return;
    case "requestBind": {
      const slot = model.slots[event.slot]!;
      slot.isForceAllowed = event.force;
      slot.isExclusive = event.exclusive;
      slot.unconfirmedUser = 0;
      slot.acceptedAt = slot.conflictSince = undefined;
      return;
    }
    case "bindSucceeded": {
      const slot = model.slots[event.slot]!;
      slot.bind = "none";
      slot.isConfirmed = true;
      slot.sessions |= event.user;
      slot.unconfirmedUser = 0;
      slot.acceptedAt = model.now;
      slot.conflictSince = undefined;
      return receiveFrame(model);
    }
    case "bindFailed": {
      const slot = model.slots[event.slot]!;
      slot.bind = "none";
      if (event.acceptedAs) {
        slot.sessions |= event.acceptedAs;
        slot.unconfirmedUser = event.acceptedAs;
      }
      if (event.failure.kind === "conflict") slot.conflictSince ??= model.now;
      if (event.failure.outcome === "refused") receiveFrame(model);
      return;
    }
    default:
  }
}

const BINDS = { none: 0, plain: 1, forced: 2 } as const;
const SOCKETS = { none: 0, opening: 1, open: 2 } as const;

/** Below 2 ** 6. */
export function modelKey({ socket, isLoginPending, isLoggedIn, now, armedAt }: Model): number {
  const late = now - armedAt > 65_000 ? 1 : 0;
  return ((SOCKETS[socket] * 2 + +isLoginPending) * 2 + +isLoggedIn) * 2 + late;
}

/** Below 2 ** 13. Players are renamed so that the one of the machine's session is the first. */
export function slotModelKey(slot: SlotModel, sessionUser: User | 0): number {
  const { sessions } = slot;
  const isSwapped = sessionUser === 2;
  let key: number = BINDS[slot.bind];
  key = key * 2 + +slot.isConfirmed;
  key = key * 4 + (isSwapped ? ((sessions & 1) << 1) | (sessions >> 1) : sessions);
  key = key * 3 + rename(slot.unconfirmedUser, isSwapped);
  key = key * 2 + +slot.isForceAllowed;
  key = key * 3 + rename(slot.syncedUser, isSwapped);
  key = key * 2 + +slot.isDiscarded;
  key = key * 2 + +(slot.gapSince !== undefined);
  return key * 2 + +(sessionUser !== 0);
}

const rename = (user: User | 0, isSwapped: boolean): number =>
  isSwapped && user !== 0 ? 3 - user : user;
