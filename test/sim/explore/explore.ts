import { describeState, generationOf, initial, step, type MachineState } from "./adapter.js";
import { canOccur, eventsOf } from "./events.js";
import { keyOf } from "./key.js";
import { KeySet } from "./keySet.js";
import { Liveness } from "./liveness.js";
import { createModel, type Node } from "./model.js";
import { SLOT_NAMES, type Effect, type ExplorerEvent } from "./protocol.js";
import { unknownFields } from "./stateKey.js";
import { transition } from "./transition.js";

export interface ExploreOptions {
  /** Longest sequence of events. */
  readonly depth: number;
  readonly slots: 1 | 2;
  /** Stops after so many distinct states. */
  readonly maxStates: number;
  readonly timeLimitMs: number;
  readonly onDepth?: (level: Level) => void;
}

export interface Level {
  readonly depth: number;
  /** Distinct states first reached at this depth. */
  readonly newStates: number;
  readonly states: number;
  readonly transitions: number;
  readonly elapsedMs: number;
}

export interface ExploreResult {
  readonly states: number;
  readonly transitions: number;
  /** Every sequence of this length was explored. */
  readonly depth: number;
  readonly elapsedMs: number;
  /** `all`: no state is left to reach. */
  readonly end: "all" | "depth" | "states" | "time" | "violation";
  readonly violation?: string;
  /** The shortest sequence of events to the violation, one line for each. */
  readonly trace?: string;
}

interface FrontierNode extends Node {
  readonly id: number;
}

/** How often a step with an event of an earlier socket is tried. */
const OUTDATED_EVERY = 16;
const CLOCK_EVERY = 256;

/** Breadth-first search over every order of events. */
export function explore({
  depth: maxDepth,
  slots,
  maxStates,
  timeLimitMs,
  onDepth,
}: ExploreOptions): ExploreResult {
  const startedAt = performance.now();
  const events = eventsOf(slots);
  const seen = new KeySet();
  const liveness = new Liveness();
  const paths = new Paths(events);
  let frontier: FrontierNode[] = [];
  let start: FrontierNode = {
    state: initial,
    model: createModel(slots),
    dueAt: Infinity,
    id: paths.add(0, 0),
  };
  seen.add(keyOf(start));
  for (const index of [...startPath(events, slots), undefined]) {
    frontier.push(start);
    if (index === undefined) break;
    const id = paths.add(start.id, index);
    start = { ...transition(start, events[index]!), id };
    seen.add(keyOf(start));
  }
  let transitions = 0;
  let depth = 0;
  const result = (end: ExploreResult["end"], failure?: Failure): ExploreResult => ({
    states: seen.size,
    transitions,
    depth,
    elapsedMs: performance.now() - startedAt,
    end,
    ...failure,
  });

  while (frontier.length > 0) {
    if (depth === maxDepth) return result("depth");
    const next: FrontierNode[] = [];
    for (const [position, node] of frontier.entries()) {
      if (position % CLOCK_EVERY === 0 && performance.now() - startedAt > timeLimitMs) {
        return result("time");
      }
      for (let index = 0; index < events.length; index++) {
        const event = events[index]!;
        if (!canOccur(event, node)) continue;
        transitions++;
        const after = transition(node, event);
        if (after.violation) {
          return result("violation", paths.failure(slots, node.id, [event], after.violation));
        }
        if (!seen.add(keyOf(after))) continue;
        const id = paths.add(node.id, index);
        const failure =
          checkFields(after.state) ??
          (id % OUTDATED_EVERY === 0 ? checkOutdatedEvents(after) : undefined);
        if (failure) {
          return result("violation", paths.failure(slots, node.id, [event], failure));
        }
        const stuck = liveness.check(after);
        if (stuck) {
          const tail = [event, ...stuck.events];
          return result("violation", paths.failure(slots, node.id, tail, stuck.violation));
        }
        if (seen.size >= maxStates) return result("states");
        next.push({ state: after.state, model: after.model, dueAt: after.dueAt, id });
      }
    }
    depth++;
    onDepth?.({
      depth,
      newStates: next.length,
      states: seen.size,
      transitions,
      elapsedMs: performance.now() - startedAt,
    });
    frontier = next;
  }
  return result("all");
}

/**
 * The search starts from each state on the way to a client whose slots are held; with one slot also
 * from those on the way to the third of three rapid closes.
 */
