import type { WebSocketSession } from "../../wire/models.js";
import { setUserIdByUserId } from "../../wire/methods.js";
import { handlers } from "../calls/handlers/index.js";
import {
  cutConnection,
  openConnection,
  playerKey,
  type Effect,
  type Store,
} from "../store/store.js";
import type { ActionName, Fault } from "./definitions.js";

/** What a fault wants done outside of the world. */
export type FaultEffect =
  | Effect
  | { readonly kind: "say"; readonly connectionId: string; readonly text: string }
  /** The line goes dead, in both directions, and nobody is told. */
  | { readonly kind: "silence"; readonly connectionId: string };

export interface ActionResult {
  readonly effects: readonly FaultEffect[];
  /** Connections of nobody that hold a place. */
  readonly rivalConnections: readonly string[];
}

export interface ActionTarget {
  readonly connectionId: string;
  readonly sessions: readonly WebSocketSession[];
  readonly now: number;
}

type Act<Name extends ActionName> = (
  world: Store,
  fault: Fault<Name>,
  at: ActionTarget,
) => ActionResult;

const only = (...effects: FaultEffect[]): ActionResult => ({ effects, rivalConnections: [] });

const actionHandlers: { readonly [Name in ActionName]: Act<Name> } = {
  halfOpen: (_, __, { connectionId }) => only({ kind: "silence", connectionId }),
  malformedFrame: (_, { values: { text } }, { connectionId }) =>
    only({ kind: "say", connectionId, text }),
  drop: (world, _, { connectionId }) =>
    only(...cutConnection(world, connectionId, "a fault dropped it", 1006)),
  close: (world, { values: { code, reason } }, { connectionId }) =>
    only(...cutConnection(world, connectionId, reason, code)),
  kick(world, _, { sessions, now }) {
    const taken = sessions.map((session) => takePlace(world, session, now));
    return {
      effects: taken.flatMap(({ effects }) => effects),
      rivalConnections: taken.flatMap(({ rivalConnections }) => rivalConnections),
    };
  },
  expireTokens(world, { values: { tokens } }, { connectionId, sessions, now }) {
    if (tokens !== "access") expireProjectTokens(world, connectionId, now);
    if (tokens !== "project") for (const session of sessions) expireAccess(world, session, now);
    return only();
  },
};

/** Does to one connection, and to these sessions on it, what the fault does. */
export function applyAction(
  world: Store,
  fault: Fault<ActionName>,
  at: ActionTarget,
): ActionResult {
  const run = actionHandlers[fault.fault] as (
    world: Store,
    fault: Fault<ActionName>,
    at: ActionTarget,
  ) => ActionResult;
  return run(world, fault, at);
}

function takePlace(
  world: Store,
  { namespaceName, userId }: WebSocketSession,
  now: number,
): ActionResult {
  const { connectionId } = openConnection(world, now);
  const { effects } = handlers.get(setUserIdByUserId.name)!.run(
    world,
    {
      namespaceName,
      userId,
      allowConcurrentAccess: false,
      sessionId: world.ids.next("session"),
      force: true,
    },
    { now, connectionId, clientId: "", userId, tokenExpiresAt: undefined },
  );
  return { effects, rivalConnections: [connectionId] };
}

function expireProjectTokens(world: Store, connectionId: string, now: number): void {
  const clientId = world.connections.get(connectionId)?.clientId;
  for (const [token, held] of world.projectTokens) {
    if (held.clientId === clientId) world.projectTokens.set(token, { ...held, expiresAt: now });
  }
}

function expireAccess(world: Store, session: WebSocketSession, now: number): void {
  const { userId, namespaceName, connectionId } = session;
  for (const [token, held] of world.accessTokens) {
    if (held.userId === userId) world.accessTokens.set(token, { userId, expiresAt: now });
  }
  const number = /^user-(\d+)$/.exec(userId)?.[1];
  if (number !== undefined) {
    world.accessTokens.set(`accessToken-${number}`, { userId, expiresAt: now });
  }
  const held = world.sessions.get(playerKey(namespaceName, userId));
  held?.set(connectionId, { session, tokenExpiresAt: now });
}
