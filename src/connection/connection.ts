import { setDeadline, type Clock } from "../core/clock.js";
import type { Report } from "../core/diagnostics.js";
import type { FrameObserver } from "../core/internals.js";
import type { GatewayError } from "../errors.js";
import { decodeFrame, type NotificationFrame, type Values } from "../wire/frames.js";
import { setUserId } from "../wire/methods.js";
import { readSession } from "./binding.js";
import { gateOf, PendingCalls, type Tokens, type TokenSource } from "./calls.js";
import { step, type ConnectionEvent, type Hint } from "./machine.js";
import { openFailure, type OpenSocket, type Socket, type SocketEnd } from "./socket.js";
import {
  initialState,
  isResting,
  nextTickAt,
  type Effect,
  type MachineOptions,
  type State,
  type SyncReason,
} from "./state.js";

/**
 * What the connection needs of the session: it answers data, and the connection sends it.
 * @internal
 */
export interface ConnectionSession extends TokenSource {
  /**
   * Resolves with the milliseconds until the project token is due for renewal. Rejects with a
   * GatewayError.
   */
  logIn(generation: number, renew: boolean): Promise<number>;
  /** The parameters and tokens of one bind. Rejects with a GatewayError. */
  prepareBind(
    slot: string,
    force: boolean,
    renew: boolean,
  ): Promise<{ readonly params: Values; readonly tokens: Tokens }>;
  invalidateTokens(): void;
}

/** @internal */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly openRaw: OpenSocket;
  readonly observePlatform: (emit: (hint: Hint) => void) => () => void;
  /** Runs steps one at a time; `guard` runs foreign code, whose error becomes a diagnostic. */
  readonly queue: {
    runStep(run: () => void): void;
    guard(run: () => void): void;
  };
  readonly session: ConnectionSession;
  readonly notifications: {
    /** `receivedAt` is Unix time. */
    receive(frame: NotificationFrame, receivedAt: number, via: "socket"): void;
    /** Holds notifications back until the returned function is called. */
    hold(): () => void;
    /** What was held or delivered so far came on a socket that is gone. */
    socketLost(): void;
    /** Another player is in a slot: drops what was held on earlier sockets, and the history. */
    forgetFormer(): void;
  };
  readonly probeByCall: () => void;
  /** `downMs`: how long the gap was; undefined where there was none before. */
  readonly sync: (slot: string, reason: SyncReason, downMs: number | undefined) => void;
  /** The steps are done: here the public state may be compared and announced. */
  readonly afterSteps: () => void;
  readonly report: Report;
}

/** @internal */
export interface ConnectionOptions extends MachineOptions {
  readonly webSocketUrl: string;
  readonly callTimeoutMs: number;
}

const LONGEST_WAIT_MS = 3_600_000;
const CLOCK_CHECK_MS = 30_000;

/**
 * Runs the machine: performs its effects, and turns what happens into its events.
 * @internal
 */
export class Connection {
  readonly calls: PendingCalls;
  readonly frameObservers = new Set<FrameObserver>();
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #ports: ConnectionPorts;
  #state: State = initialState;
  #socket: Socket | undefined;
  #frames = 0;
  #lastFrameAt = 0;
  #cancelTick: (() => void) | undefined;
  #stopObserving: (() => void) | undefined;

  constructor(options: ConnectionOptions, ports: ConnectionPorts) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#ports = ports;
    this.calls = new PendingCalls(ports.clock, {
      session: ports.session,
      newId: ports.newId,
      gate: (request) => gateOf(this.#state, request),
      send: (text) => {
        for (const observe of this.frameObservers) observe(text, "out");
        return this.#socket?.send(text) ?? false;
      },
      checkLiveness: () => this.dispatch({ type: "hint", hint: "suspicion" }),
    });
  }

  /** As the last step left it. */
  get state(): State {
    return this.#state;
  }

  /** The only way into the machine. An event that comes during a step runs after it. */
  dispatch(event: ConnectionEvent): void {
    this.#ports.queue.runStep(() => this.#step(event));
  }

