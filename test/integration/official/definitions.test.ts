import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as calls from "../../../src/calls/index.js";
import { GatewayClient } from "../../../src/node.js";
import { internalsOf, PERFORM_CALL, type DefinedCall } from "../../../src/core/internals.js";

// Each definition beside the REST client of the untouched official package: the same request for
// the same parameters.

type Values = Record<string, unknown>;
type Builder = Record<string, (value: unknown) => Builder>;
type AnyDefinition = DefinedCall<Values, Values>;

const official = createRequire(import.meta.url);
const { Gs2Constant } = official("gs2/core/model") as { Gs2Constant: { ENDPOINT_HOST: string } };

const definitions = (Object.values(calls) as unknown[]).filter(
  (value): value is AnyDefinition => PERFORM_CALL in Object(value),
);

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: Values;
  readonly headers: Values;
  readonly body: unknown;
}

let recorded: Recorded[] = [];
const withoutNulls = (text: string): unknown =>
  text === "" ? undefined : JSON.parse(text, (_, value: unknown) => value ?? undefined);

const server = createServer((request, response) => {
  let text = "";
  request.on("data", (chunk: Buffer) => (text += chunk.toString()));
  request.on("end", () => {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const { authorization, ...others } = request.headers;
    const own = Object.entries(others).filter(([name]) => name.startsWith("x-gs2-"));
    recorded.push({
      method: request.method!,
      path: pathname,
      query: Object.fromEntries([...searchParams].sort()),
      headers: { authorization, ...Object.fromEntries(own) },
      body: withoutNulls(text),
    });
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
});

let gateway: GatewayClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Gs2Constant.ENDPOINT_HOST = `${url}/{service}`;
  gateway = new GatewayClient({
    credential: { clientId: "client-0001", projectToken: "project-0001" },
    endpoints: { rest: `${url}/{service}`, webSocket: "ws://127.0.0.1:1" },
    logger: false,
  });
});
afterAll(() => {
  gateway.dispose();
  server.close();
});

// Other files of a worker get the same object.
const hosts = { ...Gs2Constant };
afterAll(() => Object.assign(Gs2Constant, hosts));

const officialSession = {
  region: "ap-northeast-1",
  projectToken: "project-0001",
  credential: { clientId: "client-0001" },
};
const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;

/** Parameters with which both sides are called: every field of the definition's type. */
const namespaceName = "namespace-0001";
const player = { namespaceName, accessToken: "accessToken-0001" };
const page = { pageToken: "page-2", limit: 10 };
const once = { duplicationAvoider: "avoider-0001" };
const shifted = { timeOffsetToken: "timeOffset-0001" };
const gathering = { ...player, ...once, gatheringName: "gathering-0001" };
const group = { missionGroupName: "group-0001" };
const member = {
  userId: "user-0001",
  attributes: [{ name: "level", value: 7 }],
  roleName: "tank",
  denyUserIds: ["user-0003"],
};
const version = { major: 1, minor: 2, micro: 3 };
const takeOver = { type: 0, userIdentifier: "alice@example.com", password: "password-0001" };

