import type { FileFetch } from "../http/upload.js";
import type { Clock } from "../core/clock.js";
import { newId, systemClock } from "../core/clock.js";

/** Clock, random IDs and network of an admin; tests pass in their own. */
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
