import type { FirebaseToken, Namespace, WebSocketSession } from "../../wire/models.js";
import { ChangeCounter } from "./trackedMap.js";
import { seededIds, type Ids } from "./ids.js";
import type { Job, Upload } from "./jobs.js";
import type { CallResult } from "../calls/result.js";
import type { OutboxEntry } from "./outbox.js";
import type { EmulatorSettings } from "../settings.js";

export interface EmulatorCredential {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the world wants done outside of it. Whoever runs the world does it; a simulation may do something else. */
export type Effect =
  | {
      readonly kind: "deliver";
      readonly connectionIds: readonly string[];
      readonly notification: {
        readonly issuer: string;
        readonly subject: string;
        readonly payload: string;
      };
    }
  | {
      readonly kind: "close";
      readonly connectionId: string;
      readonly why: string;
      readonly code?: number | undefined;
    }
  /** A mobile notification went out, or did not; nothing leaves the emulator. */
  | { readonly kind: "mobile"; readonly entry: OutboxEntry };

/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly openedAt: number;
  lastActiveAt: number;
  /** From a login on this socket: requests on it that carry no project token use this one. */
  projectToken?: string;
  /** Whose project token it used last. */
  clientId?: string;
  /** Keys of {@link Store.sessions} under which this connection holds a session. */
  readonly players: Set<string>;
}

/** A session, and when the access token it was bound with ends. */
export interface BoundSession {
  readonly session: WebSocketSession;
  readonly tokenExpiresAt: number | undefined;
}

/**
 * All the emulator knows. Only rules change it, and they do nothing else: no sockets, no timers, no chance. Time comes in with each call,
 * identifiers come from seeded `ids`.
 */
export interface Store {
  readonly settings: EmulatorSettings;
  readonly strict: boolean;
  readonly credentials: readonly EmulatorCredential[];
  readonly ids: Ids;
  /** Base address of the files the emulator serves; known once it listens. */
  readonly url: () => string;
  /** Counts what changed in the maps that outlive a restart; they are marked so. */
  readonly changes: ChangeCounter;
  /** Durable. */
  readonly namespaces: Map<string, Namespace>;
  /** Durable. */
  readonly projectTokens: Map<string, { readonly clientId: string; readonly expiresAt: number }>;
  /** Durable. */
  readonly accessTokens: Map<string, { readonly userId: string; readonly expiresAt: number }>;
  /** In the order of opening. */
  readonly connections: Map<string, Connection>;
  /** By player, then by connection, in the order of binding. */
  readonly sessions: Map<string, Map<string, BoundSession>>;
  /** By player. Durable. */
  readonly firebaseTokens: Map<string, FirebaseToken>;
  /** By upload token. Durable. */
  readonly uploads: Map<string, Upload>;
  /** Dumps, cleans and imports of user data, by what they do to whom. Durable. */
  readonly jobs: Map<string, Job>;
  /** Answers given to calls with a duplicationAvoider, oldest first. */
  readonly idempotencyCache: Map<string, IdempotencyEntry>;
}

export interface IdempotencyEntry {
  readonly outcome: CallResult;
  readonly until: number;
}

export interface StoreOptions {
  readonly settings: EmulatorSettings;
  readonly strict: boolean;
  readonly credentials: readonly EmulatorCredential[];
  readonly namespaces: readonly string[];
  readonly ids: Ids;
  readonly url: () => string;
}

export function createStore(options: StoreOptions, now: number): Store {
  const { settings, strict, credentials, ids, url } = options;
  const changes = new ChangeCounter();
  const world: Store = {
    settings,
    strict,
    credentials,
    ids,
    url,
    changes,
    namespaces: changes.map(),
    projectTokens: changes.map(),
    accessTokens: changes.map(),
    connections: new Map(),
    sessions: new Map(),
    firebaseTokens: changes.map(),
    uploads: changes.map(),
    jobs: changes.map(),
    idempotencyCache: new Map(),
  };
  for (const name of options.namespaces) putNamespace(world, { name }, now);
  return world;
}

