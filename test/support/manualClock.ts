import type { Clock } from "../../src/core/clock.js";

/** A clock that the test advances, with a random number that the test sets. */
export interface ManualClock extends Clock {
  /** The number of timers that are set and have not run. */
  readonly pendingTimers: number;
  /** Advances the time. Each timer runs at its due time, in order. */
  advance(ms: number): void;
  /** Advances the time at once, as after a laptop's sleep, then runs the timers that are due. */
  jump(ms: number): void;
  /** What `random()` returns from now on. Default 0.5. */
  setRandom(value: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function manualClock(startAt = 1_700_000_000_000): ManualClock {
  let time = startAt;
  let random = 0.5;
  const timers = new Set<Timer>();
  const nextUntil = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
    }
    return next;
  };
  const runUntil = (end: number): void => {
    for (let next; (next = nextUntil(end));) {
      timers.delete(next);
      time = Math.max(time, next.at);
      next.run();
    }
  };
  return {
    now: () => time,
    wallTime: () => time,
    random: () => random,
    setTimer(run, ms) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return timer;
    },
    clearTimer: (timer) => void timers.delete(timer as Timer),
    get pendingTimers() {
      return timers.size;
    },
    advance(ms) {
      const end = time + ms;
      runUntil(end);
      time = end;
    },
    jump(ms) {
      time += ms;
      runUntil(time);
    },
    setRandom(value) {
      random = value;
    },
  };
}
