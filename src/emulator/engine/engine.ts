import { encodeNotification, encodeReply } from "../../wire/frames.js";
import type { WebSocketSession } from "../../wire/models.js";
import { Agenda } from "./scheduler.js";
import { answer, type Ask } from "../calls/handleCall.js";
import { Book } from "../log/ringBuffer.js";
import { CallBook, callOf } from "../log/callLog.js";
import { shiftableClock, type EmulatorClock, type ShiftableClock } from "./clock.js";
import type { Keeper } from "./dataFile.js";
import type { FaultEffect } from "../faults/actions.js";
import type { ActionName, EmulatorFaultReport, Fault } from "../faults/definitions.js";
import { isBind, Weather, type Reception } from "../faults/injector.js";
import { nextJobDue } from "../store/jobs.js";
import { Journal } from "../log/frameLog.js";
import type { EmulatorLogEntry, WriteLog } from "../log/eventLog.js";
import { DeviceQueue, type OutboxEntry, type OutboxFilter } from "../store/outbox.js";
import { refused, type Outcome } from "../calls/result.js";
import { nextDue, passTime } from "../store/expiry.js";
import {
  applyState,
  stateOf,
  type EmulatorState,
  type EmulatorStateWish,
} from "../store/snapshot.js";
import { Watchers } from "./waiters.js";
import {
  allSessions,
  createWorld,
  dropConnection,
  openConnection,
  sessionsOn,
  type Effect,
  type World,
  type WorldOptions,
} from "../store/store.js";

/** The far end of a connection, whatever carries it. */
export interface Line {
  send(text: string): void;
  /** 1006: without a close frame. */
  close(code: number, why: string): void;
  /** From here on nothing is read or written, and nobody is told: the line is half-open. */
  silence(): void;
}

/** Thrown away by {@link Gateway.reset}; a connection of an earlier world is a stranger to the next. */
export interface OpenLine {
  readonly connectionId: string;
  /** A frame came or a ping: the socket is not idle. */
  touch(): void;
  isOpen(): boolean;
  /** A frame is on its way here: `take` is called when it has arrived, unless the socket is gone by then. */
  arrive(take: () => void): void;
  /** Puts a frame on its way to the client. */
  say(text: string): void;
  /** A call; its answer goes out here, or where faults will have it. */
  ask(ask: Omit<Ask, "transport" | "connectionId">, requestId: string): void;
  /** The socket is gone. */
  closed(code: number): void;
}

export interface GatewayOptions extends WorldOptions {
  /** Of the chance in faults. */
  readonly seed: number;
}

/** Our own code: GS2 has no such trouble. */
const NOT_KEPT = { component: "emulator", message: "emulator.data.error.notWritten" };

/** The world in motion: the one place that changes it, carries out its effects, and keeps what was said. */
export class Gateway {
  readonly calls = new CallBook();
  readonly pushes = new DeviceQueue(1_000);
  readonly journal = new Journal(() => this.clock.now());
  readonly watchers = new Watchers();
  readonly clock: ShiftableClock;
  #world: World;
  readonly #lines = new Map<string, Line>();
  readonly #writeLog: WriteLog;
  readonly #options: GatewayOptions;
  readonly #agenda = new Agenda();
  #weather: Weather;
  readonly #outbox = new Book<OutboxEntry>(1_000);
  readonly #keeper: Keeper | undefined;
  /** {@link Changes.count} of what the keeper has; -1: nothing of this world. */
  #kept = -1;

