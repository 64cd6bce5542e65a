import { notificationKey } from "../wire/notifications.js";

export type Via = "socket" | "push";

interface Arrival {
  via: Via;
  count: number;
  at: number;
}

const MOST_REMEMBERED = 256;
/** Payloads are 1,024 characters at most (GS2 reference); a server may send longer ones. */
const MOST_CHARACTERS = 256_000;

/**
 * Recognises the second copy of a notification that came by socket and by push. Two copies have the
 * same key and payload: GS2 sends no ID, and it is not known whether a push contains the issuer.
 * Two equal notifications that came the same way are not copies.
 *
 * @param windowMs longest time between two copies
 * @returns whether a notification is the second copy
 */
export function createDeduplicator(
  windowMs: number,
): (
  notification: { issuer: string; subject: string; payload: string },
  via: Via,
  now: number,
) => boolean {
  const arrivals = new Map<string, Arrival>();
  let characters = 0;
  const forget = (id: string): void => {
    if (arrivals.delete(id)) characters -= id.length;
  };
  return ({ issuer, subject, payload }, via, now) => {
    const id = `${notificationKey(issuer, subject)}\n${payload}`;
    let first = arrivals.get(id);
    if (first && now - first.at > windowMs) first = undefined;
    if (first && first.via !== via) {
      if (!--first.count) forget(id);
      return true;
    }
    // Deleted and set anew, so that the map stays ordered by age.
    forget(id);
    characters += id.length;
    arrivals.set(id, { via, count: (first?.count ?? 0) + 1, at: now });
    for (const [oldest] of arrivals) {
      if (arrivals.size <= MOST_REMEMBERED && characters <= MOST_CHARACTERS) break;
      forget(oldest);
    }
    return false;
  };
}
