import type { EmulatorSettings } from "../settings.js";
import { seededIds, type Ids } from "./ids.js";
import { putNamespace } from "./namespaces.js";
import { ChangeCounter, SizedMap } from "./trackedMap.js";
import type { EmulatorCredential, Store } from "./types.js";

export interface StoreOptions {
  readonly settings: EmulatorSettings;
  readonly strict: boolean;
  readonly credentials: readonly EmulatorCredential[];
  readonly namespaces: readonly string[];
  readonly ids: Ids;
  readonly url: () => string;
}

/** Of each kind. A login that goes on and on must not fill the memory. */
const MAX_TOKENS = 100_000;

/** Each may be as long as a body. */
const MAX_UPLOADS = 100;
const MAX_JOBS = 10_000;

const MAX_IDEMPOTENCY_CHARACTERS = 16_000_000;

export function createStore(options: StoreOptions, now: number): Store {
  const { settings, strict, credentials, ids, url } = options;
  const changes = new ChangeCounter();
  const store: Store = {
    settings,
    strict,
    credentials,
    ids,
    url,
    changes,
    namespaces: changes.map(),
    projectTokens: changes.map(MAX_TOKENS),
    accessTokens: changes.map(MAX_TOKENS),
    connections: new Map(),
    sessions: new Map(),
    firebaseTokens: changes.map(),
    uploads: changes.map(MAX_UPLOADS),
    jobs: changes.map(MAX_JOBS),
    idempotencyCache: new SizedMap(MAX_IDEMPOTENCY_CHARACTERS),
  };
  for (const name of options.namespaces) putNamespace(store, { name }, now);
  return store;
}

/** A copy for a dry run: changes of the copy leave the original as it is. */
export function cloneStore(store: Store): Store {
  return {
    ...store,
    ids: seededIds(store.ids.state()),
    changes: new ChangeCounter(),
    namespaces: new Map(store.namespaces),
    projectTokens: new Map(store.projectTokens),
    accessTokens: new Map(store.accessTokens),
    connections: new Map(
      [...store.connections].map(([id, connection]) => [
        id,
        { ...connection, players: new Set(connection.players) },
      ]),
    ),
    sessions: new Map([...store.sessions].map(([player, bound]) => [player, new Map(bound)])),
    firebaseTokens: new Map(store.firebaseTokens),
    uploads: new Map(store.uploads),
    jobs: new Map(store.jobs),
    idempotencyCache: new Map(store.idempotencyCache),
  };
}
