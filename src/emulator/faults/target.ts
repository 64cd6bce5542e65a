import type { WebSocketSession } from "../../wire/models.js";
import { readAccessToken } from "../calls/auth.js";
import type { ApiRequest } from "../calls/request.js";
import { sessionsOn } from "../store/sessions.js";
import type { Store } from "../store/types.js";
import type { FaultScope } from "./definitions.js";

/** The connection, users and sessions that a frame, call or handshake belongs to. */
export interface FaultTarget {
  readonly connectionId: string | undefined;
  readonly userIds: readonly string[];
  readonly sessionIds: readonly string[];
}

export const noTarget = (): FaultTarget => ({
  connectionId: undefined,
  userIds: [],
  sessionIds: [],
});

export const targetOfSessions = (
  connectionId: string,
  sessions: readonly WebSocketSession[],
): FaultTarget => ({
  connectionId,
  userIds: sessions.map(({ userId }) => userId),
  sessionIds: sessions.flatMap(({ sessionId }) => (sessionId ? [sessionId] : [])),
});

/** A connection belongs to all players bound on it. */
export const targetOfConnection = (store: Store, connectionId: string): FaultTarget =>
  targetOfSessions(connectionId, sessionsOn(store, connectionId));

/** A call belongs to the player it names; else to all players bound on its connection. */
export function targetOfRequest(store: Store, request: ApiRequest, now: number): FaultTarget {
  const { connectionId, params } = request;
  const bound = connectionId === undefined ? noTarget() : targetOfConnection(store, connectionId);
  const userId = playerOf(store, request, now);
  const { sessionId } = params;
  return {
    connectionId,
    userIds: userId === undefined ? bound.userIds : [userId],
    sessionIds: typeof sessionId === "string" && sessionId ? [sessionId] : bound.sessionIds,
  };
}

function playerOf(
  store: Store,
  { params, accessToken }: ApiRequest,
  now: number,
): string | undefined {
  if (typeof params["userId"] === "string") return params["userId"];
  if (accessToken === undefined) return undefined;
  const player = readAccessToken(store, accessToken, now);
  return "userId" in player ? player.userId : undefined;
}

export const matchesTarget = (
  { userId, connectionId, sessionId }: FaultScope,
  target: FaultTarget,
): boolean =>
  (userId === undefined || target.userIds.includes(userId)) &&
  (connectionId === undefined || target.connectionId === connectionId) &&
  (sessionId === undefined || target.sessionIds.includes(sessionId));
