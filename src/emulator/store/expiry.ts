import { finishJobs, nextJobDue } from "./jobs.js";
import { cutConnection, dropSession, type Connection, type Effect, type Store } from "./store.js";

/** What time alone does: jobs are done, and sockets that were idle or open for too long are cut. */
export function expireDue(world: Store, now: number): Effect[] {
  const effects: Effect[] = finishJobs(world, now);
  for (const connection of [...world.connections.values()]) {
    const { connectionId } = connection;
    const due = dueAt(world, connection);
    if (due.idle <= now) effects.push(...cutConnection(world, connectionId, "idle for too long"));
    else if (due.life <= now) {
      effects.push(...cutConnection(world, connectionId, "open for too long"));
    }
  }
  if (world.settings.accessTokenExpiryEndsSession) {
    for (const [player, held] of [...world.sessions]) {
      for (const [connectionId, { tokenExpiresAt = Infinity }] of [...held]) {
        if (tokenExpiresAt <= now) dropSession(world, player, connectionId);
      }
    }
  }
  return effects;
}

/** When {@link expireDue} has something to do next, at the earliest. */
export function nextExpiryAt(world: Store): number | undefined {
  let next = nextJobDue(world);
  for (const connection of world.connections.values()) {
    const due = dueAt(world, connection);
    next = Math.min(next, due.idle, due.life);
  }
  if (world.settings.accessTokenExpiryEndsSession) {
    for (const held of world.sessions.values()) {
      for (const { tokenExpiresAt = Infinity } of held.values()) {
        next = Math.min(next, tokenExpiresAt);
      }
    }
  }
  return next === Infinity ? undefined : next;
}

function dueAt({ settings }: Store, connection: Connection): { idle: number; life: number } {
  return {
    idle: connection.lastActiveAt + (settings.idleTimeoutMs ?? Infinity),
    life: connection.openedAt + (settings.lifetimeMs ?? Infinity),
  };
}
