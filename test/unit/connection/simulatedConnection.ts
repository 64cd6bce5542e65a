import { step, type ConnectionEvent, type Hint } from "../../../src/connection/machine.js";
import {
  initialState,
  nextTickAt,
  reasonOf,
  statusOf,
  type BindingState,
  type Effect,
  type MachineOptions,
  type SlotHistory,
  type State,
} from "../../../src/connection/state.js";
import { GatewayError, type GatewayErrorKind } from "../../../src/errors.js";
import type { WebSocketSession } from "../../../src/wire/models.js";

const START = 1_700_000_000_000;

export const failure = (
  kind: GatewayErrorKind,
  outcome: GatewayError["outcome"] = "refused",
): GatewayError => new GatewayError({ kind, message: kind, outcome });

export const sessionOf = (userId: string): WebSocketSession =>
  ({ userId, connectionId: "connection" }) as WebSocketSession;

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

type WithoutGeneration<Event> = Event extends unknown ? Omit<Event, "generation"> : never;

/** An event; a socket event belongs to the current socket unless a generation is given. */
export type Event = WithoutGeneration<ConnectionEvent>;

/** A slot with the fields of every state. */
type AnySlot = SlotHistory & {
  readonly state: BindingState;
  readonly error?: GatewayError;
  readonly retryAt?: number;
  readonly replacedBy?: string;
};

/** Runs the machine with manual time, and records its effects. */
export class SimulatedConnection {
  state: State = initialState;
  now = START;
  random = 0.5;
  frames = 0;
  lastFrameAt = START;
  /** All effects so far. */
  readonly effects: Effect[] = [];
  readonly options: MachineOptions;
  /** Called after each step with its effects. */
  onStep: (before: State, effects: readonly Effect[]) => void = () => {};

  constructor(options: Partial<MachineOptions> = {}) {
    this.options = {
      idleMs: 300_000,
      probeTimeoutMs: 5_000,
      conflictGraceMs: 0,
      loopback: false,
      ...options,
    };
  }

  get status() {
    return statusOf(this.state);
  }

  get reason() {
    return reasonOf(this.state);
  }

  slot(name = "player"): AnySlot {
    const { history, ...slot } = this.state.slots[name]!;
    return { ...history, ...slot };
  }

  /** The number of effects of a type. */
  count(type: Effect["type"]): number {
    return this.effects.filter((effect) => effect.type === type).length;
  }

  last(type: Effect["type"]): Effect | undefined {
    return this.effects.filter((effect) => effect.type === type).at(-1);
  }

  /**
   * Dispatches an event, by default of the current socket, and returns its effects.
   * The state is frozen, so the step cannot change it.
   */
  on(event: Event, generation = this.state.generation): readonly Effect[] {
    const { now, random, frames, lastFrameAt } = this;
    const input = { now, random, frames, lastFrameAt };
    const before = deepFreeze(this.state);
    const isOfSocket = ![
      "connect",
      "disconnect",
      "tokenSet",
      "hint",
      "tick",
      "requestBind",
    ].includes(event.type);
    const complete = (
      isOfSocket && event.type !== "release" ? { ...event, generation } : event
    ) as ConnectionEvent;
    const { state, effects } = step(before, complete, input, this.options);
    this.state = state;
    this.effects.push(...effects);
    this.onStep(before, effects);
    return effects;
  }

  /** Advances time, and dispatches each tick when it is due. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const due = nextTickAt(this.state, this.options, this.lastFrameAt);
      if (!(due <= until)) break;
      this.now = Math.max(this.now, due);
      const before = this.state;
      this.on({ type: "tick", lateMs: 0 });
      if (nextTickAt(this.state, this.options, this.lastFrameAt) <= this.now) {
        // Repeating the same tick would be a busy loop.
        throw new Error(`The machine repeats its tick in phase ${before.phase}.`);
      }
    }
    this.now = until;
    return this;
  }

  hint(hint: Hint): readonly Effect[] {
    return this.on({ type: "hint", hint });
  }

  frame(): this {
    this.frames++;
    this.lastFrameAt = this.now;
    return this;
  }

  open(): readonly Effect[] {
    this.frame();
    return this.on({ type: "socketOpened" });
  }

  login(renewInMs = 3_240_000): readonly Effect[] {
    this.frame();
    return this.on({ type: "loggedIn", renewInMs });
  }

  refuseLogin(kind: GatewayErrorKind, outcome?: GatewayError["outcome"]): readonly Effect[] {
    return this.on({ type: "loginFailed", error: failure(kind, outcome) });
  }

  requestBind(slot = "player", { exclusive = true, force = false } = {}): readonly Effect[] {
    return this.on({ type: "requestBind", slot, exclusive, force });
  }

  accept(userId = "alice", slot = "player"): readonly Effect[] {
    this.frame();
    return this.on({ type: "bindSucceeded", slot, session: sessionOf(userId) });
  }

  refuse(
    kind: GatewayErrorKind,
    slot = "player",
    outcome?: GatewayError["outcome"],
  ): readonly Effect[] {
    return this.on({ type: "bindFailed", slot, error: failure(kind, outcome) });
  }

  end(clean = false): readonly Effect[] {
    return this.on({ type: "socketEnded", clean });
  }

  /** A connection with a bound player. */
  static ready(options?: Partial<MachineOptions>): SimulatedConnection {
    const connection = new SimulatedConnection(options);
    connection.requestBind();
    connection.open();
    connection.login();
    connection.accept();
    return connection;
  }

  /** Connects, logs in and binds again after a drop. */
  reconnect(userId = "alice"): this {
    this.on({ type: "connect" });
    this.open();
    this.login();
    this.accept(userId);
    return this;
  }
}
