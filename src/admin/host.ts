import type { FileFetch } from "../http/upload.js";
import type { Clock } from "../core/clock.js";
import { newId, systemClock } from "../core/clock.js";

/** Time, chance and network as an admin meets them. */
export interface AdminPlatform {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly fetch: () => FileFetch | undefined;
}

export const adminPlatform: AdminPlatform = {
  clock: systemClock,
  newId,
  fetch: () => (globalThis as { fetch?: FileFetch }).fetch,
};
