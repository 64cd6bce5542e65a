import { GatewayError } from "../errors.js";
import { encodeNotification } from "../wire/frames.js";
import type { WebSocketSession } from "../wire/models.js";
import { answer, type Ask } from "./answer.js";
import { CallBook, masked, outcomeOfStatus } from "./calls.js";
import { shiftableClock, type EmulatorClock, type ShiftableClock } from "./clock.js";
import type { EmulatorLogEntry, WriteLog } from "./log.js";
import type { Outcome } from "./outcome.js";
import { nextDue, passTime } from "./passing.js";
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

/** The world in motion: the one place that changes it, carries out its effects, and keeps what was said. */
export class Gateway {
  readonly calls = new CallBook();
  readonly clock: ShiftableClock;
  #world: World;
  readonly #lines = new Map<string, Line>();
  readonly #watchers = new Set<() => void>();
  readonly #writeLog: WriteLog;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions, clock: EmulatorClock, writeLog: WriteLog) {
    this.clock = shiftableClock(clock, () => this.#passTime());
    this.#options = options;
    this.#writeLog = writeLog;
    this.#world = createWorld(options, this.clock.now());
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
    this.#record(ask, requestId, outcome, userId, now);
    this.#settle(outcome.effects, () => reply(outcome));
  }

  /** Changes the world by something other than a call. */
  perform<T>(change: (world: World, now: number) => { result: T; effects: readonly Effect[] }): T {
    const { result, effects } = change(this.#world, this.clock.now());
    this.#settle(effects);
    return result;
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
    this.#world = createWorld(this.#options, this.clock.now());
    this.log("reset", "everything is as at the start");
    this.#tellWatchers();
  }

  #settle(effects: readonly Effect[], reply: () => void = () => {}): void {
    for (const effect of effects) if (effect.kind === "deliver") this.#deliver(effect);
    reply();
    for (const effect of effects) if (effect.kind === "close") this.#close(effect);
    if (this.#world.settings.accessTokenExpiryEndsSession) {
      this.clock.ringBy(nextDue(this.#world) ?? Infinity);
    }
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

  #close({ connectionId, why, code }: Effect & { kind: "close" }): void {
    const line = this.#lines.get(connectionId);
    this.#lines.delete(connectionId);
    this.log("closed", `${connectionId} is cut: ${why}`, { connectionId, why });
    line?.close(code ?? this.#world.settings.closeCodeOnCut, why);
  }

  #passTime(): void {
    const now = this.clock.now();
    this.#settle(passTime(this.#world, now));
    this.clock.ringBy(nextDue(this.#world) ?? Infinity);
  }

  #tellWatchers(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  #record(
    { transport, target, params, connectionId }: Ask,
    requestId: string | undefined,
    { status, errors = [] }: Outcome,
    userId: string | undefined,
    at: number,
  ): void {
    const { service, component, function: method } = target;
    const named = params["namespaceName"];
    const namespaceName = typeof named === "string" ? named : undefined;
    const outcome = outcomeOfStatus(status);
    this.calls.add({
      at,
      transport,
      service,
      component,
      method,
      namespaceName,
      userId,
      connectionId,
      requestId,
      status,
      outcome,
      errors,
      params: masked(params),
    });
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
