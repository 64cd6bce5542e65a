import type { Clock } from "../core/clock.js";
import { createDeferred, DISPOSED, type Deferred } from "../core/deferred.js";
import type { Report } from "../core/diagnostics.js";
import type { NotificationFilter, NotificationVia } from "../core/internals.js";
import { invalidArgument } from "../errors.js";
import type { NotificationFrame } from "../wire/frames.js";
import { requireHandler, type Emitter, type Handler, type ListenOptions } from "./emitter.js";
import { NotificationHistory, type Mark, type Matcher } from "./history.js";
import { HoldQueue } from "./holdQueue.js";
import { createNotification, type Notification } from "./notification.js";
import {
  isDefinition,
  selectorName,
  type NotificationSelector,
  type WaitOptions,
} from "./notificationSource.js";

interface Waiter extends Deferred<Notification> {
  readonly match: Matcher;
  readonly rejectsOnGap: boolean;
  /** It began while onSync ran, which may wait for it: it takes notifications that are held. */
  readonly takesHeld: boolean;
}

const nothing = (): undefined => undefined;

/**
 * Receives notifications, holds them back while the game refetches, keeps a history, and delivers
 * them to waiters and handlers.
 * @internal
 */
export class Notifications {
  readonly #clock: Clock;
  readonly #emitter: Emitter;
  readonly #report: Report;
  readonly #history = new NotificationHistory();
  readonly #holds: HoldQueue;
  readonly #waiters = new Set<Waiter>();
  readonly #syncHandlers = new Map<() => void, Handler>();
  #runningSyncs = 0;
  #isDisposed = false;
  /** Replaced on each change: a notification passes the filters that were there when it came. */
  #filters: readonly NotificationFilter[] = [];

