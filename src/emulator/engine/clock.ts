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
export interface ShiftableClock {
  now(): number;
  /** Puts the clock forward; what is due by then has happened when it returns. */
  advance(byMs: number): void;
  /** Back to the time of the clock beneath. */
  restore(): void;
  /** Rings at `atMs`, unless it rings earlier already. */
  ringBy(atMs: number): void;
  /** Rings no more, until asked again. */
  silence(): void;
}

export function shiftableClock(beneath: EmulatorClock, ring: () => void): ShiftableClock {
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
    silence,
    ringBy: (atMs) => {
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
    restore() {
      shiftMs = 0;
      setAlarm(due);
    },
  };
}
