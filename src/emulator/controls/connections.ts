import type { WebSocketSession } from "../../wire/models.js";
import { sessionsOn } from "../store/sessions.js";
import type { Store } from "../store/types.js";

/** An open socket, with the sessions bound on it. */
export interface OpenConnection {
  readonly connectionId: string;
  /** Unix time in milliseconds. */
  readonly openedAt: number;
  /** When the last frame went in either direction; a ping counts too. */
  readonly lastActiveAt: number;
  /** Client of the project token it used last; null before its login. */
  readonly clientId: string | null;
  readonly sessions: readonly WebSocketSession[];
}

/** All open sockets, in the order of opening. */
export const openConnections = (store: Store): OpenConnection[] =>
  [...store.connections.values()].map(({ connectionId, openedAt, lastActiveAt, clientId }) => ({
    connectionId,
    openedAt,
    lastActiveAt,
    clientId: clientId ?? null,
    sessions: sessionsOn(store, connectionId),
  }));
