import { invalid } from "../settings.js";

/** Where the emulator takes its time from. Default: the clock of this machine. */
export interface EmulatorClock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls back once, after this many milliseconds; answers its own undo. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

export const realClock: EmulatorClock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    // Node runs a timer of more than 2^31-1 ms at once.
    const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A clock that can be put forward, with one alarm. */
export interface AdjustableClock {
  now(): number;
  /** Puts the clock forward; what is due by then has happened when it returns. */
  advance(byMs: number): void;
  /** Back to the time of the clock beneath. */
  resetOffset(): void;
  /** Rings at `atMs`, unless it rings earlier already. */
  wakeAt(atMs: number): void;
  /** Rings no more, until asked again. */
  cancelWake(): void;
}

export function adjustableClock(beneath: EmulatorClock, ring: () => void): AdjustableClock {
  let shiftMs = 0;
  let due = Infinity;
  let undo = (): void => {};
  const now = () => beneath.now() + shiftMs;
  const silence = () => {
    undo();
    undo = () => {};
    due = Infinity;
  };
  const setAlarm = (atMs: number) => {
    silence();
    if (atMs === Infinity) return;
    due = atMs;
    undo = beneath.setTimer(
      () => {
        due = Infinity;
        ring();
      },
      Math.max(0, atMs - now()),
    );
  };
  return {
    now,
    cancelWake: silence,
    wakeAt: (atMs) => {
      if (atMs < due) setAlarm(atMs);
    },
    advance(byMs) {
      if (!(byMs >= 0)) throw invalid("The emulator's clock advances by 0 or more milliseconds.");
      shiftMs += byMs;
      if (due > now()) {
        setAlarm(due);
        return;
      }
      silence();
      ring();
    },
    resetOffset() {
      shiftMs = 0;
      setAlarm(due);
    },
  };
}
