import type { WebSocketSession } from "../../wire/models.js";
import type { Ask } from "../calls/handleCall.js";
import { readAccessToken } from "../calls/auth.js";
import { sessionsOn, type World } from "../store/store.js";
import type { FaultScope } from "./definitions.js";

/** Whom something that happens is about. */
export interface Subject {
  readonly connectionId: string | undefined;
  readonly userIds: readonly string[];
  readonly sessionIds: readonly string[];
}

export const nobody = (): Subject => ({ connectionId: undefined, userIds: [], sessionIds: [] });

export const ofSessions = (
  connectionId: string,
  sessions: readonly WebSocketSession[],
): Subject => ({
  connectionId,
  userIds: sessions.map(({ userId }) => userId),
  sessionIds: sessions.flatMap(({ sessionId }) => (sessionId ? [sessionId] : [])),
});

/** A socket is of all that are bound on it. */
export const ofConnection = (world: World, connectionId: string): Subject =>
  ofSessions(connectionId, sessionsOn(world, connectionId));

/** A call is its player's, where it names one; else it is of all that are bound on its socket. */
export function ofAsk(world: World, ask: Ask, now: number): Subject {
  const { connectionId, params } = ask;
  const bound = connectionId === undefined ? nobody() : ofConnection(world, connectionId);
  const userId = playerOf(world, ask, now);
  const given = params["sessionId"];
  return {
    connectionId,
    userIds: userId === undefined ? bound.userIds : [userId],
    sessionIds: typeof given === "string" && given ? [given] : bound.sessionIds,
  };
}

function playerOf(world: World, { params, accessToken }: Ask, now: number): string | undefined {
  if (typeof params["userId"] === "string") return params["userId"];
  if (accessToken === undefined) return undefined;
  const player = readAccessToken(world, accessToken, now);
  return "userId" in player ? player.userId : undefined;
}

export const isMeant = (
  { userId, connectionId, sessionId }: FaultScope,
  subject: Subject,
): boolean =>
  (userId === undefined || subject.userIds.includes(userId)) &&
  (connectionId === undefined || subject.connectionId === connectionId) &&
  (sessionId === undefined || subject.sessionIds.includes(sessionId));
