import * as v from "valibot";
import { MISSING } from "../../errors.js";
import type { LogSetting, Namespace, TransactionSetting } from "../../wire/models.js";
import {
  anyNumber,
  anyText,
  listOf,
  nameText,
  objectOf,
  oneOf,
  readWith,
  textUpTo,
  valueOf,
  wholeNumber,
} from "../schema/schema.js";
import { refuseMore } from "./capacity.js";
import type { DumpedToken } from "./userData.js";
import { isObject } from "./json.js";
import { grn, jobKey, playerKey } from "./keys.js";
import { allSessions, cutConnection } from "./sessions.js";
import type { Effect, Job, Store, Upload } from "./types.js";

/**
 * The state that outlives a restart: all but sockets, sessions, calls, outbox and the settings.
 * Plain JSON. It holds the emulator's tokens and secrets as they are.
 */
export interface EmulatorState {
  version: 1;
  /** The position in the sequence of identifiers. */
  ids: number;
  namespaces: Namespace[];
  firebaseTokens: DumpedToken[];
  projectTokens: { projectToken: string; clientId: string; expiresAt: number }[];
  accessTokens: { accessToken: string; userId: string; expiresAt: number }[];
  uploads: (Upload & { uploadToken: string })[];
  jobs: Job[];
}

/**
 * A state to set. A part that is left out stays as it is. Of a namespace the name is enough, of a
 * Firebase token its namespaceName, userId and token.
 */
export interface EmulatorStateInput extends Partial<
  Omit<EmulatorState, "version" | "namespaces" | "firebaseTokens">
> {
  version: 1;
  namespaces?: (Partial<Namespace> & Pick<Namespace, "name">)[];
  firebaseTokens?: (Partial<DumpedToken> &
    Pick<DumpedToken, "namespaceName" | "userId" | "token">)[];
}

export function stateOf(store: Store, now: number): EmulatorState {
  return {
    version: 1,
    ids: store.ids.state(),
    namespaces: [...store.namespaces.values()],
    firebaseTokens: [...store.firebaseTokens].map(([player, token]) => ({
      namespaceName: player.slice(0, player.indexOf("\u0000")),
      ...token,
    })),
    projectTokens: [...store.projectTokens]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([projectToken, held]) => ({ projectToken, ...held })),
    accessTokens: [...store.accessTokens]
      .filter(([, { expiresAt }]) => expiresAt > now)
      .map(([accessToken, held]) => ({ accessToken, ...held })),
    uploads: [...store.uploads].map(([uploadToken, upload]) => ({ uploadToken, ...upload })),
    jobs: [...store.jobs.values()],
  };
}

/** Replaces the parts that are given; sockets bound in a namespace that is gone are cut. */
export function applyState(store: Store, input: EmulatorStateInput, now: number): Effect[] {
  const { ids, namespaces, firebaseTokens, projectTokens, accessTokens, uploads, jobs } = input;
  if (ids !== undefined) store.ids.moveTo(ids);
  refill(store.namespaces, namespaces, (given) => [
    given.name,
    {
      createdAt: now,
      updatedAt: now,
      revision: store.settings.firstRevision,
      ...given,
      // Region and owner are settings, and may have changed since the state was saved.
      namespaceId: grn(store, given.name),
    },
  ]);
  refill(store.firebaseTokens, firebaseTokens, ({ namespaceName, ...given }) => [
    playerKey(namespaceName, given.userId),
    {
      createdAt: now,
      updatedAt: now,
      revision: store.settings.firstRevision,
      ...given,
      firebaseTokenId: grn(store, namespaceName, "user", given.userId, "firebase", "token"),
    },
  ]);
  refill(store.projectTokens, projectTokens, ({ projectToken, ...held }) => [projectToken, held]);
  refill(store.accessTokens, accessTokens, ({ accessToken, ...held }) => [accessToken, held]);
  refill(store.uploads, uploads, ({ uploadToken, ...upload }) => [uploadToken, upload]);
  refill(store.jobs, jobs, (job) => [jobKey(job.kind, job.userId, job.uploadToken), job]);
  return allSessions(store)
    .filter(({ namespaceName }) => !store.namespaces.has(namespaceName))
    .flatMap(({ connectionId, namespaceName }) =>
      cutConnection(store, connectionId, `the namespace ${namespaceName} is gone`),
    );
}

/** The same for a state from outside: throws `quotaLimitExceeded` where it exceeds the limits. */
export function replaceState(
  store: Store,
  input: EmulatorStateInput,
  now: number,
): { result: undefined; effects: Effect[] } {
  const { namespaces = [], firebaseTokens = [] } = input;
  const { maxNamespaces, maxFirebaseTokens } = store.settings;
  if (namespaces.length > maxNamespaces) refuseMore("maxNamespaces");
  if (firebaseTokens.length > maxFirebaseTokens) refuseMore("maxFirebaseTokens");
  return { result: undefined, effects: applyState(store, input, now) };
}

function refill<Value, Saved>(
  map: Map<string, Value>,
  saved: readonly Saved[] | undefined,
  entryOf: (saved: Saved) => readonly [string, Value],
): void {
  if (!saved) return;
  map.clear();
  for (const one of saved) map.set(...entryOf(one));
}

const time = anyNumber;
const longText = textUpTo(1024);
const optionalText = v.nullish(textUpTo(1024, 0));
const optionalModel = <Model>() => v.nullish(valueOf<Model>("a JSON object", isObject));

const revised = {
  createdAt: v.optional(time),
  updatedAt: v.optional(time),
  revision: v.optional(time),
};

/** Further fields of an entry, e.g. its GRN, are kept or replaced by {@link applyState}. */
const entriesOf = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.optional(
    listOf(
      v.looseObject(entries, ({ path }) => (path ? MISSING : "takes a JSON object")),
      "objects",
    ),
  );

const schema = objectOf({
  version: v.literal(1, "takes 1"),
  ids: v.optional(wholeNumber),
  namespaces: entriesOf({
    name: nameText,
    description: optionalText,
    firebaseSecret: optionalText,
    transactionSetting: optionalModel<TransactionSetting>(),
    logSetting: optionalModel<LogSetting>(),
    ...revised,
  }),
  firebaseTokens: entriesOf({
    namespaceName: nameText,
    userId: nameText,
    token: longText,
    ...revised,
  }),
  projectTokens: entriesOf({ projectToken: longText, clientId: anyText, expiresAt: time }),
  accessTokens: entriesOf({ accessToken: longText, userId: nameText, expiresAt: time }),
  uploads: entriesOf({ uploadToken: longText, userId: nameText, text: v.optional(anyText) }),
  jobs: entriesOf({
    kind: oneOf("dump", "clean", "import"),
    userId: nameText,
    uploadToken: v.optional(longText),
    startedAt: time,
    dueAt: time,
    done: v.optional(v.looseObject({ at: time, fileId: longText, text: anyText })),
  }),
} satisfies { readonly [Part in keyof EmulatorState]: v.GenericSchema });

/** Throws an `invalidArgument` that names the first wrong field. */
export const readState = (given: unknown): EmulatorStateInput =>
  readWith("setState", schema, given);
