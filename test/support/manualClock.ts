import type { Clock } from "../../src/core/deferred.js";

/** Time that passes when told, and chance that is what was dealt. */
export interface ManualClock extends Clock {
  /** Timers that are set and have not run. */
  readonly pendingTimers: number;
  /** Lets time pass; what falls due runs at its own time, in order. */
  advance(ms: number): void;
  /** Lets time jump as for a laptop that slept: nothing runs in between. */
  sleep(ms: number): void;
  /** What `random()` answers from here on. Default 0.5. */
  deal(chance: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function manualClock(startAt = 1_700_000_000_000): ManualClock {
  let time = startAt;
  let chance = 0.5;
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
    random: () => chance,
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
    sleep(ms) {
      time += ms;
      runUntil(time);
    },
    deal(next) {
      chance = next;
    },
  };
}
