import { GatewayError } from "../errors.js";
import { encodeNotification } from "../wire/frames.js";
import type { WebSocketSession } from "../wire/models.js";
import { answer, type Ask } from "./answer.js";
import { Book } from "./book.js";
import { CallBook, callOf } from "./calls.js";
import { shiftableClock, type EmulatorClock, type ShiftableClock } from "./clock.js";
import type { Keeper } from "./dataFile.js";
import { nextJobDue } from "./jobs.js";
import type { EmulatorLogEntry, WriteLog } from "./log.js";
import type { OutboxEntry, OutboxFilter } from "./outbox.js";
import { refused, type Outcome } from "./outcome.js";
import { nextDue, passTime } from "./passing.js";
import { applyState, stateOf, type EmulatorState, type EmulatorStateWish } from "./state.js";
import {
  allSessions,
  createWorld,
  dropConnection,
  openConnection,
  type Effect,
  type World,
  type WorldOptions,
} from "./world.js";

/** The far end of a connection, whatever carries it. */
export interface Line {
  send(text: string): void;
  /** 1006: without a close frame. */
  close(code: number, why: string): void;
}

/** Thrown away by {@link Gateway.reset}; a connection of an earlier world is a stranger to the next. */
export interface OpenLine {
  readonly connectionId: string;
  /** A frame came or a ping: the socket is not idle. */
  touch(): void;
  isOpen(): boolean;
  /** The socket is gone. */
  closed(code: number): void;
}

/** Our own code: GS2 has no such trouble. */
const NOT_KEPT = { component: "emulator", message: "emulator.data.error.notWritten" };

/** The world in motion: the one place that changes it, carries out its effects, and keeps what was said. */
export class Gateway {
  readonly calls = new CallBook();
  readonly clock: ShiftableClock;
  #world: World;
  readonly #lines = new Map<string, Line>();
  readonly #watchers = new Set<() => void>();
  readonly #writeLog: WriteLog;
  readonly #options: WorldOptions;
  readonly #outbox = new Book<OutboxEntry>(1_000);
  readonly #keeper: Keeper | undefined;
  /** {@link Changes.count} of what the keeper has; -1: nothing of this world. */
  #kept = -1;

  /** Throws a sentence when what the keeper has cannot be read, or cannot be written. */
  constructor(options: WorldOptions, clock: EmulatorClock, writeLog: WriteLog, keeper?: Keeper) {
    this.clock = shiftableClock(clock, () => this.#passTime());
    this.#options = options;
    this.#writeLog = writeLog;
    this.#keeper = keeper;
    const now = this.clock.now();
    this.#world = createWorld(options, now);
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
    this.#writeLog({ at: this.clock.now(), level, event, text, detail });
  }

  /** Notifications leave before the answer and sockets close after it, so that a call that cuts its own socket is still answered. */
  ask(ask: Ask, requestId: string | undefined, reply: (outcome: Outcome) => void): void {
    const now = this.clock.now();
    const { outcome, userId } = answer(this.#world, ask, now);
    const said = this.#saved() ? outcome : refused(500, [NOT_KEPT], outcome.effects);
    this.#record(ask, requestId, said, userId, now);
    this.#settle(said.effects, () => reply(said));
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
      closed: (code) => {
        this.#lines.delete(connectionId);
        const ended = dropConnection(world, connectionId);
        const who = ended.map(({ userId }) => userId).join(", ");
        const text = `${connectionId} closed with ${code}${who && `; ended the session of ${who}`}`;
        this.log("closed", text, { connectionId, code, userIds: ended.map((one) => one.userId) });
        this.#tellWatchers();
      },
    };
  }

  sessions(): WebSocketSession[] {
    return allSessions(this.#world);
  }

  /** Calls `look` now and after every change, until it answers something; gives up after `timeoutMs` of real time. */
  waitFor<T>(
    look: () => T | undefined,
    timeoutMs: number,
    sayWhat: () => string,
    stopped: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#watchers.delete(watch);
        clearTimeout(timer);
        stopped.removeEventListener("abort", abort);
        settle();
      };
      const watch = () => {
        const found = look();
        if (found !== undefined) end(() => resolve(found));
      };
      const fail = (kind: "requestTimeout" | "aborted", message: string) =>
        end(() => reject(new GatewayError({ kind, message })));
      const abort = () => fail("aborted", `The emulator was stopped. ${sayWhat()}`);
      const timer = setTimeout(() => fail("requestTimeout", sayWhat()), timeoutMs);
      stopped.addEventListener("abort", abort);
      this.#watchers.add(watch);
      if (stopped.aborted) abort();
      else watch();
    });
  }

  /** As at the start: no calls, no tokens, no sockets, the first namespaces, the time of the clock beneath. */
  reset(): void {
    const { closeCodeOnCut } = this.#world.settings;
    for (const line of this.#lines.values()) line.close(closeCodeOnCut, "the emulator was reset");
    this.#lines.clear();
    this.clock.silence();
    this.clock.restore();
    this.calls.clear();
    this.#outbox.clear();
    this.#world = createWorld(this.#options, this.clock.now());
    this.#kept = -1;
    this.#save();
    this.log("reset", "everything is as at the start");
    this.#tellWatchers();
  }

  #settle(effects: readonly Effect[], reply: () => void = () => {}): void {
    for (const effect of effects) {
      if (effect.kind === "deliver") this.#deliver(effect);
      else if (effect.kind === "mobile") this.#putOut(effect.entry);
    }
    reply();
    for (const effect of effects) if (effect.kind === "close") this.#close(effect);
    this.clock.ringBy(
      this.#world.settings.accessTokenExpiryEndsSession
        ? (nextDue(this.#world) ?? Infinity)
        : nextJobDue(this.#world),
    );
    this.#tellWatchers();
  }

  #deliver({ connectionIds, notification }: Effect & { kind: "deliver" }): void {
    const text = encodeNotification(notification);
    for (const connectionId of connectionIds) {
      const connection = this.#world.connections.get(connectionId);
      if (connection) connection.lastActiveAt = this.clock.now();
      this.#lines.get(connectionId)?.send(text);
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
    this.log("closed", `${connectionId} is cut: ${why}`, { connectionId, why });
    line?.close(code ?? this.#world.settings.closeCodeOnCut, why);
  }

  #passTime(): void {
    const effects = passTime(this.#world, this.clock.now());
    this.#saved();
    this.#settle(effects);
    this.clock.ringBy(nextDue(this.#world) ?? Infinity);
  }

  #tellWatchers(): void {
    for (const watch of [...this.#watchers]) watch();
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
  }
}
