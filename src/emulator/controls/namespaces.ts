import type { Namespace } from "../../wire/models.js";
import { invalid } from "../settings.js";
import { dropNamespace, putNamespace } from "../store/namespaces.js";
import type { Effect, Store } from "../store/types.js";

/** Makes a namespace as the owner of the emulator would at GS2's console. */
export function addNamespace(
  world: Store,
  name: unknown,
  now: number,
): { result: Namespace; effects: [] } {
  if (typeof name !== "string" || name === "" || name.length > 128) {
    throw invalid("A namespace needs a name of at most 128 characters.");
  }
  if (world.namespaces.has(name)) throw invalid(`There is a namespace ${name} already.`);
  return { result: putNamespace(world, { name }, now), effects: [] };
}

/** Whether there was one. */
export function removeNamespace(
  world: Store,
  name: string,
): { result: boolean; effects: readonly Effect[] } {
  return world.namespaces.has(name)
    ? { result: true, effects: dropNamespace(world, name) }
    : { result: false, effects: [] };
}
