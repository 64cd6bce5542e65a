import { finishJobs, nextJobDue } from "./jobs.js";
import { cutConnection, dropSession } from "./sessions.js";
import type { Connection, Effect, Store } from "./types.js";

/** Finishes due jobs, and cuts connections that were idle or open for too long. */
export function expireDue(store: Store, now: number): Effect[] {
  const effects = finishJobs(store, now);
  for (const connection of [...store.connections.values()]) {
    const { connectionId } = connection;
    const { idleAt, endAt } = deadlines(store, connection);
    if (idleAt <= now) effects.push(...cutConnection(store, connectionId, "idle for too long"));
    else if (endAt <= now) {
      effects.push(...cutConnection(store, connectionId, "open for too long"));
    }
  }
  if (store.settings.accessTokenExpiryEndsSession) {
    for (const [player, bound] of [...store.sessions]) {
      for (const [connectionId, { tokenExpiresAt = Infinity }] of [...bound]) {
        if (tokenExpiresAt <= now) dropSession(store, player, connectionId);
      }
    }
  }
  return effects;
}

/** Earliest time at which {@link expireDue} has work; undefined: never. */
export function nextExpiryAt(store: Store): number | undefined {
  let next = nextJobDue(store);
  for (const connection of store.connections.values()) {
    const { idleAt, endAt } = deadlines(store, connection);
    next = Math.min(next, idleAt, endAt);
  }
  if (store.settings.accessTokenExpiryEndsSession) {
    for (const bound of store.sessions.values()) {
      for (const { tokenExpiresAt = Infinity } of bound.values()) {
        next = Math.min(next, tokenExpiresAt);
      }
    }
  }
  return next === Infinity ? undefined : next;
}

const deadlines = (
  { settings }: Store,
  { lastActiveAt, openedAt }: Connection,
): { idleAt: number; endAt: number } => ({
  idleAt: lastActiveAt + (settings.idleTimeoutMs ?? Infinity),
  endAt: openedAt + (settings.lifetimeMs ?? Infinity),
});
