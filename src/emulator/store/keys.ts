import type { JobKind, Store } from "./types.js";

/** Key of a player in a namespace. */
export const playerKey = (namespaceName: string, userId: string): string =>
  `${namespaceName}\u0000${userId}`;

/** One job for each user and kind, and for each upload of an import: a new one replaces the old. */
export const jobKey = (kind: JobKind, userId: string, uploadToken = ""): string =>
  [kind, userId, uploadToken].join("\u0000");

/** GRN of an item of a gateway namespace. The form is taken from the official SDKs. */
export const grn = ({ settings }: Store, ...path: string[]): string =>
  ["grn:gs2", settings.region, settings.ownerId, "gateway", ...path].join(":");

/** `revision` of an item after a change. @param before the item before it, if there was one */
export const nextRevision = (
  { settings }: Store,
  before: { readonly revision?: number } | undefined,
): number => (before ? (before.revision ?? settings.firstRevision) + 1 : settings.firstRevision);
