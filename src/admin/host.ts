import type { FileFetch } from "../http/upload.js";
import type { Clock } from "../pending.js";
import { newId, systemClock } from "../system.js";

/** Time, chance and network as an admin meets them. */
export interface AdminHost {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly fetch: () => FileFetch | undefined;
}

export const adminHost: AdminHost = {
  clock: systemClock,
  newId,
  fetch: () => (globalThis as { fetch?: FileFetch }).fetch,
};