const params: Readonly<Record<string, Values>> = {
  createAccount: { namespaceName },
  authentication: {
    namespaceName,
    userId: "user-0001",
    keyId: "key-0001",
    password: "password-0001",
    ...once,
    ...shifted,
  },
  describeTakeOvers: { ...player, ...page },
  createTakeOver: { ...player, ...takeOver, ...once },
  getTakeOver: { ...player, type: 0 },
  updateTakeOver: {
    ...{ ...player, type: 0, oldPassword: "old-0001", password: "password-0001" },
    ...once,
  },
  deleteTakeOver: { ...player, type: 0, ...once },
  doTakeOver: { namespaceName, ...takeOver },
  login: { userId: "user-0001", timeOffset: 60, ...shifted },
  loginBySignature: { keyId: "key-0001", body: "body-0001", signature: "signature-0001" },
  describeGatherings: { namespaceName, ...page },
  createGathering: {
    ...player,
    ...once,
    player: member,
    attributeRanges: [{ name: "level", min: 1, max: 9 }],
    capacityOfRoles: [
      { roleName: "tank", roleAliases: ["wall"], capacity: 2, participants: [member] },
    ],
    allowUserIds: ["user-0002"],
    expiresAt: 1_700_000_000_000,
    expiresAtTimeSpan: { days: 1, hours: 2, minutes: 3 },
  },
  doMatchmaking: { ...player, ...once, player: member, matchmakingContextToken: "context-0001" },
  ping: gathering,
  getGathering: { namespaceName, gatheringName: "gathering-0001" },
  cancelMatchmaking: gathering,
  describeMissionTaskModels: { namespaceName, ...group },
  increaseCounterByUserId: {
    namespaceName,
    counterName: "counter-0001",
    userId: "user-0001",
    value: 5,
    ...once,
    ...shifted,
  },
  describeCompletes: { ...player, ...page },
  complete: {
    ...player,
    ...once,
    ...group,
    missionTaskName: "task-0001",
    config: [{ key: "slot", value: "1" }],
  },
  getComplete: { ...player, ...group },
  describeMessages: { ...player, ...page, isRead: false },
  openMessage: { ...player, ...once, messageName: "message-0001" },
  checkVersion: {
    ...player,
    ...once,
    targetVersions: [{ versionName: "app", body: "b", signature: "s", version }],
  },
  getJobResult: { ...player, jobName: "job-0001", tryNumber: 1 },
  getStampSheetResult: { ...player, transactionId: "transaction-0001" },
};

/** A value as the official client takes it: objects are models, built from plain data. */
function modelOf(models: Values, field: string, value: unknown): unknown {
  const name = {
    player: "Player",
    attributeRanges: "AttributeRange",
    capacityOfRoles: "CapacityOfRole",
    expiresAtTimeSpan: "TimeSpan",
    config: "Config",
    targetVersions: "TargetVersion",
  }[field];
  if (!name) return value;
  const model = models[name] as { fromDict(data: unknown): unknown };
  return Array.isArray(value) ? value.map((item) => model.fromDict(item)) : model.fromDict(value);
}

/** Not offered: they name a call in traces, and change nothing of it. */
const leftOut = ["requestId", "contextStack"];

/** Every field that a request of the official client takes. */
function officialFields({ service, function: name }: AnyDefinition): string[] {
  const requests = official(`gs2/${service}/request`) as Record<string, { prototype: object }>;
  return Object.getOwnPropertyNames(requests[`${capital(name)}Request`]!.prototype)
    .filter((method) => method.startsWith("with"))
    .map((method) => method[4]!.toLowerCase() + method.slice(5))
    .filter((field) => !leftOut.includes(field));
}

async function callOfficial({ service, function: name }: AnyDefinition, given: Values) {
  const { default: Client } = official(`gs2/${service}/rest`) as {
    default: new (session: object) => Record<string, (request: unknown) => Promise<unknown>>;
  };
  const requests = official(`gs2/${service}/request`) as Record<string, new () => Builder>;
  const models = official(`gs2/${service}/model`) as Values;
  let request = new requests[`${capital(name)}Request`]!();
  for (const [field, value] of Object.entries(given)) {
    request = request[`with${capital(field)}`]!(modelOf(models, field, value));
  }
  await new Client(officialSession)[name]!(request);
}

async function requestOf(send: () => Promise<unknown>): Promise<Recorded> {
  recorded = [];
  await send();
  expect(recorded).toHaveLength(1);
  return recorded[0]!;
}

test("every definition has parameters here", () => {
  expect(internalsOf(gateway)).toBeDefined();
  const names = definitions.map((definition) => definition.function).sort();
  expect(names).toEqual(Object.keys(params).sort());
});

describe("a definition sends the request of the official client", () => {
  test.each(definitions.map((definition) => [definition.function, definition] as const))(
    "%s",
    async (name, definition) => {
      const given = params[name]!;
      const theirs = await requestOf(() => callOfficial(definition, given));
      const ours = await requestOf(() => gateway.call(definition, given, { via: "rest" }));
      expect(ours).toEqual(theirs);
      expect(Object.keys(given).sort()).toEqual(officialFields(definition).sort());
      for (const field of definition.required ?? []) expect(Object.keys(given)).toContain(field);
    },
  );
});
