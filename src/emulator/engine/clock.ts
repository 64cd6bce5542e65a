import { invalid } from "../settings.js";

/** The emulator's source of time and timers. Default: the clock of this machine. */
export interface EmulatorClock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls back once, after this many milliseconds. Returns a function that cancels the timer. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

export const realClock: EmulatorClock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    // Node fires a timer of more than 2^31-1 ms at once.
    const timer: NodeJS.Timeout | number = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    // In a page it is a number.
    if (typeof timer === "object") timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that can be advanced, with one timer. */
export interface AdjustableClock {
  now(): number;
  /** Advances the clock, and calls back at once if the timer is due by then. */
  advance(byMs: number): void;
  /** Returns to the time of the underlying clock. */
  resetOffset(): void;
  /** Calls back at `atMs`, unless an earlier time is set. */
  wakeAt(atMs: number): void;
  cancelWake(): void;
}

export function adjustableClock(base: EmulatorClock, onWake: () => void): AdjustableClock {
  let offsetMs = 0;
  let dueAt = Infinity;
  let cancelTimer = (): void => {};
  const now = () => base.now() + offsetMs;
  const cancelWake = () => {
    cancelTimer();
    cancelTimer = () => {};
    dueAt = Infinity;
  };
  const setTimer = (atMs: number) => {
    cancelWake();
    if (atMs === Infinity) return;
    dueAt = atMs;
    cancelTimer = base.setTimer(
      () => {
        dueAt = Infinity;
        onWake();
      },
      Math.max(0, atMs - now()),
    );
  };
  return {
    now,
    cancelWake,
    wakeAt: (atMs) => {
      if (atMs < dueAt) setTimer(atMs);
    },
    advance(byMs) {
      if (!(byMs >= 0)) throw invalid("The emulator's clock advances by 0 or more milliseconds.");
      offsetMs += byMs;
      if (dueAt > now()) {
        setTimer(dueAt);
        return;
      }
      cancelWake();
      onWake();
    },
    resetOffset() {
      offsetMs = 0;
      setTimer(dueAt);
    },
  };
}
