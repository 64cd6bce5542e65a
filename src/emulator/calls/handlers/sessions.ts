import {
  describeWebSocketSessions,
  describeWebSocketSessionsByUserId,
  disconnectAll,
  disconnectByUserId,
  setUserId,
  setUserIdByUserId,
} from "../../../wire/methods.js";
import type { WebSocketSession } from "../../../wire/models.js";
import type { BindOptions, Page, PageRequest } from "../../../wire/requests.js";
import type { EmulatorSettings } from "../../settings.js";
import { grn, nextRevision, playerKey } from "../../store/keys.js";
import { isFull } from "../../store/capacity.js";
import {
  allSessions,
  boundSessionsOf,
  cutConnection,
  dropSession,
  sessionsOf,
} from "../../store/sessions.js";
import type { BoundSession, Connection, Effect, Store } from "../../store/types.js";
import { page } from "../paging.js";
import {
  conflict,
  failure,
  fieldError,
  limitReached,
  notFound,
  ok,
  type CallResult,
  type Failure,
} from "../result.js";
import { defineHandler, type Call, type MethodHandler } from "./defineHandler.js";

function bindPlayer(
  store: Store,
  params: BindOptions & { readonly namespaceName: string },
  call: Call,
): CallResult<{ item: WebSocketSession }> {
  const connection = connectionToBind(store, params, call);
  if ("status" in connection) return connection;
  const others = boundSessionsOf(store, params.namespaceName, call.userId).filter(
    ({ session: { connectionId } }) =>
      connectionId !== connection.connectionId || store.settings.sameSocketConflictsWithItself,
  );
  const admission = admit(store, others, params);
  if (isOneMore(store, connection, admission, playerKey(params.namespaceName, call.userId))) {
    if (isFull(store, "maxSessions")) return limitReached("maxSessions");
  }
  const effects = admission.cut.flatMap(({ session: { connectionId } }) =>
    connectionId === connection.connectionId
      ? []
      : cutConnection(store, connectionId, admission.reason),
  );
  if (admission.conflict) {
    const message = store.settings.conflictMessage;
    return conflict(store, { component: "webSocketSession", message }, effects);
  }
  return ok({ item: bind(store, connection, params, call) }, effects);
}

/** Whether the bind ends no session and replaces none. */
const isOneMore = (
  { settings }: Store,
  { players }: Connection,
  { conflict: isRefused, cut }: Admission,
  player: string,
): boolean =>
  !isRefused &&
  cut.length === 0 &&
  !players.has(player) &&
  (settings.severalSessionsPerSocket || players.size === 0);

/** On the socket it is the socket's own connection; the parameter is ignored. */
function connectionToBind(store: Store, params: BindOptions, call: Call): Connection | Failure {
  const connectionId = call.connectionId ?? params.connectionId;
  if (connectionId) return store.connections.get(connectionId) ?? notFound("webSocketSession");
  if (store.settings.restSetUserIdWithoutConnectionId === "reject") {
    return failure(400, [fieldError("webSocketSession", "connectionId", "require")]);
  }
  const unbound = [...store.connections.values()].filter(
    ({ clientId = call.clientId, players }) => players.size === 0 && clientId === call.clientId,
  );
  return unbound.at(-1) ?? notFound("webSocketSession");
}

interface Admission {
  readonly conflict: boolean;
  readonly cut: readonly BoundSession[];
  readonly reason: string;
}

/** Whether a bind is allowed beside, or in place of, the sessions the player has elsewhere. */
function admit(
  { settings }: Store,
  others: readonly BoundSession[],
  { allowConcurrentAccess, sessionId, force }: BindOptions,
): Admission {
  const allow = (cut: readonly BoundSession[], reason: string): Admission => ({
    conflict: false,
    cut,
    reason,
  });
  if (allowConcurrentAccess !== false) {
    const isRefused =
      settings.concurrentBesideExclusive === "conflict" &&
      others.some(({ isExclusive }) => isExclusive);
    const isAlone = settings.onConcurrentOldSession === "cut";
    if (!isRefused) return allow(isAlone ? others : [], "the player was bound on another socket");
  } else {
    if (others.length === 0) return allow([], "");
    if (force === true) return allow(others, "another client bound its player by force");
    const same = others.filter((other) => sessionId && other.session.sessionId === sessionId);
    if (same.length > 0 && (settings.sessionIdMatches === "any" || same.length === others.length)) {
      return allow(
        settings.onSameSessionIdOldSession === "cut" ? same : [],
        "the same client reconnected with its sessionId",
      );
    }
    if (settings.exclusiveBesideOthers === "replaces") {
      return allow(others, "another client bound its player");
    }
  }
  return {
    conflict: true,
    cut: settings.onConflictOldSession === "cut" ? others : [],
    reason: "another client tried to bind its player",
  };
}

function bind(
  store: Store,
  connection: Connection,
  params: BindOptions & { readonly namespaceName: string },
  { userId, now, tokenExpiresAt }: Call,
): WebSocketSession {
  const { namespaceName, allowConcurrentAccess, sessionId } = params;
  const { connectionId } = connection;
  const player = playerKey(namespaceName, userId);
  if (!store.settings.severalSessionsPerSocket) {
    for (const other of [...connection.players]) {
      if (other !== player) dropSession(store, other, connectionId);
    }
  }
  const bound = store.sessions.get(player) ?? new Map<string, BoundSession>();
  const before = bound.get(connectionId)?.session;
  const session: WebSocketSession = {
    webSocketSessionId: grn(store, namespaceName, "user", userId, "session", connectionId),
    connectionId,
    namespaceName,
    userId,
    // Only an exclusive session has one.
    sessionId: allowConcurrentAccess === false && sessionId ? sessionId : null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: nextRevision(store, before),
  };
  // Deleted first: the order of the map is the order of binding.
  bound.delete(connectionId);
  const isExclusive = allowConcurrentAccess === false;
  store.sessions.set(player, bound.set(connectionId, { session, isExclusive, tokenExpiresAt }));
  connection.players.add(player);
  return session;
}

const describe = (
  store: Store,
  params: PageRequest & { readonly namespaceName: string },
  { userId }: Call,
): CallResult<Page<WebSocketSession>> =>
  page(
    sessionsOf(store, params.namespaceName, userId),
    ({ connectionId }) => connectionId,
    "webSocketSession",
    params,
  );

const disconnect = defineHandler(disconnectByUserId, "made", (store, { namespaceName, userId }) => {
  const items = sessionsOf(store, namespaceName, userId);
  return ok({ items }, endSessions(store, items, store.settings.disconnectByUserIdEnds));
});

const disconnectNamespace = defineHandler(disconnectAll, "made", (store, { namespaceName }) => {
  const inside = allSessions(store).filter((session) => session.namespaceName === namespaceName);
  return ok({}, endSessions(store, inside, store.settings.disconnectAllEnds));
});

function endSessions(
  store: Store,
  sessions: readonly WebSocketSession[],
  what: EmulatorSettings["disconnectAllEnds"],
): Effect[] {
  return sessions.flatMap(({ connectionId, namespaceName, userId }) => {
    if (what === "sockets") return cutConnection(store, connectionId, "disconnected");
    dropSession(store, playerKey(namespaceName, userId), connectionId);
    return [];
  });
}

export const sessionHandlers: readonly MethodHandler[] = [
  defineHandler(setUserId, "made", bindPlayer),
  defineHandler(setUserIdByUserId, "made", bindPlayer),
  defineHandler(describeWebSocketSessions, "read", describe),
  defineHandler(describeWebSocketSessionsByUserId, "read", describe),
  disconnect,
  disconnectNamespace,
];
