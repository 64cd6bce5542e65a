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

export const systemClock: Clock = {
  now: () => performance.now(),
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

/** 128 random bits. `crypto.randomUUID` is missing on plain http; `getRandomValues` is not. */
export const newId = (): string =>
  crypto.getRandomValues(new Uint32Array(4)).reduce((id, word) => id + word.toString(36), "");

/** Aborts after `ms`. AbortSignal.timeout is missing before Safari 16, Chrome 103, Firefox 100. */
export function timeoutSignal(ms: number): AbortSignal {
  const limitMs = Math.min(ms, LONGEST_TIMER_MS);
  if ("timeout" in AbortSignal) return AbortSignal.timeout(limitMs);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), limitMs);
  return controller.signal;
}
