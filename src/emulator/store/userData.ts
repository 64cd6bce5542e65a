import type { FirebaseToken } from "../../wire/models.js";
import { isObject, isText } from "./json.js";
import { grn, nextRevision, playerKey } from "./keys.js";
import { isFull, limitMessage, type StoreLimit } from "./capacity.js";
import { putNamespace } from "./namespaces.js";
import type { Store } from "./types.js";

/** The file of a dump: a user's Firebase tokens. Sessions are not part of it. */
export interface UserDataDump {
  readonly service: "gateway";
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly dumpedAt: number;
  readonly firebaseTokens: readonly DumpedToken[];
}

export type DumpedToken = FirebaseToken & { readonly namespaceName: string };

/** The file of an import. An invalid upload has errors, and then nothing was imported. */
export interface ImportLog {
  readonly userId: string;
  readonly uploadToken: string;
  readonly status: "succeeded" | "failed";
  /** Number of Firebase tokens. */
  readonly imported: number;
  readonly errors: readonly string[];
  readonly startedAt: number;
  readonly finishedAt: number;
}

export function createDump(store: Store, userId: string, now: number): UserDataDump {
  const firebaseTokens = [...store.namespaces.keys()].flatMap((namespaceName) => {
    const token = store.firebaseTokens.get(playerKey(namespaceName, userId));
    return token ? [{ namespaceName, ...token }] : [];
  });
  return { service: "gateway", userId, dumpedAt: now, firebaseTokens };
}

export function removeUserData(store: Store, userId: string): void {
  for (const namespaceName of store.namespaces.keys()) {
    store.firebaseTokens.delete(playerKey(namespaceName, userId));
  }
}

/** All tokens or none. The dump may be of another user. */
export function importDump(
  store: Store,
  userId: string,
  text: string | undefined,
  now: number,
): { imported: number; errors: string[] } {
  const { tokens, errors } = readDump(store, text);
  if (errors.length === 0) errors.push(...exceededLimits(store, userId, tokens));
  if (errors.length > 0) return { imported: 0, errors };
  if (store.settings.importReplaces) removeUserData(store, userId);
  for (const { namespaceName, token, createdAt } of tokens) {
    if (!store.namespaces.has(namespaceName)) putNamespace(store, { name: namespaceName }, now);
    const player = playerKey(namespaceName, userId);
    store.firebaseTokens.set(player, {
      firebaseTokenId: grn(store, namespaceName, "user", userId, "firebase", "token"),
      userId,
      token,
      createdAt: createdAt ?? now,
      updatedAt: now,
      revision: nextRevision(store, store.firebaseTokens.get(player)),
    });
  }
  return { imported: tokens.length, errors };
}

/** A message for each limit that the import would exceed. */
function exceededLimits(store: Store, userId: string, tokens: readonly ParsedToken[]): string[] {
  const names = [...new Set(tokens.map(({ namespaceName }) => namespaceName))];
  const more: { readonly [Limit in StoreLimit]?: number } = {
    maxNamespaces: names.filter((name) => !store.namespaces.has(name)).length,
    maxFirebaseTokens: names.filter((name) => !store.firebaseTokens.has(playerKey(name, userId)))
      .length,
  };
  return (Object.entries(more) as [StoreLimit, number][])
    .filter(([limit, count]) => count > 0 && isFull(store, limit, count))
    .map(([limit]) => limitMessage(limit));
}

interface ParsedToken {
  readonly namespaceName: string;
  readonly token: string;
  readonly createdAt: number | undefined;
}

function readDump(
  store: Store,
  text: string | undefined,
): { tokens: ParsedToken[]; errors: string[] } {
  const invalid = (error: string) => ({ tokens: [], errors: [error] });
  if (text === undefined) return invalid("Nothing was uploaded.");
  let dump: unknown;
  try {
    dump = JSON.parse(text === "" ? "{}" : text);
  } catch {
    return invalid("The upload is not JSON.");
  }
  if (!isObject(dump)) return invalid("The upload is not a JSON object.");
  const { service = "gateway", firebaseTokens = [] } = dump;
  if (service !== "gateway") return invalid("service is not gateway.");
  if (!Array.isArray(firebaseTokens)) return invalid("firebaseTokens is not an array.");
  const tokens: ParsedToken[] = [];
  const errors: string[] = [];
  for (const [index, given] of (firebaseTokens as unknown[]).entries()) {
    const token = readToken(store, given);
    if (typeof token === "string") errors.push(`firebaseTokens[${index}]${token}`);
    else tokens.push(token);
  }
  return { tokens, errors };
}

/** The token, or the end of an error message. */
function readToken(store: Store, given: unknown): ParsedToken | string {
  if (!isObject(given)) return " is not an object.";
  const { namespaceName, token, createdAt } = given;
  if (!isText(namespaceName, 128)) return ".namespaceName is not a string of 1 to 128 characters.";
  if (!isText(token, 1024)) return ".token is not a string of 1 to 1,024 characters.";
  if (store.strict && !store.namespaces.has(namespaceName)) {
    return `.namespaceName: the namespace ${namespaceName} does not exist.`;
  }
  return {
    namespaceName,
    token,
    createdAt: typeof createdAt === "number" && createdAt >= 0 ? createdAt : undefined,
  };
}
