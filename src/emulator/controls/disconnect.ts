import type { WebSocketSession } from "../../wire/models.js";
import { invalid } from "../settings.js";
import { allSessions, cutConnection } from "../store/sessions.js";
import type { Effect, Store } from "../store/types.js";

/** Whose sockets to cut: those of a user, or one by its id. */
export interface DisconnectOptions {
  userId?: string | undefined;
  /** With `userId`: only sessions in this namespace. Default: any. */
  namespaceName?: string | undefined;
  connectionId?: string | undefined;
  /** Default: the setting `closeCodeOnCut`. 1006 cuts the line without a close frame. */
  code?: number | undefined;
}

export function disconnect(
  world: Store,
  { userId, namespaceName, connectionId, code }: Readonly<DisconnectOptions>,
): { result: WebSocketSession[]; effects: Effect[] } {
  if ((userId === undefined) === (connectionId === undefined)) {
    throw invalid("disconnect takes either a userId or a connectionId.");
  }
  const sessions = allSessions(world);
  const meant = sessions.filter(
    (session) =>
      session.userId === userId &&
      (namespaceName === undefined || session.namespaceName === namespaceName),
  );
  const connectionIds = new Set(
    connectionId === undefined ? meant.map((session) => session.connectionId) : [connectionId],
  );
  return {
    result: sessions.filter((session) => connectionIds.has(session.connectionId)),
    effects: [...connectionIds].flatMap((id) =>
      cutConnection(world, id, "disconnected by the emulator's owner", code),
    ),
  };
}
