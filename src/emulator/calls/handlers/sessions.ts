import {
  describeWebSocketSessions,
  describeWebSocketSessionsByUserId,
  disconnectAll,
  disconnectByUserId,
  setUserId,
  setUserIdByUserId,
} from "../../../wire/methods.js";
import type { BindOptions, Page, PageRequest } from "../../../wire/requests.js";
import type { WebSocketSession } from "../../../wire/models.js";
import { ok, fieldError, notFound, failure, type CallResult, type Failure } from "../result.js";
import { page } from "../paging.js";
import {
  allSessions,
  cutConnection,
  dropSession,
  grn,
  playerKey,
  sessionsOf,
  type Connection,
  type Effect,
  type BoundSession,
  type Store,
} from "../../store/store.js";
import { defineHandler, type Call, type MethodHandler } from "./defineHandler.js";

function bindPlayer(
  world: Store,
  params: BindOptions & { readonly namespaceName: string },
  call: Call,
): CallResult<{ item: WebSocketSession }> {
  const connection = connectionToBind(world, params, call);
  if ("status" in connection) return connection;
  const others = sessionsOf(world, params.namespaceName, call.userId).filter(
    ({ connectionId }) =>
      connectionId !== connection.connectionId || world.settings.sameSocketConflictsWithItself,
  );
  const verdict = admit(world, others, params);
  const effects = verdict.cut.flatMap(({ connectionId }) =>
    connectionId === connection.connectionId ? [] : cutConnection(world, connectionId, verdict.why),
  );
  if (verdict.conflict) {
    const { conflictStatus, conflictMessage } = world.settings;
    return failure(
      conflictStatus,
      [{ component: "webSocketSession", message: conflictMessage }],
      effects,
    );
  }
  return ok({ item: bind(world, connection, params, call) }, effects);
}

/** On the socket the connection is the socket itself, whatever the request says. */
function connectionToBind(world: Store, params: BindOptions, call: Call): Connection | Failure {
  const named = call.connectionId ?? params.connectionId;
  if (named) return world.connections.get(named) ?? notFound("webSocketSession");
  if (world.settings.restSetUserIdWithoutConnectionId === "reject") {
    return failure(400, [fieldError("webSocketSession", "connectionId", "require")]);
  }
  const free = [...world.connections.values()].filter(
    ({ clientId = call.clientId, players }) => players.size === 0 && clientId === call.clientId,
  );
  return free.at(-1) ?? notFound("webSocketSession");
}

interface Verdict {
  readonly conflict: boolean;
  readonly cut: readonly WebSocketSession[];
  readonly why: string;
}

/** Whether a newcomer is let in beside, or in place of, the sessions its player has on other sockets. */
function admit(
  { settings }: Store,
  others: readonly WebSocketSession[],
  { allowConcurrentAccess, sessionId, force }: BindOptions,
): Verdict {
  const letIn = (cut: readonly WebSocketSession[], why: string): Verdict => ({
    conflict: false,
    cut,
    why,
  });
  if (allowConcurrentAccess !== false || others.length === 0) return letIn([], "");
  if (force === true) return letIn(others, "another client took the place by force");
  if (sessionId && others.every((other) => other.sessionId === sessionId)) {
    return letIn(
      settings.onSameSessionIdOldSession === "cut" ? others : [],
      "the same client came back with its sessionId",
    );
  }
  return {
    conflict: true,
    cut: settings.onConflictOldSession === "cut" ? others : [],
    why: "another client wanted the place",
  };
}

function bind(
  world: Store,
  connection: Connection,
  params: BindOptions & { readonly namespaceName: string },
  { userId, now, tokenExpiresAt }: Call,
): WebSocketSession {
  const { namespaceName, allowConcurrentAccess, sessionId } = params;
  const { connectionId } = connection;
  const player = playerKey(namespaceName, userId);
  if (!world.settings.severalSessionsPerSocket) {
    for (const other of [...connection.players]) {
      if (other !== player) dropSession(world, other, connectionId);
    }
  }
  const held = world.sessions.get(player) ?? new Map<string, BoundSession>();
  const before = held.get(connectionId)?.session;
  const session: WebSocketSession = {
    webSocketSessionId: grn(world, namespaceName, "user", userId, "session", connectionId),
    connectionId,
    namespaceName,
    userId,
    // It means something only for an exclusive session, so only such a session has one.
    sessionId: allowConcurrentAccess === false && sessionId ? sessionId : null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: (before?.revision ?? 0) + 1,
  };
  // Out and in again: the order of the map is the order of binding.
  held.delete(connectionId);
  world.sessions.set(player, held.set(connectionId, { session, tokenExpiresAt }));
  connection.players.add(player);
  return session;
}

const describe = (
  world: Store,
  params: PageRequest & { readonly namespaceName: string },
  { userId }: Call,
): CallResult<Page<WebSocketSession>> =>
  page(
    sessionsOf(world, params.namespaceName, userId),
    ({ connectionId }) => connectionId,
    "webSocketSession",
    params,
  );

const disconnect = defineHandler(
  disconnectByUserId,
  "must exist",
  (world, { namespaceName, userId }) => {
    const items = sessionsOf(world, namespaceName, userId);
    return ok({ items }, cutAll(world, items));
  },
);

const disconnectEverybody = defineHandler(
  disconnectAll,
  "must exist",
  (world, { namespaceName }) => {
    const inside = allSessions(world).filter((session) => session.namespaceName === namespaceName);
    return ok({}, cutAll(world, inside));
  },
);

const cutAll = (world: Store, sessions: readonly WebSocketSession[]): Effect[] =>
  sessions.flatMap(({ connectionId }) => cutConnection(world, connectionId, "disconnected"));

/** The call knows the player, by access token or by userId. */
export const sessionRules: readonly MethodHandler[] = [
  defineHandler(setUserId, "made", bindPlayer),
  defineHandler(setUserIdByUserId, "made", bindPlayer),
  defineHandler(describeWebSocketSessions, "must exist", describe),
  defineHandler(describeWebSocketSessionsByUserId, "must exist", describe),
  disconnect,
  disconnectEverybody,
];
