import type { Namespace } from "../../wire/models.js";
import { nameText, objectOf, readWith } from "../schema/schema.js";
import { invalid } from "../settings.js";
import { isFull, refuseMore } from "../store/capacity.js";
import { dropNamespace, putNamespace } from "../store/namespaces.js";
import type { Effect, Store } from "../store/types.js";

const schema = objectOf({ name: nameText });

/** Creates a namespace, as GS2's console would. */
export function addNamespace(
  store: Store,
  given: unknown,
  now: number,
): { result: Namespace; effects: [] } {
  const { name } = readWith("addNamespace", schema, given);
  if (store.namespaces.has(name)) throw invalid(`There is a namespace ${name} already.`);
  if (isFull(store, "maxNamespaces")) refuseMore("maxNamespaces");
  return { result: putNamespace(store, { name }, now), effects: [] };
}

/** Whether it existed. */
export function removeNamespace(
  store: Store,
  name: string,
): { result: boolean; effects: readonly Effect[] } {
  return store.namespaces.has(name)
    ? { result: true, effects: dropNamespace(store, name) }
    : { result: false, effects: [] };
}
