import type { Clock } from "../core/clock.js";

/** A wait that is anything between nothing and a limit which doubles each time: clients that failed together do not come back together. */
export const fullJitter = (
  random: () => number,
  tries: number,
  firstMs: number,
  longestMs: number,
): number => random() * Math.min(longestMs, firstMs * 2 ** tries);

/** Ends early when the signal aborts; never rejects. */
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
