import { GatewayError, type GatewayErrorKind } from "../../../src/errors.js";
import {
  bindFailed,
  bindSucceeded,
  connect,
  ended,
  hint,
  loggedIn,
  loginFailed,
  opened,
  step,
  tick,
  requestBind,
  type Event,
  type Hint,
} from "../../../src/connection/machine.js";
import {
  initialState,
  nextTickAt,
  reasonOf,
  statusOf,
  type Effects,
  type MachineOptions,
  type State,
} from "../../../src/connection/state.js";
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

export type Done = readonly [effect: string, ...args: unknown[]];

/** The machine on a table: time moves when told, and what it wants done is written down. */
export class Sim {
  state: State = initialState;
  now = START;
  draw = 0.5;
  frames = 0;
  lastFrameAt = START;
  /** All effects so far. */
  readonly done: Done[] = [];
  readonly options: MachineOptions;
  /** Looks at each step, with what it wants done. */
  watch: (before: State, done: readonly Done[]) => void = () => {};

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

  slot(name = "player") {
    return this.state.slots[name]!;
  }

  /** How often an effect was asked for. */
  count(effect: string): number {
    return this.done.filter(([name]) => name === effect).length;
  }

  last(effect: string): Done | undefined {
    return this.done.filter(([name]) => name === effect).at(-1);
  }

  /** One event; answers its effects. What went in must not be changed by it. */
  on(event: Event, generation?: number): Done[] {
    const { now, draw: random, frames, lastFrameAt } = this;
    const moment = { now, random, frames, lastFrameAt };
    const turn = step(deepFreeze(this.state), event, moment, this.options, generation);
    const done: Done[] = [];
    const recorder = new Proxy({} as Effects, {
      get:
        (_, name: string) =>
        (...args: unknown[]) =>
          done.push([name, ...args]),
    });
    for (const effect of turn.effects) effect(recorder);
    const before = this.state;
    this.state = turn;
    this.done.push(...done);
    this.watch(before, done);
    return done;
  }

  /** Lets time pass; every tick the machine asks for comes on time. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const due = nextTickAt(this.state, this.options, this.lastFrameAt);
      if (!(due <= until)) break;
      this.now = Math.max(this.now, due);
      const before = this.state;
      this.on((t) => tick(t, 0));
      if (nextTickAt(this.state, this.options, this.lastFrameAt) <= this.now) {
        // The same tick for ever would be a hot loop.
        throw new Error(`The machine wants to tick for ever in phase ${before.phase}.`);
      }
    }
    this.now = until;
    return this;
  }

  hint(kind: Hint): Done[] {
    return this.on((t) => hint(t, kind));
  }

  frame(): this {
    this.frames++;
    this.lastFrameAt = this.now;
    return this;
  }

  open(): Done[] {
    this.frame();
    return this.on(opened);
  }

  login(lifeMs = 3_240_000): Done[] {
    this.frame();
    return this.on((t) => loggedIn(t, this.now + lifeMs));
  }

  refuseLogin(kind: GatewayErrorKind): Done[] {
    return this.on((t) => loginFailed(t, failure(kind)));
  }

  want(name = "player", { exclusive = true, force = false } = {}): Done[] {
    return this.on((t) => requestBind(t, name, exclusive, force));
  }

  accept(userId = "alice", name = "player"): Done[] {
    this.frame();
    return this.on((t) => bindSucceeded(t, name, sessionOf(userId)));
  }

  refuse(kind: GatewayErrorKind, name = "player", outcome?: GatewayError["outcome"]): Done[] {
    return this.on((t) => bindFailed(t, name, failure(kind, outcome)));
  }

  end(clean = false): Done[] {
    return this.on((t) => ended(t, clean, undefined));
  }

  /** To the point where a player is bound. */
  static ready(options?: Partial<MachineOptions>): Sim {
    const sim = new Sim(options);
    sim.want();
    sim.open();
    sim.login();
    sim.accept();
    return sim;
  }

  /** Through the whole way back, after a drop. */
  comeBack(userId = "alice"): this {
    this.on(connect);
    this.open();
    this.login();
    this.accept(userId);
    return this;
  }
}
