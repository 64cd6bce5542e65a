import type { Namespace } from "../../wire/models.js";
import { grn, playerKey } from "./keys.js";
import { allSessions, cutConnection } from "./sessions.js";
import type { Effect, Store } from "./types.js";

export function putNamespace(
  store: Store,
  given: Pick<Namespace, "name"> & Partial<Namespace>,
  now: number,
): Namespace {
  const namespace: Namespace = {
    ...given,
    namespaceId: grn(store, given.name),
    createdAt: now,
    updatedAt: now,
    revision: store.settings.firstRevision,
  };
  store.namespaces.set(given.name, namespace);
  return namespace;
}

/** Removes a namespace with its Firebase tokens, and cuts the connections bound in it. */
export function dropNamespace(store: Store, name: string): Effect[] {
  const effects = allSessions(store)
    .filter(({ namespaceName }) => namespaceName === name)
    .flatMap(({ connectionId }) =>
      cutConnection(store, connectionId, `the namespace ${name} was deleted`),
    );
  for (const player of [...store.firebaseTokens.keys()]) {
    if (player.startsWith(playerKey(name, ""))) store.firebaseTokens.delete(player);
  }
  store.namespaces.delete(name);
  return effects;
}
