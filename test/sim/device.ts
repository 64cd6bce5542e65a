import type { Hint } from "../../src/connection/machine.js";
import type { Clock } from "../../src/core/clock.js";
import type { PageSessionIds } from "../../src/session/tabSession.js";
import type { Random } from "./random.js";
import type { ScheduledTask, TaskOwner, VirtualTime } from "./virtualTime.js";

const HIDDEN_LONG_MS = 300_000;
const THROTTLED_MS = 60_000;
/** The page's monotonic clock starts with the page, its wall clock does not. */
const CLOCK_ORIGIN = 1_699_999_990_000;

/** Which tasks that waited for the main thread run first. */
export type TaskOrder = "timersFirst" | "framesFirst" | "asDue";

/** A page and the device it runs on: clock, timers and platform events. */
export class Device implements TaskOwner {
  asleep = false;
  readonly deferred: ScheduledTask[] = [];
  wokeAt = 0;
  online = true;
  hiddenSince: number | undefined;
  everHidden = false;
  observedSince = 0;
  inBackForwardCache = false;
  /** The page was unloaded, with its timers and sockets. */
  gone = false;
  /** Session IDs of the clients of this page and its frames. */
  readonly sessionIds: PageSessionIds = { inUse: new Set() };
  /** How far the wall clock was set away from the simulation's time. */
  wallOffsetMs = 0;
  readonly timers = new Set<ScheduledTask>();
  readonly clock: Clock;
  readonly #listeners = new Set<(hint: Hint) => void>();
  readonly #queuedHints: Hint[] = [];
  #shownAt = -Infinity;
  #block: object | undefined;

  constructor(
    readonly time: VirtualTime,
    random: Random,
    /** Of the same page: its first client, or an iframe's. */
    page?: Device,
  ) {
    if (page) {
      this.sessionIds = page.sessionIds;
      this.hiddenSince = page.hiddenSince;
      this.everHidden = page.everHidden;
      this.online = page.online;
      this.wallOffsetMs = page.wallOffsetMs;
    }
    this.clock = {
      now: () => time.now - CLOCK_ORIGIN,
      wallTime: () => time.now + this.wallOffsetMs,
      random: () => random.next(),
      setTimer: (run, ms) => {
        const timer = time.at(
          this.#timerAt(ms),
          () => {
            this.timers.delete(timer);
            run();
          },
          this,
        );
        this.timers.add(timer);
        return timer;
      },
      clearTimer: (timer) => {
        if (!timer) return;
        (timer as ScheduledTask).cancelled = true;
        this.timers.delete(timer as ScheduledTask);
      },
    };
  }

  /** Upper bound of the delay that throttling adds to a timer of this page. */
  get timerLatenessMs(): number {
    return this.hiddenSince === undefined ? 0 : THROTTLED_MS;
  }

  /** The same for a timer that was set up to then. */
  get lastTimersLatenessMs(): number {
    const isThrottled = this.time.now < this.#shownAt + THROTTLED_MS;
    return isThrottled ? THROTTLED_MS : this.timerLatenessMs;
  }

  get isObserved(): boolean {
    return this.#listeners.size > 0;
  }

  readonly observePlatform = (listener: (hint: Hint) => void): (() => void) => {
    this.observedSince = this.time.now;
    this.#listeners.add(listener);
    listener(this.hiddenSince === undefined ? "foreground" : "background");
    listener(this.online ? "online" : "offline");
    return () => void this.#listeners.delete(listener);
  };

  /** While the device is asleep the hint is queued until it wakes. */
  emitHint(hint: Hint): void {
    if (this.asleep) return void this.#queuedHints.push(hint);
    if (hint === "background" || hint === "pagehide") {
      this.hiddenSince ??= this.time.now;
      this.everHidden = true;
    }
    if (hint === "foreground" || hint === "pageshow") {
      if (this.hiddenSince !== undefined) this.#shownAt = this.time.now;
      this.hiddenSince = undefined;
    }
    if (hint === "pagehide") this.sessionIds.onLeave?.();
    for (const listener of this.#listeners) listener(hint);
  }

  sleep(): void {
    this.#block = undefined;
    this.asleep = true;
  }

  wake(): void {
    this.wokeAt = this.time.now;
    this.#block = undefined;
    this.time.wake(this);
    this.#emitQueuedHints();
  }

  /** The main thread is busy: tasks of the page wait, then run in this order. */
  block(ms: number, order: TaskOrder): void {
    this.asleep = true;
    const block = (this.#block = {});
    this.time.after(ms, () => {
      if (!this.asleep || this.#block !== block || this.inBackForwardCache) return;
      this.wokeAt = this.time.now;
      const isTimer = (task: ScheduledTask): boolean => this.timers.has(task);
      this.time.wake(
        this,
        order === "asDue" ? undefined : (task) => isTimer(task) === (order === "timersFirst"),
      );
      this.#emitQueuedHints();
    });
  }

  #emitQueuedHints(): void {
    for (const hint of this.#queuedHints.splice(0)) this.emitHint(hint);
  }

  /** Unloads the page; its client gets no event. */
  destroy(): void {
    this.gone = true;
    for (const timer of this.timers) timer.cancelled = true;
    this.timers.clear();
    this.#listeners.clear();
  }

  /** Browsers run timers of a hidden page once a second, and once a minute after 5 minutes. */
  #timerAt(ms: number): number {
    const { now } = this.time;
    // Whole milliseconds: a fraction would be lost between the two clocks.
    const at = now + Math.ceil(Math.max(ms, 0));
    if (this.hiddenSince === undefined || ms === 0) return at;
    const intervalMs = now - this.hiddenSince > HIDDEN_LONG_MS ? THROTTLED_MS : 1_000;
    return Math.ceil(at / intervalMs) * intervalMs;
  }
}
