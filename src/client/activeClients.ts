import type { Binding } from "../connection/snapshot.js";

/** The bindings of a client by slot. */
export type BindingOf = (slot: string) => Binding | undefined;

/** Clients of this page that bound a player and were not disconnected since. */
const activeClients = new Set<BindingOf>();

export const removeActiveClient = (client: BindingOf): void => void activeClients.delete(client);

/**
 * Adds a client whose slot was bound.
 *
 * @returns whether another client of this page has the same player in this slot
 */
export function addActiveClient(client: BindingOf, binding: Binding): boolean {
  activeClients.add(client);
  return [...activeClients].some((other) => {
    const its = other === client ? undefined : other(binding.slot);
    if (!its) return false;
    return its.userId === binding.userId && its.namespaceName === binding.namespaceName;
  });
}
