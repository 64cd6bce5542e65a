import type { WebSocketSession } from "../../wire/models.js";
import { handleCall, type HandledCall } from "../calls/handleCall.js";
import { handleRelayed } from "../calls/relayed.js";
import type { ApiRequest } from "../calls/request.js";
import { failure, type Failure } from "../calls/result.js";
import type { ActionName, EmulatorFaultReport, Fault } from "../faults/definitions.js";
import { requireEffect } from "../faults/parse.js";
import { FaultInjector, type HandshakeDecision } from "../faults/injector.js";
import { CallLog } from "../log/callLog.js";
import type { EmulatorLogEntry, LogEvent, WriteLog } from "../log/eventLog.js";
import { FrameLog } from "../log/frameLog.js";
import { RingBuffer } from "../log/ringBuffer.js";
import { expireDue, nextExpiryAt } from "../store/expiry.js";
import { nextJobDue } from "../store/jobs.js";
import { DeviceQueue, type OutboxEntry, type OutboxFilter } from "../store/outbox.js";
import { allSessions, sessionsOn } from "../store/sessions.js";
import {
  replaceState,
  stateOf,
  type EmulatorState,
  type EmulatorStateInput,
} from "../store/snapshot.js";
import { createStore, type StoreOptions } from "../store/store.js";
import type { Effect, Store } from "../store/types.js";
import { AutoSave } from "./autoSave.js";
import { adjustableClock, type AdjustableClock, type EmulatorClock } from "./clock.js";
import {
  Connections,
  type EngineConnection,
  type EngineContext,
  type Forward,
  type SendReply,
  type Transport,
} from "./connections.js";
import type { StateFile } from "./dataFile.js";
import { EffectRunner } from "./effects.js";
import { FunctionCalls, type CallerSignal } from "./functionCalls.js";
import { TaskQueue } from "./scheduler.js";
import { Waiters } from "./waiters.js";

export interface EngineOptions extends StoreOptions {
  /** Of the random numbers of faults. */
  readonly seed: number;
  /** Whether an upstream handles the calls. */
  readonly relays?: boolean;
}

/** Of a socket, with each of its frames. */
const MAX_LOGGED_PLAYERS = 20;

/** The emulator's own code: GS2 never sends it. */
const NOT_PERSISTED = { component: "emulator", message: "emulator.data.error.notWritten" };

const refused = (result: Failure): HandledCall => ({ result, userId: undefined });

/** Owns the store: every change of it goes through here, and its effects are performed here. */
export class EmulatorEngine {
  readonly calls = new CallLog();
  readonly pushes = new DeviceQueue(1_000);
  readonly frameLog = new FrameLog(() => this.clock.now());
  readonly waiters = new Waiters();
  readonly clock: AdjustableClock;
  /** `reset` keeps its functions. */
  readonly functionCalls = new FunctionCalls({
    store: () => this.#store,
    now: () => this.clock.now(),
    log: (...entry) => this.log(...entry),
  });
  /** The one under way. */
  replay: { end(): void } | undefined;
  readonly #outbox = new RingBuffer<OutboxEntry>(1_000, 16_000_000);
  readonly #tasks = new TaskQueue();
  readonly #options: EngineOptions;
  readonly #writeLog: WriteLog;
  readonly #autoSave: AutoSave;
  readonly #connections: Connections;
  readonly #effects: EffectRunner;
  #store: Store;
  #faults: FaultInjector;

