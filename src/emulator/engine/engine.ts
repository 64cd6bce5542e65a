import { encodeNotification, encodeReply } from "../../wire/frames.js";
import type { WebSocketSession } from "../../wire/models.js";
import { TaskQueue } from "./scheduler.js";
import { handleCall, type ApiRequest } from "../calls/handleCall.js";
import { RingBuffer } from "../log/ringBuffer.js";
import { CallLog, callOf } from "../log/callLog.js";
import { adjustableClock, type EmulatorClock, type AdjustableClock } from "./clock.js";
import type { StateFile } from "./dataFile.js";
import type { FaultEffect } from "../faults/actions.js";
import type { ActionName, EmulatorFaultReport, Fault } from "../faults/definitions.js";
import { isBind, FaultInjector, type HandshakeDecision } from "../faults/injector.js";
import { nextJobDue } from "../store/jobs.js";
import { FrameLog } from "../log/frameLog.js";
import type { EmulatorLogEntry, WriteLog } from "../log/eventLog.js";
import { DeviceQueue, type OutboxEntry, type OutboxFilter } from "../store/outbox.js";
import { failure, type CallResult } from "../calls/result.js";
import { nextExpiryAt, expireDue } from "../store/expiry.js";
import {
  applyState,
  stateOf,
  type EmulatorState,
  type EmulatorStateInput,
} from "../store/snapshot.js";
import { Waiters } from "./waiters.js";
import {
  allSessions,
  createStore,
  dropConnection,
  openConnection,
  sessionsOn,
  type Effect,
  type Store,
  type StoreOptions,
} from "../store/store.js";

/** The far end of a connection, whatever carries it. */
export interface Transport {
  send(text: string): void;
  /** 1006: without a close frame. */
  close(code: number, why: string): void;
  /** From here on nothing is read or written, and nobody is told: the line is half-open. */
  silence(): void;
}

/** Thrown away by {@link EmulatorEngine.reset}; a connection of an earlier world is a stranger to the next. */
export interface EngineConnection {
  readonly connectionId: string;
  /** A frame came or a ping: the socket is not idle. */
  touch(): void;
  isOpen(): boolean;
  /** A frame is on its way here: `take` is called when it has arrived, unless the socket is gone by then. */
  receive(take: () => void): void;
  /** Puts a frame on its way to the client. */
  send(text: string): void;
  /** A call; its answer goes out here, or where faults will have it. */
  handleRequest(ask: Omit<ApiRequest, "transport" | "connectionId">, requestId: string): void;
  /** The socket is gone. */
  closed(code: number): void;
}

export interface EngineOptions extends StoreOptions {
  /** Of the chance in faults. */
  readonly seed: number;
}

/** Our own code: GS2 has no such trouble. */
const NOT_PERSISTED = { component: "emulator", message: "emulator.data.error.notWritten" };

/** The world in motion: the one place that changes it, carries out its effects, and keeps what was said. */
export class EmulatorEngine {
  readonly calls = new CallLog();
  readonly pushes = new DeviceQueue(1_000);
  readonly frameLog = new FrameLog(() => this.clock.now());
  readonly waiters = new Waiters();
  readonly clock: AdjustableClock;
  #store: Store;
  readonly #transports = new Map<string, Transport>();
  readonly #writeLog: WriteLog;
  readonly #options: EngineOptions;
  readonly #tasks = new TaskQueue();
  #faults: FaultInjector;
  readonly #outbox = new RingBuffer<OutboxEntry>(1_000);
  readonly #stateFile: StateFile | undefined;
  /** {@link Changes.count} of what the keeper has; -1: nothing of this world. */
  #savedCount = -1;

