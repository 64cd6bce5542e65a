import { GatewayError } from "../../errors.js";
import type { EmulatorLimits } from "../limits.js";
import type { Store } from "./types.js";

/** The limits of what the store keeps. */
export type StoreLimit = Extract<
  keyof EmulatorLimits,
  "maxSessions" | "maxNamespaces" | "maxFirebaseTokens"
>;

/** How much the store keeps of what a limit is for. */
const counts: { readonly [Limit in StoreLimit]: (store: Store) => number } = {
  maxSessions: ({ connections }) => {
    let count = 0;
    for (const { players } of connections.values()) count += players.size;
    return count;
  },
  maxNamespaces: ({ namespaces }) => namespaces.size,
  maxFirebaseTokens: ({ firebaseTokens }) => firebaseTokens.size,
};

/** Whether the store has no room for so many more. */
export const isFull = (store: Store, limit: StoreLimit, more = 1): boolean =>
  counts[limit](store) + more > store.settings[limit];

export const limitMessage = (limit: StoreLimit): string =>
  `The emulator keeps no more than its setting ${limit}.`;

/** Throws `quotaLimitExceeded`. */
export function refuseMore(limit: StoreLimit): never {
  throw new GatewayError({ kind: "quotaLimitExceeded", message: limitMessage(limit) });
}
