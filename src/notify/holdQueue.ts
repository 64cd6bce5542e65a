import type { Clock } from "../core/clock.js";
import type { Notification } from "./notification.js";

const HELD_LIMIT = 1_000;
const LONGEST_HOLD_MS = 5_000;

/**
 * Keeps notifications back while holds are open, and delivers them in order once the last one ends;
 * after 5 seconds or with 1,000 notifications it delivers them anyway.
 * @internal
 */
export class HoldQueue {
  readonly #clock: Clock;
  readonly #deliver: (notification: Notification) => void;
  readonly #onOverrun: (held: number) => void;
  #held: Notification[] = [];
  #openHolds = 0;
  /** Overlapping holds; the end of a hold of an earlier round counts no more. */
  #round = {};
  #timer: unknown;

  constructor(
    clock: Clock,
    deliver: (notification: Notification) => void,
    onOverrun: (held: number) => void,
  ) {
    this.#clock = clock;
    this.#deliver = deliver;
    this.#onOverrun = onOverrun;
  }

  /** @returns ends this hold */
  hold(): () => void {
    if (!this.#openHolds++) {
      this.#timer = this.#clock.setTimer(() => this.#overrun(), LONGEST_HOLD_MS);
    }
    const round = this.#round;
    let isEnded = false;
    return () => {
      if (isEnded || round !== this.#round) return;
      isEnded = true;
      if (!--this.#openHolds) this.endAll();
    };
  }

  push(notification: Notification): void {
    if (!this.#openHolds) this.#deliver(notification);
    else if (this.#held.push(notification) >= HELD_LIMIT) this.#overrun();
  }

  endAll(): void {
    this.#clock.clearTimer(this.#timer);
    this.#round = {};
    this.#openHolds = 0;
    // A handler may begin a new hold.
    for (let next; !this.#openHolds && (next = this.#held.shift());) this.#deliver(next);
  }

  clear(): void {
    this.#held = [];
  }

  #overrun(): void {
    this.#onOverrun(this.#held.length);
    this.endAll();
  }
}