  /** What follows from the state once no event is left. */
  settle(): void {
    const { queue, afterSteps } = this.#ports;
    queue.guard(() => this.calls.advanceAll());
    queue.guard(() => this.#setTimer());
    queue.guard(afterSteps);
  }

  #step(event: ConnectionEvent): void {
    const { queue } = this.#ports;
    const input = {
      now: this.#clock.now(),
      random: this.#clock.random(),
      frames: this.#frames,
      lastFrameAt: this.#lastFrameAt,
    };
    const { state, effects } = step(this.#state, event, input, this.#options);
    this.#state = state;
    for (const effect of effects) queue.guard(() => this.#perform(effect));
    queue.guard(() => this.#observePlatform());
  }

  #observePlatform(): void {
    if (isResting(this.#state)) {
      this.#stopObserving?.();
      this.#stopObserving = undefined;
    } else {
      this.#stopObserving ??= this.#ports.observePlatform((hint) =>
        this.dispatch({ type: "hint", hint }),
      );
    }
  }

  #setTimer(): void {
    this.#cancelTick?.();
    const now = this.#clock.now();
    const due = nextTickAt(this.#state, this.#options, this.#lastFrameAt);
    const isOpen = this.#state.phase === "open";
    // While open the clock is checked now and then: after a sleep of the host there is no other
    // sign of it.
    const ms = Math.min(Math.max(due - now, 0), isOpen ? CLOCK_CHECK_MS : LONGEST_WAIT_MS);
    const tick = (): void => this.dispatch({ type: "tick", lateMs: this.#clock.now() - now - ms });
    this.#cancelTick = due < Infinity || isOpen ? setDeadline(this.#clock, tick, ms) : undefined;
  }

  #perform(effect: Effect): void {
    const { session, notifications, probeByCall, report } = this.#ports;
    switch (effect.type) {
      case "openSocket":
        return this.#openSocket();
      case "leaveSocket":
        this.#socket?.leave();
        this.#socket = undefined;
        notifications.socketLost();
        return this.calls.socketLost();
      case "login":
        return void this.#logIn(effect.renew);
      case "bind":
        return void this.#bind(effect);
      case "probe":
        if (!this.#socket?.ping()) probeByCall();
        return;
      case "invalidateTokens":
        return session.invalidateTokens();
      case "forgetNotifications":
        return notifications.forgetFormer();
      case "sync": {
        const { slot, reason, since } = effect;
        const downMs = since === undefined ? undefined : this.#clock.now() - since;
        return this.#ports.sync(slot, reason, downMs);
      }
      case "reportBindRetry": {
        const { kind, message } = effect.error;
        const { slot } = effect;
        return report("warn", "bindRetried", message, { slot, kind, message });
      }
      case "reportRenewalRetry": {
        const { kind, message } = effect.error;
        return report("warn", "renewalFailed", message, { kind, message });
      }
    }
  }

  #openSocket(): void {
    const { generation } = this.#state;
    this.#socket = this.#ports.openRaw(this.#options.webSocketUrl, {
      opened: () => {
        this.#countFrame();
        this.dispatch({ type: "socketOpened", generation });
      },
      received: (data) => {
        this.#countFrame();
        for (const observe of this.frameObservers) observe(data, "in");
        this.#receive(data);
      },
      alive: () => this.#countFrame(),
      ended: (end) => this.#socketEnded(generation, end),
    });
  }

  #countFrame(): void {
    this.#frames++;
    this.#lastFrameAt = this.#clock.now();
  }

  #socketEnded(generation: number, end: SocketEnd): void {
    const { code, reason, clean } = end;
    const level = this.#state.everOpen ? "info" : "warn";
    const failure = openFailure(this.#options.webSocketUrl, end);
    const error = this.#state.phase === "opening" ? failure : undefined;
    const message = error?.message ?? String(code);
    this.#ports.report(level, "socketEnded", message, { code, reason, clean });
    this.dispatch({ type: "socketEnded", generation, clean, error });
  }

  async #logIn(renew: boolean): Promise<void> {
    const { generation } = this.#state;
    try {
      const renewInMs = await this.#ports.session.logIn(generation, renew);
      this.dispatch({ type: "loggedIn", generation, renewInMs });
    } catch (error) {
      this.dispatch({ type: "loginFailed", generation, error: error as GatewayError });
    }
  }

  async #bind({ slot, force, renew }: Extract<Effect, { type: "bind" }>): Promise<void> {
    const { session, notifications } = this.#ports;
    const { generation } = this.#state;
    let endHold: (() => void) | undefined;
    try {
      const { params, tokens } = await session.prepareBind(slot, force, renew);
      // From here on the server may send what the game has to see after its onSync.
      endHold = notifications.hold();
      const { component, name, repeat, takesDuplicationAvoider } = setUserId;
      const result = await this.calls.start({
        target: { service: "gateway", component, function: name },
        repeat,
        takesDuplicationAvoider,
        params,
        tokens,
        slot,
        generation,
        timeoutMs: this.#options.callTimeoutMs,
      });
      this.dispatch({
        type: "bindSucceeded",
        generation,
        slot,
        session: readSession(result),
        namespaceName: params["namespaceName"],
      });
    } catch (error) {
      this.dispatch({ type: "bindFailed", generation, slot, error: error as GatewayError });
    } finally {
      endHold?.();
    }
  }

  /** The only switch for frames. */
  #receive(data: unknown): void {
    const { notifications, report } = this.#ports;
    const frame = decodeFrame(data);
    switch (frame.kind) {
      case "notification":
        return notifications.receive(frame, this.#clock.wallTime(), "socket");
      case "reply": {
        const { requestId, status } = frame;
        if (this.calls.settle(frame)) return;
        return report("debug", "unmatchedReply", "", { requestId, status });
      }
      case "unreadable":
        return report("warn", "unreadableFrame", frame.why, { why: frame.why });
    }
  }
}
