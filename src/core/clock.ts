/** Time and chance, passed in so that tests and simulations can set both. */
export interface Clock {
  /**
   * Milliseconds since a moment of its own, only ever forward, whatever the system clock is set to:
   * for schedules, probes and deadlines.
   */
  readonly now: () => number;
  /** Unix time in milliseconds: for dates, as `receivedAt` and the life of a token. */
  readonly wallTime: () => number;
  /** One draw in [0, 1). */
  readonly random: () => number;
  readonly setTimer: (run: () => void, ms: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
}

/** Hosts of mini-games have neither. */
const host = globalThis as Partial<Pick<typeof globalThis, "performance" | "crypto">>;

/** A wall clock that is further ahead than this: the host has slept. */
const SLEEP_MS = 1_000;

/**
 * The host's monotonic clock and the time that the host has slept: while a phone or a laptop
 * sleeps, `performance.now()` stands still in most browsers. A wall clock that is put forward counts
 * as a sleep too, which costs a probe; one that is put back changes nothing.
 */
function createMonotonicClock(): () => number {
  const read = (): number => (host.performance ?? Date).now();
  let sleptMs = 0;
  let offset = Date.now() - read();
  return () => {
    const ms = read();
    const aheadMs = Date.now() - ms - offset;
    if (aheadMs > SLEEP_MS) sleptMs += aheadMs;
    if (Math.abs(aheadMs) > SLEEP_MS) offset += aheadMs;
    return ms + sleptMs;
  };
}

export const systemClock: Clock = {
  now: createMonotonicClock(),
  wallTime: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
};

const LAST_TURN_MS = 200;
/** The most a timer of the host takes. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs at a deadline. The last 200 ms are a timer of their own: after the host was blocked or
 * asleep, what waits in the event loop is read before the deadline passes.
 *
 * @returns cancels it
 */
export function setDeadline(
  { setTimer, clearTimer }: Pick<Clock, "setTimer" | "clearTimer">,
  run: () => void,
  ms: number,
): () => void {
  const lastTurnMs = Math.min(ms, LAST_TURN_MS);
  let timer = setTimer(() => {
    timer = setTimer(run, lastTurnMs);
  }, ms - lastTurnMs);
  return () => clearTimer(timer);
}

/**
 * 128 random bits. `crypto.randomUUID` is missing on plain http; `getRandomValues` is not. Hosts of
 * mini-games have neither: an ID has to be unique, not secret.
 */
export function newId(): string {
  const words = Uint32Array.from({ length: 4 }, () => Math.random() * 2 ** 32);
  host.crypto?.getRandomValues(words);
  return words.reduce((id, word) => id + word.toString(36), "");
}

/** Aborts after `ms`. AbortSignal.timeout is missing before Safari 16, Chrome 103, Firefox 100. */
export function timeoutSignal(ms: number): AbortSignal {
  const limitMs = Math.min(ms, LONGEST_TIMER_MS);
  if ("timeout" in AbortSignal) return AbortSignal.timeout(limitMs);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), limitMs);
  return controller.signal;
}