  /** Throws a sentence when what the keeper has cannot be read, or cannot be written. */
  constructor(options: GatewayOptions, clock: EmulatorClock, writeLog: WriteLog, keeper?: Keeper) {
    this.clock = shiftableClock(clock, () => this.#passTime());
    this.#options = options;
    this.#writeLog = writeLog;
    this.#keeper = keeper;
    const now = this.clock.now();
    this.#world = createWorld(options, now);
    this.#weather = this.#newWeather();
    const kept = keeper?.load();
    if (kept) {
      const first = [...this.#world.namespaces.values()];
      applyState(this.#world, kept, now);
      for (const one of first) {
        if (!this.#world.namespaces.has(one.name)) this.#world.namespaces.set(one.name, one);
      }
    }
    this.#save();
    this.clock.ringBy(nextJobDue(this.#world));
  }

  get world(): World {
    return this.#world;
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
    if (event !== "call") this.journal.event(entry);
  }

  /** Keeps a frame in the journal. */
  note(way: "in" | "out", connectionId: string, text: string): void {
    const players = sessionsOn(this.#world, connectionId).map(({ namespaceName, userId }) => ({
      namespaceName,
      userId,
    }));
    this.journal.socket({ way, connectionId, players, text });
  }

  /** Notifications leave before the answer and sockets close after it, so that a call that cuts its own socket is still answered. */
  ask(
    ask: Ask,
    requestId: string | undefined,
    reply: (outcome: Outcome, userId: string | undefined) => void,
  ): void {
    const now = this.clock.now();
    const refusal = this.#weather.refuse(ask);
    const { outcome, userId } = refusal
      ? { outcome: refusal, userId: undefined }
      : answer(this.#world, ask, now);
    const said = this.#saved() ? outcome : refused(500, [NOT_KEPT], outcome.effects);
    this.#record(ask, requestId, said, userId, now);
    this.#settle(said.effects, () => this.#weather.answerInTime(ask, () => reply(said, userId)));
  }

  /** What becomes of somebody who wants to open a socket. */
  receive(): Reception {
    return this.#weather.receive();
  }

  /** Puts faults in force in place of those before; answers them, and how often each has struck at once. */
  setFaults(faults: readonly Fault[]): EmulatorFaultReport[] {
    const names = faults.map(({ fault }) => fault);
    this.log("fault", names.length === 0 ? "no faults" : `faults set: ${names.join(", ")}`, {
      faults: names,
    });
    const effects = this.#weather.set(faults);
    this.#saved();
    this.#settle(effects);
    return this.faults();
  }

  /** Does to one connection what a fault would, once, whatever faults are in force. */
  strike(fault: Fault<ActionName>, connectionId: string): void {
    const effects = this.#weather.once(fault, connectionId);
    this.#saved();
    this.#settle(effects);
  }

  faults(): EmulatorFaultReport[] {
    return this.#weather.list();
  }

  /** Changes the world by something other than a call. */
  perform<T>(change: (world: World, now: number) => { result: T; effects: readonly Effect[] }): T {
    const { result, effects } = change(this.#world, this.clock.now());
    try {
      this.#save();
    } finally {
      this.#settle(effects);
    }
    return result;
  }

  outbox({ userId }: OutboxFilter = {}): OutboxEntry[] {
    return this.#outbox.list().filter((entry) => userId === undefined || entry.userId === userId);
  }

  state(): EmulatorState {
    return stateOf(this.#world, this.clock.now());
  }

  setState(wish: EmulatorStateWish): void {
    this.perform((world, now) => ({ result: undefined, effects: applyState(world, wish, now) }));
    this.log("restored", "another state is in place");
  }

  open(line: Line): OpenLine {
    const world = this.#world;
    const connection = openConnection(world, this.clock.now());
    const { connectionId } = connection;
    this.#lines.set(connectionId, line);
    const { idleTimeoutMs, lifetimeMs } = world.settings;
    const first = Math.min(idleTimeoutMs ?? Infinity, lifetimeMs ?? Infinity);
    this.clock.ringBy(connection.openedAt + first);
    this.log("opened", `${connectionId} opened`, { connectionId });
    return {
      connectionId,
      touch: () => void (connection.lastActiveAt = this.clock.now()),
      isOpen: () => world === this.#world && world.connections.has(connectionId),
      arrive: (take) => {
        this.#weather.pass("in", connectionId, () => {
          if (world === this.#world && world.connections.has(connectionId)) take();
        });
      },
      say: (text) => this.#say(connectionId, text),
      ask: (given, requestId) => {
        const ask: Ask = { ...given, transport: "socket", connectionId };
        this.ask(ask, requestId, ({ status, body }, userId) => {
          const answered = { connectionId, text: encodeReply(requestId, status, body), userId };
          this.#settle(this.#weather.answer(ask, { ...answered, isOk: status === 200 }));
        });
      },
      closed: (code) => {
        this.#lines.delete(connectionId);
        this.#weather.gone(connectionId);
        const ended = dropConnection(world, connectionId);
        const who = ended.map(({ userId }) => userId).join(", ");
        const text = `${connectionId} closed with ${code}${who && `; ended the session of ${who}`}`;
        this.log("closed", text, { connectionId, code, userIds: ended.map((one) => one.userId) });
        this.watchers.tell();
      },
    };
  }

  sessions(): WebSocketSession[] {
    return allSessions(this.#world);
  }

  /** As at the start: no calls, no tokens, no sockets, the first namespaces, the time of the clock beneath. */
  reset(): void {
    const { closeCodeOnCut } = this.#world.settings;
    for (const line of this.#lines.values()) line.close(closeCodeOnCut, "the emulator was reset");
    this.#lines.clear();
    this.#weather.end();
    this.clock.silence();
    this.clock.restore();
    this.calls.clear();
    this.journal.clear();
    this.#outbox.clear();
    this.#agenda.clear();
    this.#weather = this.#newWeather();
    this.pushes.clear();
    this.#world = createWorld(this.#options, this.clock.now());
    this.#kept = -1;
    this.#save();
    this.log("reset", "everything is as at the start");
    this.watchers.tell();
  }

  #settle(effects: readonly FaultEffect[], reply: () => void = () => {}): void {
    for (const effect of effects) {
      if (effect.kind === "deliver") this.#deliver(effect);
      else if (effect.kind === "mobile") this.#putOut(effect.entry);
      else if (effect.kind === "say") this.#say(effect.connectionId, effect.text);
    }
    reply();
    for (const effect of effects) {
      if (effect.kind === "close") this.#close(effect);
      else if (effect.kind === "silence") this.#silence(effect.connectionId);
    }
    this.clock.ringBy(
      this.#world.settings.accessTokenExpiryEndsSession
        ? (nextDue(this.#world) ?? Infinity)
        : nextJobDue(this.#world),
    );
    this.watchers.tell();
  }

  #deliver({ connectionIds, notification }: Effect & { kind: "deliver" }): void {
    const text = encodeNotification(notification);
    for (const connectionId of connectionIds) {
      const connection = this.#world.connections.get(connectionId);
      if (connection) connection.lastActiveAt = this.clock.now();
      for (let left = this.#weather.echoes(connectionId); left > 0; left--) {
        this.#say(connectionId, text);
      }
    }
    const { issuer, subject } = notification;
    this.log("notified", `${subject || issuer} to ${connectionIds.join(", ")}`, {
      connectionIds,
      issuer,
      subject,
    });
  }

  #putOut(entry: OutboxEntry): void {
    this.#outbox.add(entry);
    if (entry.sent) this.pushes.add(entry);
    const { subject, userId, namespaceName, sent, because, reason } = entry;
    const text = `${subject} for the device of ${userId} in ${namespaceName}. ${reason}`;
    this.log("mobile", text, { userId, namespaceName, subject, sent, because });
  }

  /** Writes down what outlives a restart, if it changed since. */
  #save(): void {
    const { count } = this.#world.changes;
    if (!this.#keeper || this.#kept === count) return;
    this.#keeper.save(this.state());
    this.#kept = count;
  }

  /** The same, and the log says why not. What could not be written is tried again with the next change. */
  #saved(): boolean {
    try {
      this.#save();
      return true;
    } catch (error) {
      this.log("refused", error instanceof Error ? error.message : String(error), {}, "warning");
      return false;
    }
  }

  #close({ connectionId, why, code }: Effect & { kind: "close" }): void {
    const line = this.#lines.get(connectionId);
    this.#lines.delete(connectionId);
    this.log("cut", `${connectionId} is cut: ${why}`, { connectionId, why });
    const closeCode = code ?? this.#world.settings.closeCodeOnCut;
    if (line) this.#weather.follow("out", connectionId, () => line.close(closeCode, why));
  }

  #silence(connectionId: string): void {
    const line = this.#lines.get(connectionId);
    if (line) this.#weather.follow("out", connectionId, () => line.silence());
  }

  #say(connectionId: string, text: string): void {
    const line = this.#lines.get(connectionId);
    if (line) this.#weather.pass("out", connectionId, () => line.send(text));
  }

  #newWeather(): Weather {
    return new Weather(this.#options.seed, {
      world: () => this.#world,
      now: () => this.clock.now(),
      later: (at, run) => {
        this.#agenda.add(at, run);
        this.clock.ringBy(at);
      },
      perform: (effects) => this.#settle(effects),
      log: (text, detail) => this.log("fault", text, detail),
    });
  }

  #passTime(): void {
    this.#agenda.runDue(this.clock.now());
    const effects = passTime(this.#world, this.clock.now());
    this.#saved();
    this.#settle(effects);
    this.clock.ringBy(Math.min(this.#agenda.nextAt, nextDue(this.#world) ?? Infinity));
  }

  #record(
    ask: Ask,
    requestId: string | undefined,
    outcome: Outcome,
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
