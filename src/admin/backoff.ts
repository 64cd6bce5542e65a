import type { Clock } from "../core/clock.js";

/**
 * A delay between zero and a limit that doubles with each try ("full jitter"): callers that failed
 * together do not come back together.
 */
export const fullJitter = (
  random: () => number,
  tries: number,
  firstMs: number,
  longestMs: number,
): number => random() * Math.min(longestMs, firstMs * 2 ** tries);

/** Resolves after `ms`, or earlier when the signal aborts; never rejects. */
export function wait(
  { setTimer, clearTimer }: Pick<Clock, "setTimer" | "clearTimer">,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimer(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimer(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Pauses all workers of a run together, longer each time the server throttles. */
export interface Throttle {
  /** Resolves with the current round when a call may be sent, or when the signal aborts. */
  readonly acquire: () => Promise<number>;
  /** The server throttled a call of this round. */
  readonly onThrottled: (round: number) => void;
  readonly onSuccess: (round: number) => void;
}

export function createThrottle(clock: Clock, signal: AbortSignal): Throttle {
  let round = 0;
  let level = 0;
  let pause: Promise<void> | undefined;
  return {
    async acquire() {
      while (pause && !signal.aborted) await pause;
      return round;
    },
    onThrottled(from) {
      // Calls that were sent together are throttled together: that counts once.
      if (from !== round) return;
      round++;
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** level++);
      pause = wait(clock, longest * (0.5 + clock.random() / 2), signal).then(() => {
        pause = undefined;
      });
    },
    onSuccess(from) {
      if (from === round) level = 0;
    },
  };
}