  constructor(clock: Clock, emitter: Emitter, report: Report) {
    this.#clock = clock;
    this.#emitter = emitter;
    this.#report = report;
    this.#holds = new HoldQueue(
      clock,
      (notification, isTaken) => this.#deliver(notification, isTaken),
      (held) => report("warn", "syncOverrun", `${held} held`, { held }),
    );
  }

  on(selector: NotificationSelector, handler: Handler, options?: ListenOptions): () => void {
    if (typeof selector === "string" && selector !== "*") {
      return this.#emitter.listen(selector, handler, options);
    }
    const match = this.#matcherOf("on", selector);
    return isDefinition(selector)
      ? this.#emitter.listen(selector, handler, options, match, selector.key)
      : // No key begins with an asterisk.
        this.#emitter.listen("*" + selectorName(selector), handler, options, match);
  }

  mark(): Mark {
    return this.#history.mark();
  }

  async waitFor(
    selector: NotificationSelector,
    options: WaitOptions<never> = {},
  ): Promise<Notification> {
    const { since, signal, onGap } = options;
    const waiter = this.#createWaiter(selector, options);
    if (signal?.aborted) return waiter.promise;
    this.#waiters.add(waiter);
    if (this.#isDisposed) waiter.fail({ kind: "notConnected" }, DISPOSED);
    const { match, takesHeld } = waiter;
    const looksBack = since !== undefined;
    const found =
      (looksBack && this.#history.take(since, this.#clock.now(), match)) ||
      (takesHeld && this.#holds.take(match));
    if (found) waiter.resolve(found);
    else if (looksBack && onGap === "reject" && this.#history.hasMissedSince(since)) {
      failByGap(waiter);
    }
    return waiter.promise;
  }

  /** Delivers a notification, unless a filter drops it. `receivedAt` is Unix time. */
  receive(frame: Omit<NotificationFrame, "kind">, receivedAt: number, via: NotificationVia): void {
    if (this.#isDisposed) return;
    const filters = this.#filters;
    const pass = (index: number): void => {
      const filter = filters[index];
      if (filter) {
        this.#emitter.callSafely(filter, [frame, via, () => pass(index + 1)]);
      } else this.#arrive(createNotification(frame, receivedAt, via, this.#onNotJson));
    };
    pass(0);
  }

  addNotificationFilter(filter: NotificationFilter): () => void {
    // Not the given function itself: it may have been added twice.
    const added: NotificationFilter = (...args) => filter(...args);
    this.#filters = [...this.#filters, added];
    return () => {
      this.#filters = this.#filters.filter((one) => one !== added);
    };
  }

  /**
   * Holds notifications back until the returned function is called; 5 seconds and 1,000 at most.
   */
  hold(): () => void {
    return this.#holds.hold();
  }

  onSync(handler: Handler, { signal, once }: ListenOptions = {}): () => void {
    requireHandler("onSync", handler);
    const undo = (): void => {
      signal?.removeEventListener("abort", undo);
      this.#syncHandlers.delete(undo);
    };
    this.#syncHandlers.set(undo, once ? (...args) => (undo(), handler(...args)) : handler);
    signal?.addEventListener("abort", undo);
    if (signal?.aborted) undo();
    return undo;
  }

  /**
   * Runs the handlers of onSync; until all of them settle, notifications are held back.
   *
   * @param only the end of the registration whose handler alone is run
   */
  async sync(event: unknown, only?: () => void): Promise<void> {
    const handlers = [...this.#syncHandlers].flatMap(([undo, handler]) =>
      undo === (only ?? undo) ? [handler] : [],
    );
    if (!handlers.length) return;
    const endHold = this.hold();
    this.#runningSyncs++;
    await Promise.all(handlers.map((run) => this.#emitter.callSafely(run, [event])));
    this.#runningSyncs--;
    endHold();
  }

  /** Notifications may have been missed until now. */
  addGap(): void {
    this.#history.addGap();
    for (const waiter of this.#waiters) if (waiter.rejectsOnGap) failByGap(waiter);
  }

  /** What was held or delivered so far came on a socket that is gone. */
  socketLost(): void {
    this.#holds.socketLost();
  }

  /** Another player is in a slot: drops what was held on earlier sockets, and the history. */
  forgetFormer(): void {
    this.#history.clear();
    this.#holds.dropFormer();
  }

  /** Delivers what is held, whatever holds are open. */
  endHolds(): void {
    this.#holds.endAll();
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const { fail } of this.#waiters) fail({ kind: "notConnected" }, DISPOSED);
    this.#holds.clear();
    for (const undo of this.#syncHandlers.keys()) undo();
    this.#emitter.forgetHandlers();
    this.#history.clear();
  }

  readonly #onNotJson = (key: string): void => this.#report("warn", "payloadNotJson", key, { key });

  #arrive(notification: Notification): void {
    this.#holds.push(notification);
    for (const { takesHeld, match, resolve } of this.#waiters) {
      const held = takesHeld && this.#holds.take(match);
      if (held) resolve(held);
    }
  }

  #deliver(notification: Notification, wasTaken: boolean): void {
    const isTaken = wasTaken || this.#answerWaiter(notification);
    this.#history.add(notification, this.#clock, isTaken);
    this.#emitter.emit(this.#failsSchemas(notification) ? "*" : notification.key, notification);
  }

  #answerWaiter(notification: Notification): boolean {
    for (const waiter of this.#waiters) {
      const matched = waiter.match(notification);
      if (!matched) continue;
      waiter.resolve(matched);
      return true;
    }
    return false;
  }

  #createWaiter(selector: NotificationSelector, options: WaitOptions<never>): Waiter {
    const { where, onGap } = options;
    const match = this.#matcherOf("waitFor", selector);
    let release: () => void = nothing;
    const onEnd = (): void => {
      this.#waiters.delete(waiter);
      release();
    };
    const method = `waitFor ${selectorName(selector)}`;
    const waiter: Waiter = {
      ...createDeferred<Notification>(method, this.#clock, options, onEnd),
      rejectsOnGap: onGap === "reject",
      takesHeld: this.#runningSyncs > 0,
      match(notification) {
        try {
          const matched = match(notification);
          return matched && (!where || where(matched as never)) && matched;
        } catch (cause) {
          waiter.fail({ kind: "invalidArgument", cause }, "where threw");
          return undefined;
        }
      },
    };
    // A definition that a waiter waits for is in use, as one with a handler is.
    if (isDefinition(selector)) release = this.#emitter.listen(selector, nothing, {}, nothing);
    return waiter;
  }

  #matcherOf(method: string, selector: NotificationSelector): Matcher {
    const report = this.#report;
    requireSelector(method, selector);
    if (selector === "*") return (notification) => notification;
    if (typeof selector === "string") {
      return (notification) =>
        notification.key === selector && !this.#failsSchemas(notification) && notification;
    }
    if (isDefinition(selector)) {
      return (notification) =>
        notification.key === selector.key && selector.check(notification, report);
    }
    return (notification) => {
      const { issuer = notification.issuer, subject = notification.subject } = selector;
      return issuer === notification.issuer && subject === notification.subject && notification;
    };
  }

  /** Definitions of its key are in use, and it fits none of them. */
  #failsSchemas(notification: Notification): boolean {
    let fails = false;
    for (const name of this.#emitter.names()) {
      if (!isDefinition(name) || name.key !== notification.key) continue;
      if (name.check(notification, this.#report)) return false;
      fails = true;
    }
    return fails;
  }
}

/** Throws `invalidArgument`. Callers may have no TypeScript. */
function requireSelector(method: string, selector: unknown): void {
  if (selector && ["string", "object"].includes(typeof selector)) return;
  throw invalidArgument(method, "key", "must be a key, a pair or a definition");
}

const failByGap = ({ fail }: Waiter): void =>
  fail({ kind: "gap" }, "it may have been lost in a gap");
