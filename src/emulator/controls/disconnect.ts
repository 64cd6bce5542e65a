import * as v from "valibot";
import type { WebSocketSession } from "../../wire/models.js";
import { anyText, objectOf, readWith, wholeNumberOf } from "../schema/schema.js";
import { allSessions, cutConnection } from "../store/sessions.js";
import type { Effect, Store } from "../store/types.js";

/** Which sockets to cut: those of a user, or one by its id. */
export interface DisconnectOptions {
  userId?: string | undefined;
  /** With `userId`: only sessions in this namespace. Default: any. */
  namespaceName?: string | undefined;
  connectionId?: string | undefined;
  /** Default: the setting `closeCodeOnCut`. 1006 cuts the connection without a close frame. */
  code?: number | undefined;
}

/** The codes a server may send, and 1006. */
const closeCode = wholeNumberOf(
  "1000 to 1003, 1006 to 1014 or 3000 to 4999",
  (code) =>
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005) ||
    (code >= 3000 && code <= 4999),
);

const schema = v.pipe(
  objectOf({
    userId: v.optional(anyText),
    namespaceName: v.optional(anyText),
    connectionId: v.optional(anyText),
    code: v.optional(closeCode),
  }),
  v.forward(
    v.check(
      ({ userId, connectionId }) => (userId === undefined) !== (connectionId === undefined),
      "or connectionId must be supplied, and not both",
    ),
    ["userId"],
  ),
);

export function disconnect(
  store: Store,
  given: Readonly<DisconnectOptions>,
): { result: WebSocketSession[]; effects: Effect[] } {
  const { userId, namespaceName, connectionId, code } = readWith("disconnect", schema, given);
  const sessions = allSessions(store);
  const matching = sessions.filter(
    (session) =>
      session.userId === userId &&
      (namespaceName === undefined || session.namespaceName === namespaceName),
  );
  const connectionIds = new Set(
    connectionId === undefined ? matching.map((session) => session.connectionId) : [connectionId],
  );
  return {
    result: sessions.filter((session) => connectionIds.has(session.connectionId)),
    effects: [...connectionIds].flatMap((id) =>
      cutConnection(store, id, "disconnected by the emulator's owner", code),
    ),
  };
}
