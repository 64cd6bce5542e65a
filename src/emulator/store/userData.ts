import type { FirebaseToken } from "../../wire/models.js";
import { isObject } from "../calls/validate.js";
import { grn, playerKey, putNamespace, type Store } from "./store.js";

/** What a dump holds and an import takes: a user's Firebase tokens. Sessions are no data; they end with their sockets. */
export interface UserDataDump {
  readonly service: "gateway";
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly dumpedAt: number;
  readonly firebaseTokens: readonly DumpedToken[];
}

export type DumpedToken = FirebaseToken & { readonly namespaceName: string };

/** What an import leaves: a broken upload has errors, and nothing of it was imported. */
export interface ImportLog {
  readonly userId: string;
  readonly uploadToken: string;
  readonly status: "succeeded" | "failed";
  /** How many Firebase tokens. */
  readonly imported: number;
  readonly errors: readonly string[];
  readonly startedAt: number;
  readonly finishedAt: number;
}

export function dumpOf(world: Store, userId: string, now: number): UserDataDump {
  const firebaseTokens = [...world.namespaces.keys()].flatMap((namespaceName) => {
    const token = world.firebaseTokens.get(playerKey(namespaceName, userId));
    return token ? [{ namespaceName, ...token }] : [];
  });
  return { service: "gateway", userId, dumpedAt: now, firebaseTokens };
}

export function removeUserData(world: Store, userId: string): void {
  for (const namespaceName of world.namespaces.keys()) {
    world.firebaseTokens.delete(playerKey(namespaceName, userId));
  }
}

/** All of it or nothing. A dump of one user may be imported for another. */
export function importDump(
  world: Store,
  userId: string,
  text: string | undefined,
  now: number,
): { imported: number; errors: string[] } {
  const { tokens, errors } = readDump(world, text);
  if (errors.length > 0) return { imported: 0, errors };
  if (world.settings.importReplaces) removeUserData(world, userId);
  for (const { namespaceName, token, createdAt } of tokens) {
    if (!world.namespaces.has(namespaceName)) putNamespace(world, { name: namespaceName }, now);
    const player = playerKey(namespaceName, userId);
    world.firebaseTokens.set(player, {
      firebaseTokenId: grn(world, namespaceName, "user", userId, "firebase", "token"),
      userId,
      token,
      createdAt: createdAt ?? now,
      updatedAt: now,
      revision: (world.firebaseTokens.get(player)?.revision ?? 0) + 1,
    });
  }
  return { imported: tokens.length, errors };
}

interface ReadToken {
  readonly namespaceName: string;
  readonly token: string;
  readonly createdAt: number | undefined;
}

function readDump(
  world: Store,
  text: string | undefined,
): { tokens: ReadToken[]; errors: string[] } {
  const wrong = (error: string) => ({ tokens: [], errors: [error] });
  if (text === undefined) return wrong("Nothing was uploaded.");
  let dump: unknown;
  try {
    dump = JSON.parse(text === "" ? "{}" : text);
  } catch {
    return wrong("The upload is no JSON.");
  }
  if (!isObject(dump)) return wrong("The upload is no JSON object.");
  const { service = "gateway", firebaseTokens = [] } = dump;
  if (service !== "gateway") return wrong("service is not gateway.");
  if (!Array.isArray(firebaseTokens)) return wrong("firebaseTokens is no list.");
  const tokens: ReadToken[] = [];
  const errors: string[] = [];
  for (const [index, given] of (firebaseTokens as unknown[]).entries()) {
    const read = readToken(world, given);
    if (typeof read === "string") errors.push(`firebaseTokens[${index}]${read}`);
    else tokens.push(read);
  }
  return { tokens, errors };
}

function readToken(world: Store, given: unknown): ReadToken | string {
  if (!isObject(given)) return " is no object.";
  const { namespaceName, token, createdAt } = given;
  if (!isText(namespaceName, 128)) return ".namespaceName is no text of 1 to 128 characters.";
  if (!isText(token, 1024)) return ".token is no text of 1 to 1,024 characters.";
  if (world.strict && !world.namespaces.has(namespaceName)) {
    return `.namespaceName: there is no namespace ${namespaceName}.`;
  }
  return {
    namespaceName,
    token,
    createdAt: typeof createdAt === "number" && createdAt >= 0 ? createdAt : undefined,
  };
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= max;
