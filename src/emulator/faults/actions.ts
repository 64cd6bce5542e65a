import type { WebSocketSession } from "../../wire/models.js";
import { setUserIdByUserId } from "../../wire/methods.js";
import { rules } from "../calls/handlers/index.js";
import {
  cutConnection,
  openConnection,
  playerKey,
  type Effect,
  type World,
} from "../store/store.js";
import type { ActionName, Fault } from "./definitions.js";

/** What a fault wants done outside of the world. */
export type FaultEffect =
  | Effect
  | { readonly kind: "say"; readonly connectionId: string; readonly text: string }
  /** The line goes dead, in both directions, and nobody is told. */
  | { readonly kind: "silence"; readonly connectionId: string };

export interface Acted {
  readonly effects: readonly FaultEffect[];
  /** Connections of nobody that hold a place. */
  readonly usurpers: readonly string[];
}

export interface Place {
  readonly connectionId: string;
  readonly sessions: readonly WebSocketSession[];
  readonly now: number;
}

type Act<Name extends ActionName> = (world: World, fault: Fault<Name>, at: Place) => Acted;

const only = (...effects: FaultEffect[]): Acted => ({ effects, usurpers: [] });

const acts: { readonly [Name in ActionName]: Act<Name> } = {
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
      usurpers: taken.flatMap(({ usurpers }) => usurpers),
    };
  },
  expireTokens(world, { values: { tokens } }, { connectionId, sessions, now }) {
    if (tokens !== "access") expireProjectTokens(world, connectionId, now);
    if (tokens !== "project") for (const session of sessions) expireAccess(world, session, now);
    return only();
  },
};

/** Does to one connection, and to these sessions on it, what the fault does. */
export function act(world: World, fault: Fault<ActionName>, at: Place): Acted {
  const run = acts[fault.fault] as (world: World, fault: Fault<ActionName>, at: Place) => Acted;
  return run(world, fault, at);
}

function takePlace(world: World, { namespaceName, userId }: WebSocketSession, now: number): Acted {
  const { connectionId } = openConnection(world, now);
  const { effects } = rules.get(setUserIdByUserId.name)!.run(
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
  return { effects, usurpers: [connectionId] };
}

function expireProjectTokens(world: World, connectionId: string, now: number): void {
  const clientId = world.connections.get(connectionId)?.clientId;
  for (const [token, held] of world.projectTokens) {
    if (held.clientId === clientId) world.projectTokens.set(token, { ...held, expiresAt: now });
  }
}

function expireAccess(world: World, session: WebSocketSession, now: number): void {
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
