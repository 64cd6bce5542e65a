import type { Clock } from "./deferred.js";

/** Time and chance of the machine we run on. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
};

/** 128 random bits. randomUUID is missing on plain http; getRandomValues is not. */
export const newId = (): string =>
  crypto.getRandomValues(new Uint32Array(4)).reduce((id, word) => id + word.toString(36), "");
