import type { Clock } from "../core/clock.js";
import type { Matcher } from "./history.js";
import type { Notification } from "./notification.js";

const HELD_LIMIT = 1_000;
const LONGEST_MS = 5_000;

interface Entry {
  readonly notification: Notification;
  /** On the monotonic clock. */
  readonly at: number;
  /** A waiter was answered with it. */
  isTaken: boolean;
}

/**
 * Keeps notifications back while holds are open, and delivers them in order once the last one ends.
 * A hold ends after 5 seconds at the latest, all of them end once 1,000 notifications are held, and
 * a notification is delivered after 5 seconds whatever holds are open.
 * @internal
 */
export class HoldQueue {
  readonly #clock: Clock;
  readonly #deliver: (notification: Notification, isTaken: boolean) => void;
  readonly #onOverrun: (held: number) => void;
  readonly #holds = new Set<() => void>();
  #held: Entry[] = [];
  /** How many of them came on an earlier socket. */
  #formerCount = 0;
  #isDelivering = false;
  #timer: unknown;

  constructor(
    clock: Clock,
    deliver: (notification: Notification, isTaken: boolean) => void,
    onOverrun: (held: number) => void,
  ) {
    this.#clock = clock;
    this.#deliver = deliver;
    this.#onOverrun = onOverrun;
  }

  /** @returns ends this hold */
  hold(): () => void {
    const end = (): void => {
      if (!this.#holds.delete(end)) return;
      this.#clock.clearTimer(timer);
      this.#deliverDue();
    };
    const timer = this.#clock.setTimer(() => {
      this.#onOverrun(this.#held.length);
      end();
    }, LONGEST_MS);
    this.#holds.add(end);
    return end;
  }

  push(notification: Notification): void {
    if (!this.#holds.size && !this.#isDelivering) return this.#deliver(notification, false);
    this.#held.push({ notification, at: this.#clock.now(), isTaken: false });
    if (this.#held.length === 1) this.#setTimer();
    if (this.#held.length >= HELD_LIMIT) {
      this.#onOverrun(HELD_LIMIT);
      this.endAll();
    }
  }

  /** The first one that matches and has answered no waiter yet. */
  take(match: Matcher): Notification | undefined {
    for (const entry of this.#held) {
      const matched = !entry.isTaken && match(entry.notification);
      if (!matched) continue;
      entry.isTaken = true;
      return matched;
    }
    return undefined;
  }

  endAll(): void {
    for (const end of this.#holds) end();
  }

  /** What is held came on a socket that is gone. */
  socketLost(): void {
    this.#formerCount = this.#held.length;
  }

  /** Drops what came on earlier sockets. */
  dropFormer(): void {
    this.#held.splice(0, this.#formerCount);
    this.#formerCount = 0;
    this.#setTimer();
  }

  clear(): void {
    this.#held = [];
    this.endAll();
  }

  /**
   * A handler may begin a new hold. It may also end one: what that makes due waits until the other
   * handlers have got the present notification.
   *
   * @param isOverrun reported: what is overdue is delivered while holds are open
   */
  #deliverDue(isOverrun?: boolean): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (this.#held.length && (!this.#holds.size || (isOverrun && this.#dueInMs <= 0))) {
      const { notification, isTaken } = this.#held.shift()!;
      if (this.#formerCount) this.#formerCount--;
      this.#deliver(notification, isTaken);
    }
    this.#isDelivering = false;
    this.#setTimer();
  }

  /** Milliseconds until the first one is delivered whatever holds are open. */
  get #dueInMs(): number {
    return this.#held[0]!.at + LONGEST_MS - this.#clock.now();
  }

  #setTimer(): void {
    this.#clock.clearTimer(this.#timer);
    if (!this.#held.length) return;
    this.#timer = this.#clock.setTimer(
      () => {
        this.#onOverrun(this.#held.length);
        this.#deliverDue(true);
      },
      Math.max(0, this.#dueInMs),
    );
  }
}