function startPath(events: readonly ExplorerEvent[], slots: number): number[] {
  const find = (type: ExplorerEvent["type"], slot?: number): number =>
    events.findIndex(
      (event) =>
        event.type === type &&
        (slot === undefined || ("slot" in event && event.slot === slot)) &&
        (event.type !== "requestBind" || event.exclusive),
    );
  const ofSlots = (type: ExplorerEvent["type"]): number[] =>
    Array.from({ length: slots }, (_, slot) => find(type, slot));
  const bound = [find("socketOpened"), find("loggedIn"), ...ofSlots("bindSucceeded")];
  const again = [find("socketEnded"), find("tick"), ...bound];
  return [...ofSlots("requestBind"), ...bound, ...(slots === 1 ? [...again, ...again] : [])];
}

function checkFields(state: MachineState): string | undefined {
  const fields = unknownFields(state);
  return fields.length > 0
    ? `the explorer does not know the fields ${fields.join(", ")}`
    : undefined;
}

/** Two different events of an earlier socket must have the same result: none. */
function checkOutdatedEvents({ state, model, dueAt }: Node): string | undefined {
  const { now, frames, lastFrameAt } = model;
  const input = { now, random: 0.5, frames, lastFrameAt };
  const outdated: readonly ExplorerEvent[] = [
    { type: "socketEnded", clean: false, fatal: false },
    { type: "socketEnded", clean: true, fatal: true },
  ];
  const [one, other] = outdated.map((event) =>
    event.type === "socketEnded"
      ? step(state, event, input, 0, generationOf(state) - 1)
      : undefined,
  );
  const keys = [one, other].map((after) => keyOf({ state: after!.state, model, dueAt }));
  return keys[0] === keys[1] && one!.effects.length === other!.effects.length
    ? undefined
    : "an event of an earlier socket changes the state";
}

interface Failure {
  readonly violation: string;
  readonly trace: string;
}

/** For each state its parent and the event that led to it: 5 bytes a state. */
class Paths {
  #count = 0;
  #parents = new Uint32Array(1 << 16);
  #events = new Uint8Array(1 << 16);

  constructor(private readonly all: readonly ExplorerEvent[]) {}

  add(parent: number, event: number): number {
    const id = this.#count++;
    if (id === this.#parents.length) {
      const parents = new Uint32Array(2 * id);
      const events = new Uint8Array(2 * id);
      parents.set(this.#parents);
      events.set(this.#events);
      this.#parents = parents;
      this.#events = events;
    }
    this.#parents[id] = parent;
    this.#events[id] = event;
    return id;
  }

  failure(slots: number, id: number, tail: readonly ExplorerEvent[], violation: string): Failure {
    const events = [...tail];
    for (let at = id; at > 0; at = this.#parents[at]!) events.unshift(this.all[this.#events[at]!]!);
    return { violation, trace: traceOf(slots, events) };
  }
}

/** Replays the events: each with the seconds, the effects, and the state that follows. */
export function traceOf(slots: number, events: readonly ExplorerEvent[]): string {
  let node: Node = { state: initial, model: createModel(slots), dueAt: Infinity };
  const startedAt = node.model.now;
  const lines = events.map((event) => {
    const after = transition(node, event);
    node = after;
    const seconds = ((after.model.now - startedAt) / 1_000).toFixed(1).padStart(7);
    const effects = after.effects.map(describeEffect).filter(Boolean).join(", ");
    const broken = after.violation ? `\n         VIOLATION: ${after.violation}` : "";
    const step = `${seconds}  ${describeEvent(event)} -> ${effects || "-"}`;
    return `${step}\n         ${describeState(after.state)}${broken}`;
  });
  return lines.join("\n");
}

function describeEvent(event: ExplorerEvent): string {
  const { type, ...rest } = event;
  const details = Object.entries(rest).flatMap(([name, value]: [string, unknown]) => {
    if (name === "slot") return [SLOT_NAMES[value as number]!];
    if (name === "failure") return [JSON.stringify(value)];
    if (name === "renewInMs" || value === false) return [];
    return [value === true ? name : `${name} ${String(value)}`];
  });
  return [type, ...details].join(" ");
}

function describeEffect(effect: Effect): string {
  switch (effect.type) {
    case "other":
      return "";
    case "bind":
      return `bind ${effect.slot}${effect.force ? " with force" : ""}`;
    case "sync":
      return `sync ${effect.slot} ${effect.reason}`;
    default:
      return effect.type;
  }
}
