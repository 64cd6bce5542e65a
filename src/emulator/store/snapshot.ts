import type { Namespace } from "../../wire/models.js";
import { invalid } from "../settings.js";
import { isObject, isText } from "./json.js";
import { grn, jobKey, playerKey } from "./keys.js";
import { allSessions, cutConnection } from "./sessions.js";
import type { Effect, Job, Store, Upload } from "./types.js";
import type { DumpedToken } from "./userData.js";

/**
 * What outlives a restart: all but sockets, sessions, calls, outbox and the settings. Plain JSON. It holds tokens and secrets of the
 * emulator as they are.
 */
export interface EmulatorState {
  version: 1;
  /** Where the sequence of identifiers stands. */
  ids: number;
  namespaces: Namespace[];
  firebaseTokens: DumpedToken[];
  projectTokens: { projectToken: string; clientId: string; expiresAt: number }[];
  accessTokens: { accessToken: string; userId: string; expiresAt: number }[];
  uploads: (Upload & { uploadToken: string })[];
  jobs: Job[];
}

/**
 * A state to put in place. A part that is left out stays as it is. Of a namespace the name is enough, of a Firebase token its
 * namespaceName, userId and token.
 */
export interface EmulatorStateInput extends Partial<
  Omit<EmulatorState, "version" | "namespaces" | "firebaseTokens">
> {
  version: 1;
  namespaces?: (Partial<Namespace> & Pick<Namespace, "name">)[];
  firebaseTokens?: (Partial<DumpedToken> &
    Pick<DumpedToken, "namespaceName" | "userId" | "token">)[];
}

export function stateOf(world: Store, now: number): EmulatorState {
  return {
    version: 1,
    ids: world.ids.state(),
    namespaces: [...world.namespaces.values()],
    firebaseTokens: [...world.firebaseTokens].map(([player, token]) => ({
      namespaceName: player.slice(0, player.indexOf("\u0000")),
      ...token,
    })),
    projectTokens: [...world.projectTokens]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([projectToken, held]) => ({ projectToken, ...held })),
    accessTokens: [...world.accessTokens]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([accessToken, held]) => ({ accessToken, ...held })),
    uploads: [...world.uploads].map(([uploadToken, upload]) => ({ uploadToken, ...upload })),
    jobs: [...world.jobs.values()],
  };
}

/** Puts a state in place; sockets bound in a namespace that is gone are cut. */
export function applyState(world: Store, wish: EmulatorStateInput, now: number): Effect[] {
  const { ids, namespaces, firebaseTokens, projectTokens, accessTokens, uploads, jobs } = wish;
  if (ids !== undefined) world.ids.moveTo(ids);
  refill(world.namespaces, namespaces, (given) => [
    given.name,
    {
      createdAt: now,
      updatedAt: now,
      revision: 1,
      ...given,
      // Region and owner are settings, and may be others than when it was kept.
      namespaceId: grn(world, given.name),
    },
  ]);
  refill(world.firebaseTokens, firebaseTokens, ({ namespaceName, ...given }) => [
    playerKey(namespaceName, given.userId),
    {
      createdAt: now,
      updatedAt: now,
      revision: 1,
      ...given,
      firebaseTokenId: grn(world, namespaceName, "user", given.userId, "firebase", "token"),
    },
  ]);
  refill(world.projectTokens, projectTokens, ({ projectToken, ...held }) => [projectToken, held]);
  refill(world.accessTokens, accessTokens, ({ accessToken, ...held }) => [accessToken, held]);
  refill(world.uploads, uploads, ({ uploadToken, ...upload }) => [uploadToken, upload]);
  refill(world.jobs, jobs, (job) => [jobKey(job.kind, job.userId, job.uploadToken), job]);
  return allSessions(world)
    .filter(({ namespaceName }) => !world.namespaces.has(namespaceName))
    .flatMap(({ connectionId, namespaceName }) =>
      cutConnection(world, connectionId, `the namespace ${namespaceName} is gone`),
    );
}

function refill<Value, Kept>(
  map: Map<string, Value>,
  kept: readonly Kept[] | undefined,
  entryOf: (kept: Kept) => readonly [string, Value],
): void {
  if (!kept) return;
  map.clear();
  for (const one of kept) map.set(...entryOf(one));
}

const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isUser = (value: unknown): boolean => isText(value, 128);
const isLong = (value: unknown): boolean => isText(value, 1024);
const orAbsent = (fits: Fits) => (value: unknown) => value === undefined || fits(value);
const orNull = (fits: Fits) => (value: unknown) => value === null || orAbsent(fits)(value);
const short1024 = orNull((value) => typeof value === "string" && value.length <= 1024);

type Fits = (value: unknown) => boolean;

/** What each entry of each part has to have. */
const parts: Readonly<
  Record<Exclude<keyof EmulatorState, "version" | "ids">, Readonly<Record<string, Fits>>>
> = {
  namespaces: {
    name: isUser,
    description: short1024,
    firebaseSecret: short1024,
    transactionSetting: orNull(isObject),
    logSetting: orNull(isObject),
    createdAt: orAbsent(isTime),
    updatedAt: orAbsent(isTime),
    revision: orAbsent(isTime),
  },
  firebaseTokens: {
    namespaceName: isUser,
    userId: isUser,
    token: isLong,
    createdAt: orAbsent(isTime),
    updatedAt: orAbsent(isTime),
    revision: orAbsent(isTime),
  },
  projectTokens: {
    projectToken: isLong,
    clientId: (value) => typeof value === "string",
    expiresAt: isTime,
  },
  accessTokens: { accessToken: isLong, userId: isUser, expiresAt: isTime },
  uploads: {
    uploadToken: isLong,
    userId: isUser,
    text: orAbsent((value) => typeof value === "string"),
  },
  jobs: {
    kind: (value) => value === "dump" || value === "clean" || value === "import",
    userId: isUser,
    uploadToken: orAbsent(isLong),
    startedAt: isTime,
    dueAt: isTime,
    done: orAbsent(
      (value) =>
        isObject(value) &&
        isTime(value["at"]) &&
        isLong(value["fileId"]) &&
        typeof value["text"] === "string",
    ),
  },
};

/** Throws a sentence that names the first thing that does not fit. */
export function readState(given: unknown): EmulatorStateInput {
  if (!isObject(given)) throw invalid("A state is a JSON object.");
  if (given["version"] !== 1) throw invalid("A state has version 1.");
  if (given["ids"] !== undefined && !Number.isInteger(given["ids"])) {
    throw invalid("A state's ids is a whole number.");
  }
  for (const [name, value] of Object.entries(given)) {
    if (name === "version" || name === "ids") continue;
    if (!Object.hasOwn(parts, name)) {
      const known = ["version", "ids", ...Object.keys(parts)].join(", ");
      throw invalid(`A state has no "${name}". It has: ${known}.`);
    }
    if (!Array.isArray(value)) throw invalid(`A state's ${name} is a list.`);
    const rules = Object.entries(parts[name as keyof typeof parts]);
    for (const [index, entry] of (value as unknown[]).entries()) {
      if (!isObject(entry)) throw invalid(`A state's ${name}[${index}] is an object.`);
      const wrong = rules.find(([field, fits]) => !fits(entry[field]))?.[0];
      if (wrong !== undefined) {
        throw invalid(`A state's ${name}[${index}].${wrong} is missing or does not fit.`);
      }
    }
  }
  return given as unknown as EmulatorStateInput;
}