/** A world of its own in which a call can be tried: nothing that happens to it happens to the first. */
export function cloneStore(world: Store): Store {
  return {
    ...world,
    ids: seededIds(world.ids.state()),
    changes: new ChangeCounter(),
    namespaces: new Map(world.namespaces),
    projectTokens: new Map(world.projectTokens),
    accessTokens: new Map(world.accessTokens),
    connections: new Map(
      [...world.connections].map(([id, connection]) => [
        id,
        { ...connection, players: new Set(connection.players) },
      ]),
    ),
    sessions: new Map([...world.sessions].map(([player, held]) => [player, new Map(held)])),
    firebaseTokens: new Map(world.firebaseTokens),
    uploads: new Map(world.uploads),
    jobs: new Map(world.jobs),
    idempotencyCache: new Map(world.idempotencyCache),
  };
}

/** Key of a player of a namespace. */
export const playerKey = (namespaceName: string, userId: string): string =>
  `${namespaceName}\u0000${userId}`;

/** GRN of something in a gateway namespace (the form is seen in the official SDKs). */
export const grn = ({ settings }: Store, ...path: string[]): string =>
  ["grn:gs2", settings.region, settings.ownerId, "gateway", ...path].join(":");

export function putNamespace(
  world: Store,
  given: Pick<Namespace, "name"> & Partial<Namespace>,
  now: number,
): Namespace {
  const namespace: Namespace = {
    ...given,
    namespaceId: grn(world, given.name),
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
  world.namespaces.set(given.name, namespace);
  return namespace;
}

/** Forgets a namespace with all that is in it, and cuts the sockets bound in it. */
export function dropNamespace(world: Store, name: string): Effect[] {
  const inside = allSessions(world).filter(({ namespaceName }) => namespaceName === name);
  const effects = inside.flatMap(({ connectionId }) =>
    cutConnection(world, connectionId, `the namespace ${name} was deleted`),
  );
  for (const player of [...world.firebaseTokens.keys()]) {
    if (player.startsWith(playerKey(name, ""))) world.firebaseTokens.delete(player);
  }
  world.namespaces.delete(name);
  return effects;
}

export function openConnection(world: Store, now: number): Connection {
  const connection: Connection = {
    connectionId: world.ids.next("connection"),
    openedAt: now,
    lastActiveAt: now,
    players: new Set(),
  };
  world.connections.set(connection.connectionId, connection);
  return connection;
}

/** Forgets a connection and its sessions; answers the sessions that ended. */
export function dropConnection(world: Store, connectionId: string): WebSocketSession[] {
  const connection = world.connections.get(connectionId);
  if (!connection) return [];
  world.connections.delete(connectionId);
  return [...connection.players].flatMap((player) => dropSession(world, player, connectionId));
}

/** The same, and the socket is to be closed. */
export function cutConnection(
  world: Store,
  connectionId: string,
  why: string,
  code?: number,
): Effect[] {
  if (!world.connections.has(connectionId)) return [];
  dropConnection(world, connectionId);
  return [{ kind: "close", connectionId, why, code }];
}

export function dropSession(
  world: Store,
  player: string,
  connectionId: string,
): WebSocketSession[] {
  const held = world.sessions.get(player);
  const gone = held?.get(connectionId);
  if (!held || !gone) return [];
  held.delete(connectionId);
  if (held.size === 0) world.sessions.delete(player);
  world.connections.get(connectionId)?.players.delete(player);
  return [gone.session];
}

/** Sessions of a player, in the order of binding. */
export const sessionsOf = (
  world: Store,
  namespaceName: string,
  userId: string,
): WebSocketSession[] =>
  [...(world.sessions.get(playerKey(namespaceName, userId))?.values() ?? [])].map(
    ({ session }) => session,
  );

/** Sessions on a connection, in the order of binding. */
export const sessionsOn = (world: Store, connectionId: string): WebSocketSession[] =>
  [...(world.connections.get(connectionId)?.players ?? [])].flatMap((player) => {
    const held = world.sessions.get(player)?.get(connectionId);
    return held ? [held.session] : [];
  });

export const allSessions = (world: Store): WebSocketSession[] =>
  [...world.sessions.values()].flatMap((held) => [...held.values()].map(({ session }) => session));
