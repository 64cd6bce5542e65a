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

/** An event of the present socket, where it is one of a socket. */
export type Event = WithoutGeneration<ConnectionEvent>;

/** A slot with the fields of every state. */
type AnySlot = SlotHistory & {
  readonly state: BindingState;
  readonly error?: GatewayError;
  readonly retryAt?: number;
  readonly replacedBy?: string;
};

/** The machine with time set by hand; the effects it asks for are recorded. */
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

  /** How often an effect was asked for. */
  count(type: Effect["type"]): number {
    return this.effects.filter((effect) => effect.type === type).length;
  }

  last(type: Effect["type"]): Effect | undefined {
    return this.effects.filter((effect) => effect.type === type).at(-1);
  }

  /** One event, by default of the present socket; returns its effects. The step must not change what it is given. */
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

  /** Advances time; every tick the machine asks for comes on time. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const due = nextTickAt(this.state, this.options, this.lastFrameAt);
      if (!(due <= until)) break;
      this.now = Math.max(this.now, due);
      const before = this.state;
      this.on({ type: "tick", lateMs: 0 });
      if (nextTickAt(this.state, this.options, this.lastFrameAt) <= this.now) {
        // The same tick for ever would be a busy loop.
        throw new Error(`The machine wants to tick for ever in phase ${before.phase}.`);
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

  refuseLogin(kind: GatewayErrorKind): readonly Effect[] {
    return this.on({ type: "loginFailed", error: failure(kind) });
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

  /** To the point where a player is bound. */
  static ready(options?: Partial<MachineOptions>): SimulatedConnection {
    const connection = new SimulatedConnection(options);
    connection.requestBind();
    connection.open();
    connection.login();
    connection.accept();
    return connection;
  }

  /** Connects, logs in and binds again, after a drop. */
  reconnect(userId = "alice"): this {
    this.on({ type: "connect" });
    this.open();
    this.login();
    this.accept(userId);
    return this;
  }
}