  /** Throws `invalidArgument` when the data file cannot be read or written. */
  constructor(
    options: EngineOptions,
    clock: EmulatorClock,
    writeLog: WriteLog,
    stateFile?: StateFile,
  ) {
    this.clock = adjustableClock(clock, () => this.#expireDue());
    this.#options = options;
    this.#writeLog = writeLog;
    this.#autoSave = new AutoSave(stateFile, this.log);
    const context: EngineContext = {
      store: () => this.#store,
      faults: () => this.#faults,
      clock: this.clock,
      waiters: this.waiters,
      log: this.log,
    };
    this.#connections = new Connections({
      ...context,
      handleRequest: (...args) => this.handleRequest(...args),
      relayRequest: (...args) => this.relayRequest(...args),
      callerClosed: (connectionId) => this.functionCalls.abort(connectionId),
      perform: (effects) => this.#effects.run(effects),
    });
    const { pushes } = this;
    const [connections, outbox] = [this.#connections, this.#outbox];
    this.#effects = new EffectRunner({ ...context, connections, outbox, pushes });
    const now = this.clock.now();
    this.#store = createStore(options, now);
    this.#faults = this.#createFaultInjector();
    this.#autoSave.restore(this.#store, now);
    this.#autoSave.save(this.#store, now);
    this.clock.wakeAt(nextJobDue(this.#store));
  }

  get store(): Store {
    return this.#store;
  }

  readonly log: LogEvent = (event, text, detail = {}, level = "info") => {
    const entry: EmulatorLogEntry = { at: this.clock.now(), level, event, text, detail };
    this.#writeLog(entry);
    // The frame log has the frames of the call.
    if (event !== "call") this.frameLog.event(entry);
  };

  logFrame(direction: "in" | "out", connectionId: string, text: string): void {
    const players = sessionsOn(this.#store, connectionId, MAX_LOGGED_PLAYERS).map(
      ({ namespaceName, userId }) => ({ namespaceName, userId }),
    );
    this.frameLog.socket({ direction, connectionId, players, text });
  }

  open(transport: Transport): EngineConnection {
    return this.#connections.open(transport);
  }

  /** Whether an upstream handles the calls. */
  get relays(): boolean {
    return this.#options.relays === true;
  }

  /**
   * Handles a call. `reply` is called after its notifications, and later if a fault says so, or if
   * an added function takes its time.
   */
  handleRequest(
    request: ApiRequest,
    requestId: string | undefined,
    reply: SendReply,
    caller?: CallerSignal,
  ): void {
    const send = (handled: HandledCall) => this.#reply(request, requestId, handled, reply);
    const refusal = this.#faults.refuse(request);
    if (refusal) return send(refused(refusal));
    const added = this.functionCalls.functions.find(request.target);
    if (added) return this.functionCalls.handle(added, request, caller, send);
    send(handleCall(this.#store, request, this.clock.now()));
  }

  /** The same for a call that the upstream handles, unless a fault refuses it before. */
  relayRequest(
    request: ApiRequest,
    requestId: string | undefined,
    forward: Forward,
    reply: SendReply,
  ): void {
    const refusal = this.#faults.refuse(request);
    if (refusal) return this.#reply(request, requestId, refused(refusal), reply);
    forward((relayed) => {
      const handled = handleRelayed(this.#store, request, relayed, this.clock.now());
      this.#reply(request, requestId, handled, (result, userId) =>
        reply(result, userId, relayed.text),
      );
    });
  }

  #reply(
    request: ApiRequest,
    requestId: string | undefined,
    { result: handled, userId }: HandledCall,
    reply: SendReply,
  ): void {
    const result = this.#trySave() ? handled : failure(500, [NOT_PERSISTED], handled.effects);
    this.calls.add(request, requestId, result, userId, { at: this.clock.now(), log: this.log });
    this.#effects.run(result.effects, () =>
      this.#faults.delayReply(request, () => reply(result, userId)),
    );
  }

  /** Changes the store outside of a call. */
  transact<T>(change: (store: Store, now: number) => { result: T; effects: readonly Effect[] }): T {
    const now = this.clock.now();
    const { result, effects } = change(this.#store, now);
    try {
      this.#autoSave.save(this.#store, now);
    } finally {
      this.#effects.run(effects);
    }
    return result;
  }

  /** Runs at a time of the emulator's clock, unless the emulator is reset before. */
  schedule(at: number, run: () => void): void {
    this.#tasks.add(at, run);
    this.clock.wakeAt(at);
  }

  decideHandshake(): HandshakeDecision {
    return this.#faults.decideHandshake();
  }

  /** Replaces all faults. Returns them with the hits of those that acted at once. */
  setFaults(faults: readonly Fault[]): EmulatorFaultReport[] {
    for (const fault of faults) requireEffect(fault, this.relays);
    const names = faults.map(({ fault }) => fault);
    this.log("fault", names.length === 0 ? "no faults" : `faults set: ${names.join(", ")}`, {
      faults: names,
    });
    const effects = this.#faults.set(faults);
    this.#trySave();
    this.#effects.run(effects);
    return this.faults();
  }

  /** Applies a fault to one connection, once. The faults that are set stay as they are. */
  trigger(fault: Fault<ActionName>, connectionId: string): void {
    requireEffect(fault, this.relays);
    const effects = this.#faults.applyOnce(fault, connectionId);
    this.#trySave();
    this.#effects.run(effects);
  }

  faults(): EmulatorFaultReport[] {
    return this.#faults.list();
  }

  outbox({ userId }: OutboxFilter = {}): OutboxEntry[] {
    return this.#outbox.list().filter((entry) => userId === undefined || entry.userId === userId);
  }

  sessions(): WebSocketSession[] {
    return allSessions(this.#store);
  }

  state(): EmulatorState {
    return stateOf(this.#store, this.clock.now());
  }

  setState(state: EmulatorStateInput): void {
    this.transact((store, now) => replaceState(store, state, now));
    this.log("restored", "the state was replaced");
  }

  /** Restores the initial state: no calls, tokens, connections or faults, no clock offset. */
  reset(): void {
    this.functionCalls.end("The emulator was reset.");
    this.#connections.closeAll(this.#store.settings.closeCodeOnCut, "the emulator was reset");
    this.#faults.end();
    this.replay?.end();
    this.clock.cancelWake();
    this.clock.resetOffset();
    this.calls.clear();
    this.frameLog.clear();
    this.#outbox.clear();
    this.pushes.clear();
    this.#tasks.clear();
    this.#faults = this.#createFaultInjector();
    const now = this.clock.now();
    this.#store = createStore(this.#options, now);
    this.#autoSave.replace(this.#store, now);
    this.log("reset", "the emulator was reset");
    this.waiters.notifyAll();
  }

  #createFaultInjector(): FaultInjector {
    return new FaultInjector(this.#options.seed, {
      store: () => this.#store,
      now: () => this.clock.now(),
      schedule: (at, run) => this.schedule(at, run),
      perform: (effects) => this.#effects.run(effects),
      log: (text, detail) => this.log("fault", text, detail),
    });
  }

  #trySave(): boolean {
    return this.#autoSave.trySave(this.#store, this.clock.now());
  }

  #expireDue(): void {
    this.#tasks.runDue(this.clock.now());
    const effects = expireDue(this.#store, this.clock.now());
    this.#trySave();
    this.#effects.run(effects);
    this.clock.wakeAt(Math.min(this.#tasks.nextAt, nextExpiryAt(this.#store) ?? Infinity));
  }
}
