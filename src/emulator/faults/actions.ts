import { setUserIdByUserId } from "../../wire/methods.js";
import type { WebSocketSession } from "../../wire/models.js";
import { handlers } from "../calls/handlers/index.js";
import { playerKey } from "../store/keys.js";
import { cutConnection, openConnection } from "../store/sessions.js";
import type { Effect, Store } from "../store/types.js";
import type { ActionName, Fault } from "./definitions.js";

/** Work outside the store that a fault asks for. */
export type FaultEffect =
  | Effect
  | { readonly kind: "send"; readonly connectionId: string; readonly text: string }
  /** Nothing is read or written from here on, and no close frame is sent. */
  | { readonly kind: "goHalfOpen"; readonly connectionId: string };

export interface ActionResult {
  readonly effects: readonly FaultEffect[];
  /** Connections without a socket that hold the sessions of kicked players. */
  readonly rivalConnections: readonly string[];
}

export interface ActionTarget {
  readonly connectionId: string;
  readonly sessions: readonly WebSocketSession[];
  readonly now: number;
}

type ActionHandler<Name extends ActionName> = (
  store: Store,
  fault: Fault<Name>,
  target: ActionTarget,
) => ActionResult;

const only = (...effects: FaultEffect[]): ActionResult => ({ effects, rivalConnections: [] });

const actionHandlers: { readonly [Name in ActionName]: ActionHandler<Name> } = {
  halfOpen: (_, __, { connectionId }) => only({ kind: "goHalfOpen", connectionId }),
  malformedFrame: (_, { values: { text } }, { connectionId }) =>
    only({ kind: "send", connectionId, text }),
  drop: (store, _, { connectionId }) =>
    only(...cutConnection(store, connectionId, "dropped by a fault", 1006)),
  close: (store, { values: { code, reason } }, { connectionId }) =>
    only(...cutConnection(store, connectionId, reason, code)),
  kick(store, _, { sessions, now }) {
    const results = sessions.map((session) => bindRival(store, session, now));
    return {
      effects: results.flatMap(({ effects }) => effects),
      rivalConnections: results.flatMap(({ rivalConnections }) => rivalConnections),
    };
  },
  expireTokens(store, { values: { tokens } }, { connectionId, sessions, now }) {
    if (tokens !== "access") expireProjectTokens(store, connectionId, now);
    if (tokens !== "project") for (const session of sessions) expireAccess(store, session, now);
    return only();
  },
};

/** Applies a fault to one connection and these sessions on it. */
export function applyAction(
  store: Store,
  fault: Fault<ActionName>,
  target: ActionTarget,
): ActionResult {
  const run = actionHandlers[fault.fault] as (
    store: Store,
    fault: Fault<ActionName>,
    target: ActionTarget,
  ) => ActionResult;
  return run(store, fault, target);
}

function bindRival(
  store: Store,
  { namespaceName, userId }: WebSocketSession,
  now: number,
): ActionResult {
  const { connectionId } = openConnection(store, now);
  const { effects } = handlers.get(setUserIdByUserId.name)!.run(
    store,
    {
      namespaceName,
      userId,
      allowConcurrentAccess: false,
      sessionId: store.ids.next("session"),
      force: true,
    },
    { now, connectionId, clientId: "", userId, tokenExpiresAt: undefined },
  );
  return { effects, rivalConnections: [connectionId] };
}

function expireProjectTokens(store: Store, connectionId: string, now: number): void {
  const clientId = store.connections.get(connectionId)?.clientId;
  for (const [token, issued] of store.projectTokens) {
    if (issued.clientId === clientId) store.projectTokens.set(token, { ...issued, expiresAt: now });
  }
}

function expireAccess(store: Store, session: WebSocketSession, now: number): void {
  const { userId, namespaceName, connectionId } = session;
  for (const [token, issued] of store.accessTokens) {
    if (issued.userId === userId) store.accessTokens.set(token, { userId, expiresAt: now });
  }
  const number = /^user-(\d+)$/.exec(userId)?.[1];
  if (number !== undefined) {
    store.accessTokens.set(`accessToken-${number}`, { userId, expiresAt: now });
  }
  const bound = store.sessions.get(playerKey(namespaceName, userId));
  const before = bound?.get(connectionId);
  if (before) bound?.set(connectionId, { ...before, tokenExpiresAt: now });
}
