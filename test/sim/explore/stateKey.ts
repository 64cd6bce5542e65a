import type { Slot } from "../../../src/connection/state.js";
import type { GatewayError } from "../../../src/errors.js";
import { OPTIONS, phaseOf, slotOf, type MachineState } from "./adapter.js";
import type { Input, Phase } from "./protocol.js";

const PHASES: Readonly<Record<Phase, number>> = {
  idle: 0,
  closed: 1,
  unauthorized: 2,
  waiting: 3,
  opening: 4,
  loggingIn: 5,
  open: 6,
};

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

const BINDING_STATES = {
  wanted: 1,
  binding: 2,
  held: 3,
  replaced: 4,
  failed: 5,
} as const;

const bit = (value: unknown): number => (value ? 1 : 0);

/**
 * The state of the connection as a number below 2 ** 22: times by class, the generation left out.
 * `attempt`, `reason`, `error` and `everOpen` are left out too: only the public status reads them.
 */
export function connectionKey(state: MachineState, input: Input, dueAt: number): number {
  const { now } = input;
  const isOpen = phaseOf(state) === "open";
  const { suspectedAt, probeAt } = state;
  const isProbeDue = probeAt < Infinity ? 1 : 2;
  const suspected = suspectedAt === Infinity ? 0 : now < suspectedAt + 5_000 ? isProbeDue : 3;
  let key = PHASES[state.phase];
  key = key * 3 + dueClass(state.nextRetryAt, now);
  key = key * 2 + bit(state.urgent);
  key = key * 2 + bit(state.isSecondAttempt);
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
  key = key * 4 + suspected;
  key = key * 2 + bit(suspected > 0 && input.frames > state.suspectedFrames);
  key = key * 2 + bit(isOpen && now >= input.lastFrameAt + OPTIONS.idleMs);
  return key * 4 + (isOpen ? nextDueIndex(state, dueAt) : 0);
}

/** Which of several times comes first decides what the next tick does. */
function nextDueIndex(state: MachineState, at: number): number {
  if (at === state.renewAt) return 0;
  if (at === retryAtOf(slotOf(state, 0))) return 1;
  return at === retryAtOf(slotOf(state, 1)) ? 2 : 3;
}

const retryAtOf = (slot: Slot | undefined): number | undefined =>
  slot?.state === "wanted" ? slot.retryAt : undefined;

/** The state of one slot as a number below 2 ** 20; its user is in the model's key. */
export function slotKey(state: MachineState, slot: number, now: number): number {
  const one = slotOf(state, slot);
  if (!one) return 0;
  const { exclusive, isHeldByServer, unconfirmedBind, gapSince } = one.history;
  const { acceptedAt, rapidCloses = [] } = one.history;
  let key: number = BINDING_STATES[one.state];
  key = key * 2 + bit(exclusive);
  key = key * 3 + (acceptedAt === undefined ? 0 : 1 + bit(now - acceptedAt > 10_000));
  key = key * 2 + bit(isHeldByServer);
  key = key * 3 + (unconfirmedBind ? (unconfirmedBind === "own" ? 1 : 2) : 0);
  key = key * 2 + bit(gapSince !== undefined);
  key = key * 5 + rapidCloses.filter((at) => now - at < 120_000).length;
  return key * 288 + progressKey(one, now);
}

const conflictClass = (since: number | undefined, now: number): number =>
  since === undefined ? 0 : 1 + bit(now - since >= OPTIONS.conflictGraceMs);

/** Below 288. */
function progressKey(slot: Slot, now: number): number {
  switch (slot.state) {
    case "wanted": {
      const { retryAt = -Infinity } = slot;
      let key = conflictClass(slot.conflictSince, now);
      key = key * 2 + bit(slot.force);
      key = key * 2 + bit(slot.renewNext);
      key = key * 2 + bit(slot.renewed);
      key = key * 2 + bit(retryAt > now);
      return key * 6 + errorClass(slot.error);
    }
    case "binding":
      return (
        ((conflictClass(slot.conflictSince, now) * 2 + bit(slot.forced)) * 2 + bit(slot.renewed)) *
          2 +
        bit(slot.renews)
      );
    case "held":
      return 0;
    case "replaced":
      return bit(slot.replacedBy === "conflict");
    case "failed":
      return errorClass(slot.error);
  }
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Fields that a key reads or leaves out on purpose; any other field is reported. */
const CONNECTION_FIELDS = words(`
  phase generation attempt attemptAt outage nextRetryAt urgent everOpen
  stableSince reason error offline hiddenSince inBackForwardCache renewAt suspectedAt
  suspectedFrames probeAt isSecondAttempt
`);
const SLOT_FIELDS = words(`
  state force forced renewNext renews renewed conflictSince retryAt replacedBy error failure
`);
const HISTORY_FIELDS = words(`
  exclusive isHeldByServer unconfirmedBind session namespaceName acceptedAt gapSince rapidCloses
`);

export function unknownFields({ slots, ...connection }: MachineState): string[] {
  const unknown = (of: object, known: ReadonlySet<string>): string[] =>
    Object.keys(of).filter((field) => !known.has(field));
  return [
    ...unknown(connection, CONNECTION_FIELDS),
    ...Object.values(slots).flatMap(({ history, ...slot }) => [
      ...unknown(slot, SLOT_FIELDS),
      ...unknown(history, HISTORY_FIELDS),
    ]),
  ];
}
