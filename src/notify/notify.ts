import type { Clock } from "../core/clock.js";
import { createDeferred, type Deferred } from "../core/deferred.js";
import type { Report } from "../core/diagnostics.js";
import type { NotificationFilter, NotificationVia } from "../core/internals.js";
import type { NotificationFrame } from "../wire/frames.js";
import type { Emitter, Handler, ListenOptions } from "./emitter.js";
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
  /** Replaced on each change: a notification passes the filters that were there when it came. */
  #filters: readonly NotificationFilter[] = [];

  constructor(clock: Clock, emitter: Emitter, report: Report) {
    this.#clock = clock;
    this.#emitter = emitter;
    this.#report = report;
    this.#holds = new HoldQueue(
      clock,
      (notification) => this.#deliver(notification),
      (held) => report("warn", "syncOverrun", `${held} held`, { held }),
    );
  }

  on(selector: NotificationSelector, handler: Handler, options?: ListenOptions): () => void {
    if (typeof selector === "string" && selector !== "*") {
      return this.#emitter.listen(selector, handler, options);
    }
    const match = this.#matcherOf(selector);
    return isDefinition(selector)
      ? this.#emitter.listen(selector, handler, options, match, selector.key)
      : // No key begins with an asterisk.
        this.#emitter.listen("*" + selectorName(selector), handler, options, match);
  }

  mark(): Mark {
    return this.#history.mark();
  }

  waitFor(selector: NotificationSelector, options: WaitOptions<never> = {}): Promise<Notification> {
    const { since, signal, onGap } = options;
    const waiter = this.#createWaiter(selector, options);
    if (signal?.aborted) return waiter.promise;
    this.#waiters.add(waiter);
    if (since === undefined) return waiter.promise;
    const found = this.#history.take(since, this.#clock.now(), waiter.match);
    if (found) waiter.resolve(found);
    else if (onGap === "reject" && this.#history.hasMissedSince(since)) failByGap(waiter);
    return waiter.promise;
  }

  /** Delivers a notification, unless a filter drops it. `receivedAt` is Unix time. */
  receive(frame: Omit<NotificationFrame, "kind">, receivedAt: number, via: NotificationVia): void {
    const filters = this.#filters;
    const pass = (index: number): void => {
      const filter = filters[index];
      if (filter) {
        this.#emitter.callSafely(filter, [frame, via, () => pass(index + 1)]);
      } else this.#holds.push(createNotification(frame, receivedAt, via, this.#onNotJson));
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
    const undo = (): void => void this.#syncHandlers.delete(undo);
    this.#syncHandlers.set(undo, once ? (...args) => (undo(), handler(...args)) : handler);
    signal?.addEventListener("abort", undo);
    if (signal?.aborted) undo();
    return undo;
  }

  /** Runs the handlers of onSync; until all of them settle, notifications are held back. */
  async sync(event: unknown): Promise<void> {
    const handlers = [...this.#syncHandlers.values()];
    if (!handlers.length) return;
    const release = this.hold();
    await Promise.all(handlers.map((run) => this.#emitter.callSafely(run, [event])));
    release();
  }

  /** Notifications may have been missed until now. */
  addGap(): void {
    this.#history.addGap();
    for (const waiter of this.#waiters) if (waiter.rejectsOnGap) failByGap(waiter);
  }

  forgetHistory(): void {
    this.#history.clear();
  }

  /** Delivers what is held, whatever holds are open. */
  endHolds(): void {
    this.#holds.endAll();
  }

  dispose(): void {
    for (const { fail } of this.#waiters) fail({ kind: "notConnected" }, "disposed");
    this.#holds.clear();
    this.#syncHandlers.clear();
    this.#history.clear();
  }

  readonly #onNotJson = (key: string): void => this.#report("warn", "payloadNotJson", key, { key });

  #deliver(notification: Notification): void {
    const isTaken = this.#answerWaiter(notification);
    this.#history.add(notification, this.#clock.now(), isTaken);
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
    const match = this.#matcherOf(selector);
    // A definition that a waiter waits for is in use, as one with a handler is.
    const release = isDefinition(selector)
      ? this.#emitter.listen(selector, nothing, {}, nothing)
      : nothing;
    const onEnd = (): void => {
      this.#waiters.delete(waiter);
      release();
    };
    const method = `waitFor ${selectorName(selector)}`;
    const waiter: Waiter = {
      ...createDeferred<Notification>(method, this.#clock, options, onEnd),
      rejectsOnGap: onGap === "reject",
      match(notification) {
        try {
          const matched = match(notification);
          return matched && (!where || where(matched as never)) && matched;
        } catch (error) {
          waiter.reject(error);
          return undefined;
        }
      },
    };
    return waiter;
  }

  #matcherOf(selector: NotificationSelector): Matcher {
    const report = this.#report;
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

const failByGap = ({ fail }: Waiter): void =>
  fail({ kind: "gap" }, "it may have been lost in a gap");
