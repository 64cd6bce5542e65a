import { notificationKey } from "../wire/notifications.js";

export type Via = "socket" | "push";

interface Arrived {
  via: Via;
  count: number;
  at: number;
}

/** Payloads are 1,024 characters at most (GS2 reference): a quarter of a megabyte. */
const MOST_REMEMBERED = 256;

/**
 * Tells the second copy of a notification that came by both ways. Two are the same when their key and their payload are: GS2 numbers
 * nothing, and whether a push carries the issuer is not known. Two equal ones that came by one way are two.
 *
 * @param windowMs how far apart the copies may be
 */
export function createDeduplicator(
  windowMs: number,
): (
  notice: { issuer: string; subject: string; payload: string },
  via: Via,
  now: number,
) => boolean {
  const arrived = new Map<string, Arrived>();
  return ({ issuer, subject, payload }, via, now) => {
    const id = `${notificationKey(issuer, subject)}\n${payload}`;
    let one = arrived.get(id);
    if (one && now - one.at > windowMs) one = undefined;
    if (one && one.via !== via) {
      if (!--one.count) arrived.delete(id);
      return true;
    }
    // Anew, so that the oldest stay in front.
    arrived.delete(id);
    arrived.set(id, { via, count: (one?.count ?? 0) + 1, at: now });
    for (const [oldest] of arrived) {
      if (arrived.size <= MOST_REMEMBERED) break;
      arrived.delete(oldest);
    }
    return false;
  };
}
