import { readErrors } from "../../wire/frames.js";
import { isObject } from "../store/json.js";
import { playerKey } from "../store/keys.js";
import { isFull } from "../store/capacity.js";
import { sessionsOn } from "../store/sessions.js";
import type { BoundSession, Store } from "../store/types.js";
import type { HandledCall } from "./handleCall.js";
import { isBind, type ApiRequest } from "./request.js";
import { ok, type CallResult } from "./result.js";

/** A reply of the upstream gateway. */
export interface RelayedReply {
  readonly status: number;
  readonly body: unknown;
  /** As it came: the frame, or the body over REST. */
  readonly text: string;
}

/**
 * A call that the upstream handled. A bind is kept as a session of the emulator's own connection,
 * so that log, faults and controls know its player.
 */
export function handleRelayed(
  store: Store,
  request: ApiRequest,
  reply: RelayedReply,
  now: number,
): HandledCall {
  const bound =
    reply.status === 200 && isBind(request) ? bind(store, request, reply, now) : undefined;
  return { result: resultOf(reply), userId: bound ?? playerOf(store, request) };
}

function bind(
  store: Store,
  { connectionId, params, dryRun }: ApiRequest,
  { body }: RelayedReply,
  now: number,
): string | undefined {
  const item = isObject(body) && isObject(body["item"]) ? body["item"] : {};
  const { userId, namespaceName = params["namespaceName"], sessionId, webSocketSessionId } = item;
  if (typeof userId !== "string" || typeof namespaceName !== "string") return undefined;
  const connection = store.connections.get(connectionId ?? "");
  // A bind over REST names a socket by the ID that it has at the upstream.
  if (!connection || dryRun === true) return userId;
  const player = playerKey(namespaceName, userId);
  if (!connection.players.has(player) && isFull(store, "maxSessions")) return userId;
  const bound = store.sessions.get(player) ?? new Map<string, BoundSession>();
  bound.delete(connection.connectionId);
  bound.set(connection.connectionId, {
    session: {
      webSocketSessionId: typeof webSocketSessionId === "string" ? webSocketSessionId : "",
      connectionId: connection.connectionId,
      namespaceName,
      userId,
      sessionId: typeof sessionId === "string" ? sessionId : null,
      createdAt: now,
      updatedAt: now,
    },
    isExclusive: String(params["allowConcurrentAccess"]).toLowerCase() === "false",
    tokenExpiresAt: undefined,
  });
  store.sessions.set(player, bound);
  connection.players.add(player);
  return userId;
}

function playerOf(store: Store, { params, connectionId }: ApiRequest): string | undefined {
  if (typeof params["userId"] === "string") return params["userId"];
  const players = new Set(sessionsOn(store, connectionId ?? "").map(({ userId }) => userId));
  return players.size === 1 ? [...players][0] : undefined;
}

function resultOf({ status, body }: RelayedReply): CallResult {
  if (status === 200) return ok(body);
  const { message } = Object(body) as { message?: unknown };
  const text = typeof message === "string" ? message : "";
  return { status, effects: [], errors: readErrors(text) };
}
