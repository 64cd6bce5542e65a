import type { FileFetch } from "../http/upload.js";
import type { Clock } from "../pending.js";

/** Time, chance and network as an admin meets them. */
export interface AdminHost {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly fetch: () => FileFetch | undefined;
}

export const adminHost: AdminHost = {
  clock: {
    now: () => Date.now(),
    random: () => Math.random(),
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer as number),
  },
  // randomUUID is missing on plain http; getRandomValues is not.
  newId: () =>
    crypto.getRandomValues(new Uint32Array(4)).reduce((id, word) => id + word.toString(36), ""),
  fetch: () => (globalThis as { fetch?: FileFetch }).fetch,
};