  /** Throws a sentence when what the keeper has cannot be read, or cannot be written. */
  constructor(
    options: EngineOptions,
    clock: EmulatorClock,
    writeLog: WriteLog,
    keeper?: StateFile,
  ) {
    this.clock = adjustableClock(clock, () => this.#expireDue());
    this.#options = options;
    this.#writeLog = writeLog;
    this.#stateFile = keeper;
    const now = this.clock.now();
    this.#store = createStore(options, now);
    this.#faults = this.#createFaultInjector();
    const kept = keeper?.load();
    if (kept) {
      const first = [...this.#store.namespaces.values()];
      applyState(this.#store, kept, now);
      for (const one of first) {
        if (!this.#store.namespaces.has(one.name)) this.#store.namespaces.set(one.name, one);
      }
    }
    this.#save();
    this.clock.wakeAt(nextJobDue(this.#store));
  }

  get store(): Store {
    return this.#store;
  }

  log(
    event: EmulatorLogEntry["event"],
    text: string,
    detail: Readonly<Record<string, unknown>> = {},
    level: EmulatorLogEntry["level"] = "info",
  ): void {
    const entry = { at: this.clock.now(), level, event, text, detail };
    this.#writeLog(entry);
    // The journal has the frames of a call themselves.
    if (event !== "call") this.frameLog.event(entry);
  }

  /** Keeps a frame in the journal. */
  logFrame(way: "in" | "out", connectionId: string, text: string): void {
    const players = sessionsOn(this.#store, connectionId).map(({ namespaceName, userId }) => ({
      namespaceName,
      userId,
    }));
    this.frameLog.socket({ direction: way, connectionId, players, text });
  }

  /** Notifications leave before the answer and sockets close after it, so that a call that cuts its own socket is still answered. */
  handleRequest(
    ask: ApiRequest,
    requestId: string | undefined,
    reply: (outcome: CallResult, userId: string | undefined) => void,
  ): void {
    const now = this.clock.now();
    const refusal = this.#faults.refuse(ask);
    const { result, userId } = refusal
      ? { result: refusal, userId: undefined }
      : handleCall(this.#store, ask, now);
    const said = this.#trySave() ? result : failure(500, [NOT_PERSISTED], result.effects);
    this.#logCall(ask, requestId, said, userId, now);
    this.#runEffects(said.effects, () => this.#faults.answerInTime(ask, () => reply(said, userId)));
  }

  /** What becomes of somebody who wants to open a socket. */
  decideHandshake(): HandshakeDecision {
    return this.#faults.decideHandshake();
  }

  /** Puts faults in force in place of those before; answers them, and how often each has struck at once. */
  setFaults(faults: readonly Fault[]): EmulatorFaultReport[] {
    const names = faults.map(({ fault }) => fault);
    this.log("fault", names.length === 0 ? "no faults" : `faults set: ${names.join(", ")}`, {
      faults: names,
    });
    const effects = this.#faults.set(faults);
    this.#trySave();
    this.#runEffects(effects);
    return this.faults();
  }

  /** Does to one connection what a fault would, once, whatever faults are in force. */
  trigger(fault: Fault<ActionName>, connectionId: string): void {
    const effects = this.#faults.once(fault, connectionId);
    this.#trySave();
    this.#runEffects(effects);
  }

  faults(): EmulatorFaultReport[] {
    return this.#faults.list();
  }

  /** Changes the world by something other than a call. */
  transact<T>(change: (world: Store, now: number) => { result: T; effects: readonly Effect[] }): T {
    const { result, effects } = change(this.#store, this.clock.now());
    try {
      this.#save();
    } finally {
      this.#runEffects(effects);
    }
    return result;
  }

  outbox({ userId }: OutboxFilter = {}): OutboxEntry[] {
    return this.#outbox.list().filter((entry) => userId === undefined || entry.userId === userId);
  }

  state(): EmulatorState {
    return stateOf(this.#store, this.clock.now());
  }

  setState(wish: EmulatorStateInput): void {
    this.transact((world, now) => ({ result: undefined, effects: applyState(world, wish, now) }));
    this.log("restored", "another state is in place");
  }

  open(line: Transport): EngineConnection {
    const world = this.#store;
    const connection = openConnection(world, this.clock.now());
    const { connectionId } = connection;
    this.#transports.set(connectionId, line);
    const { idleTimeoutMs, lifetimeMs } = world.settings;
    const first = Math.min(idleTimeoutMs ?? Infinity, lifetimeMs ?? Infinity);
    this.clock.wakeAt(connection.openedAt + first);
    this.log("opened", `${connectionId} opened`, { connectionId });
    return {
      connectionId,
      touch: () => void (connection.lastActiveAt = this.clock.now()),
      isOpen: () => world === this.#store && world.connections.has(connectionId),
      receive: (take) => {
        this.#faults.transmit("in", connectionId, () => {
          if (world === this.#store && world.connections.has(connectionId)) take();
        });
      },
      send: (text) => this.#send(connectionId, text),
      handleRequest: (given, requestId) => {
        const ask: ApiRequest = { ...given, transport: "socket", connectionId };
        this.handleRequest(ask, requestId, ({ status, body }, userId) => {
          const answered = { connectionId, text: encodeReply(requestId, status, body), userId };
          this.#runEffects(this.#faults.answer(ask, { ...answered, isOk: status === 200 }));
        });
      },
      closed: (code) => {
        this.#transports.delete(connectionId);
        this.#faults.connectionClosed(connectionId);
        const ended = dropConnection(world, connectionId);
        const who = ended.map(({ userId }) => userId).join(", ");
        const text = `${connectionId} closed with ${code}${who && `; ended the session of ${who}`}`;
        this.log("closed", text, { connectionId, code, userIds: ended.map((one) => one.userId) });
        this.waiters.notifyAll();
      },
    };
  }

  sessions(): WebSocketSession[] {
    return allSessions(this.#store);
  }

  /** As at the start: no calls, no tokens, no sockets, the first namespaces, the time of the clock beneath. */
  reset(): void {
    const { closeCodeOnCut } = this.#store.settings;
    for (const line of this.#transports.values())
      line.close(closeCodeOnCut, "the emulator was reset");
    this.#transports.clear();
    this.#faults.end();
    this.clock.cancelWake();
    this.clock.resetOffset();
    this.calls.clear();
    this.frameLog.clear();
    this.#outbox.clear();
    this.#tasks.clear();
    this.#faults = this.#createFaultInjector();
    this.pushes.clear();
    this.#store = createStore(this.#options, this.clock.now());
    this.#savedCount = -1;
    this.#save();
    this.log("reset", "everything is as at the start");
    this.waiters.notifyAll();
  }

  #runEffects(effects: readonly FaultEffect[], reply: () => void = () => {}): void {
    for (const effect of effects) {
      if (effect.kind === "deliver") this.#deliver(effect);
      else if (effect.kind === "mobile") this.#recordPush(effect.entry);
      else if (effect.kind === "say") this.#send(effect.connectionId, effect.text);
    }
    reply();
    for (const effect of effects) {
      if (effect.kind === "close") this.#close(effect);
      else if (effect.kind === "silence") this.#goHalfOpen(effect.connectionId);
    }
    this.clock.wakeAt(
      this.#store.settings.accessTokenExpiryEndsSession
        ? (nextExpiryAt(this.#store) ?? Infinity)
        : nextJobDue(this.#store),
    );
    this.waiters.notifyAll();
  }

  #deliver({ connectionIds, notification }: Effect & { kind: "deliver" }): void {
    const text = encodeNotification(notification);
    for (const connectionId of connectionIds) {
      const connection = this.#store.connections.get(connectionId);
      if (connection) connection.lastActiveAt = this.clock.now();
      for (let left = this.#faults.copiesToSend(connectionId); left > 0; left--) {
        this.#send(connectionId, text);
      }
    }
    const { issuer, subject } = notification;
    this.log("notified", `${subject || issuer} to ${connectionIds.join(", ")}`, {
      connectionIds,
      issuer,
      subject,
    });
  }

  #recordPush(entry: OutboxEntry): void {
    this.#outbox.add(entry);
    if (entry.sent) this.pushes.add(entry);
    const { subject, userId, namespaceName, sent, conditions, reason } = entry;
    const text = `${subject} for the device of ${userId} in ${namespaceName}. ${reason}`;
    this.log("mobile", text, { userId, namespaceName, subject, sent, conditions });
  }

  /** Writes down what outlives a restart, if it changed since. */
  #save(): void {
    const { count } = this.#store.changes;
    if (!this.#stateFile || this.#savedCount === count) return;
    this.#stateFile.save(this.state());
    this.#savedCount = count;
  }

  /** The same, and the log says why not. What could not be written is tried again with the next change. */
  #trySave(): boolean {
    try {
      this.#save();
      return true;
    } catch (error) {
      this.log("refused", error instanceof Error ? error.message : String(error), {}, "warning");
      return false;
    }
  }

  #close({ connectionId, why, code }: Effect & { kind: "close" }): void {
    const line = this.#transports.get(connectionId);
    this.#transports.delete(connectionId);
    this.log("cut", `${connectionId} is cut: ${why}`, { connectionId, why });
    const closeCode = code ?? this.#store.settings.closeCodeOnCut;
    if (line) this.#faults.transmitInOrder("out", connectionId, () => line.close(closeCode, why));
  }

  #goHalfOpen(connectionId: string): void {
    const line = this.#transports.get(connectionId);
    if (line) this.#faults.transmitInOrder("out", connectionId, () => line.silence());
  }

  #send(connectionId: string, text: string): void {
    const line = this.#transports.get(connectionId);
    if (line) this.#faults.transmit("out", connectionId, () => line.send(text));
  }

  #createFaultInjector(): FaultInjector {
    return new FaultInjector(this.#options.seed, {
      store: () => this.#store,
      now: () => this.clock.now(),
      schedule: (at, run) => {
        this.#tasks.add(at, run);
        this.clock.wakeAt(at);
      },
      perform: (effects) => this.#runEffects(effects),
      log: (text, detail) => this.log("fault", text, detail),
    });
  }

  #expireDue(): void {
    this.#tasks.runDue(this.clock.now());
    const effects = expireDue(this.#store, this.clock.now());
    this.#trySave();
    this.#runEffects(effects);
    this.clock.wakeAt(Math.min(this.#tasks.nextAt, nextExpiryAt(this.#store) ?? Infinity));
  }

  #logCall(
    ask: ApiRequest,
    requestId: string | undefined,
    outcome: CallResult,
    userId: string | undefined,
    at: number,
  ): void {
    const call = callOf(ask, requestId, outcome, userId, at);
    this.calls.add(call);
    const { transport, service, method, namespaceName, connectionId, status, errors } = call;
    const words = [transport, method, userId, namespaceName, status, errors[0]?.message];
    this.log("call", words.filter((word) => word !== undefined).join(" "), {
      transport,
      service,
      method,
      userId,
      namespaceName,
      connectionId,
      requestId,
      status,
      errors,
    });
    if (status === 200 && isBind(ask) && ask.dryRun !== true) {
      const socket = connectionId ?? ask.params["connectionId"];
      const text = `${userId ?? ""} is bound in ${namespaceName ?? ""}`;
      this.log("bound", text, { userId, namespaceName, connectionId: socket });
    }
  }
}
