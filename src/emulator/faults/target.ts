import type { WebSocketSession } from "../../wire/models.js";
import type { ApiRequest } from "../calls/handleCall.js";
import { readAccessToken } from "../calls/auth.js";
import { sessionsOn, type Store } from "../store/store.js";
import type { FaultScope } from "./definitions.js";

/** Whom something that happens is about. */
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

/** A socket is of all that are bound on it. */
export const targetOfConnection = (world: Store, connectionId: string): FaultTarget =>
  targetOfSessions(connectionId, sessionsOn(world, connectionId));

/** A call is its player's, where it names one; else it is of all that are bound on its socket. */
export function targetOfRequest(world: Store, ask: ApiRequest, now: number): FaultTarget {
  const { connectionId, params } = ask;
  const bound = connectionId === undefined ? noTarget() : targetOfConnection(world, connectionId);
  const userId = playerOf(world, ask, now);
  const given = params["sessionId"];
  return {
    connectionId,
    userIds: userId === undefined ? bound.userIds : [userId],
    sessionIds: typeof given === "string" && given ? [given] : bound.sessionIds,
  };
}

function playerOf(
  world: Store,
  { params, accessToken }: ApiRequest,
  now: number,
): string | undefined {
  if (typeof params["userId"] === "string") return params["userId"];
  if (accessToken === undefined) return undefined;
  const player = readAccessToken(world, accessToken, now);
  return "userId" in player ? player.userId : undefined;
}

export const matchesTarget = (
  { userId, connectionId, sessionId }: FaultScope,
  subject: FaultTarget,
): boolean =>
  (userId === undefined || subject.userIds.includes(userId)) &&
  (connectionId === undefined || subject.connectionId === connectionId) &&
  (sessionId === undefined || subject.sessionIds.includes(sessionId));
