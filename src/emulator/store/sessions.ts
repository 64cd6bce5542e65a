import type { WebSocketSession } from "../../wire/models.js";
import { playerKey } from "./keys.js";
import type { BoundSession, Connection, Effect, Store } from "./types.js";

export function openConnection(store: Store, now: number): Connection {
  const connection: Connection = {
    connectionId: store.ids.next("connection"),
    openedAt: now,
    lastActiveAt: now,
    players: new Set(),
  };
  store.connections.set(connection.connectionId, connection);
  return connection;
}

/** Removes a connection and its sessions; returns the sessions. */
export function dropConnection(store: Store, connectionId: string): WebSocketSession[] {
  const connection = store.connections.get(connectionId);
  if (!connection) return [];
  store.connections.delete(connectionId);
  return [...connection.players].flatMap((player) => dropSession(store, player, connectionId));
}

/** Removes a connection and its sessions, and asks the engine to close the socket. */
export function cutConnection(
  store: Store,
  connectionId: string,
  reason: string,
  code?: number,
): Effect[] {
  if (!store.connections.has(connectionId)) return [];
  dropConnection(store, connectionId);
  return [{ kind: "close", connectionId, reason, code }];
}

export function dropSession(
  store: Store,
  player: string,
  connectionId: string,
): WebSocketSession[] {
  const bound = store.sessions.get(player);
  const removed = bound?.get(connectionId);
  if (!bound || !removed) return [];
  bound.delete(connectionId);
  if (bound.size === 0) store.sessions.delete(player);
  store.connections.get(connectionId)?.players.delete(player);
  return [removed.session];
}

/** Sessions of a player, in the order of binding. */
export const sessionsOf = (
  store: Store,
  namespaceName: string,
  userId: string,
): WebSocketSession[] =>
  boundSessionsOf(store, namespaceName, userId).map(({ session }) => session);

export const boundSessionsOf = (
  store: Store,
  namespaceName: string,
  userId: string,
): BoundSession[] => [...(store.sessions.get(playerKey(namespaceName, userId))?.values() ?? [])];

/** Sessions on a connection, in the order of binding. @param most the first of them */
export const sessionsOn = (
  store: Store,
  connectionId: string,
  most = Infinity,
): WebSocketSession[] =>
  [...(store.connections.get(connectionId)?.players ?? [])].slice(0, most).flatMap((player) => {
    const bound = store.sessions.get(player)?.get(connectionId);
    return bound ? [bound.session] : [];
  });

export const allSessions = (store: Store): WebSocketSession[] =>
  [...store.sessions.values()].flatMap((bound) =>
    [...bound.values()].map(({ session }) => session),
  );
