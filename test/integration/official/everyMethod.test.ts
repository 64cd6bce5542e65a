import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import { frame, RawSocket } from "../emulator/rawSocket.js";

// The unmodified official REST client: a round trip of each of its methods, results read by
// getters.

type Values = Record<string, unknown>;
type Builder = Record<string, (value: unknown) => Builder>;
type Client = Record<string, (request: unknown) => Promise<object>>;

const official = createRequire(import.meta.url);
const core = official("gs2/core/model") as {
  Gs2Constant: { ENDPOINT_HOST: string };
  BasicGs2Credential: new (clientId: string, clientSecret: string) => object;
  Gs2RestSession: new (
    credential: object,
    region: string,
  ) => { projectToken: string; connect(): Promise<unknown> };
};
const { default: RestClient } = official("gs2/gateway/rest") as {
  default: new (session: object) => Client;
};
const requests = official("gs2/gateway/request") as Record<string, new () => Builder>;

const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;

function request(method: string, values: Values): Builder {
  let built = new requests[`${capital(method)}Request`]!();
  for (const [field, value] of Object.entries(values)) {
    built = built[`with${capital(field)}`]!(value);
  }
  return built;
}

/** All values of its getters, also of models in it. */
function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== "object" || value === null) return value;
  const getters = Object.getOwnPropertyNames(Object.getPrototypeOf(value)).filter((name) =>
    /^get[A-Z]/.test(name),
  );
  return Object.fromEntries(
    getters.map((getter) => [
      `${getter[3]!.toLowerCase()}${getter.slice(4)}`,
      read((value as Record<string, () => unknown>)[getter]!()),
    ]),
  );
}

const namespaceName = "game-0001";
const userId = "user-0001";
const uploadToken = "upload-0001";
const byUser = { namespaceName, userId };
const byPlayer = { namespaceName, accessToken: "accessToken-0001" };
const notice = { subject: "raid-start", payload: '{"bossId":"b-1"}' };

let emulator: Emulator;
let client: Client;
/** Open, logged in with the same client ID, and not bound. */
let socket: RawSocket;
let connectionId: string;

beforeAll(async () => {
  // With no setting, although it cannot name a connection.
  emulator = await startEmulator({ namespaces: [namespaceName] });
  core.Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  const credential = new core.BasicGs2Credential("client-0001", "secret-0001");
  const session = new core.Gs2RestSession(credential, "ap-northeast-1");
  await session.connect();
  client = new RestClient(session);
  socket = await RawSocket.open(emulator.endpoints.webSocket);
  const { projectToken } = session;
  await socket.ask(frame("getServiceVersion", {}, projectToken, "namespace"));
  connectionId = emulator.calls({ method: "getServiceVersion" })[0]!.connectionId!;
});

const callMethod = async (method: string, values: Values): Promise<unknown> =>
  read(await client[method]!(request(method, values)));

const bind = () => callMethod("setUserIdByUserId", byUser);
const setDevice = () => callMethod("setFirebaseTokenByUserId", { ...byUser, token: "device-0001" });
const session = () => ({ connectionId, namespaceName, userId });
const device = { userId, token: "device-0001", revision: 0 };
const file = expect.stringContaining("/_emulator/files/") as string;

async function isCut(): Promise<void> {
  await socket.closed();
  expect(emulator.sessions()).toEqual([]);
}

interface RoundTrip {
  readonly given: Values;
  readonly before?: () => Promise<unknown>;
  readonly answers: () => Values;
  readonly does?: () => Promise<unknown>;
}

const roundTrips: Readonly<Record<string, RoundTrip>> = {
  describeNamespaces: {
    given: {},
    answers: () => ({ items: [{ name: namespaceName }], nextPageToken: null }),
  },
  createNamespace: {
    given: { name: "game-0002", description: "d", firebaseSecret: "f" },
    answers: () => ({ item: { name: "game-0002", description: "d", firebaseSecret: "f" } }),
  },
  getNamespaceStatus: { given: { namespaceName }, answers: () => ({ status: "ACTIVE" }) },
  getNamespace: { given: { namespaceName }, answers: () => ({ item: { name: namespaceName } }) },
  updateNamespace: {
    given: { namespaceName, description: "d" },
    answers: () => ({ item: { name: namespaceName, description: "d", revision: 1 } }),
  },
  deleteNamespace: {
    given: { namespaceName },
    before: bind,
    answers: () => ({ item: { name: namespaceName } }),
    does: isCut,
  },
  dumpUserDataByUserId: { given: { userId }, answers: () => ({}) },
  checkDumpUserDataByUserId: {
    given: { userId },
    before: () => callMethod("dumpUserDataByUserId", { userId }),
    answers: () => ({ url: file }),
  },
  cleanUserDataByUserId: {
    given: { userId },
    before: setDevice,
    answers: () => ({}),
    does: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  checkCleanUserDataByUserId: {
    given: { userId },
    before: () => callMethod("cleanUserDataByUserId", { userId }),
    answers: () => ({}),
  },
  prepareImportUserDataByUserId: {
    given: { userId },
    answers: () => ({
      uploadToken: expect.stringMatching(/^upload-/) as string,
      uploadUrl: expect.stringContaining("/_emulator/uploads/upload-") as string,
    }),
  },
  importUserDataByUserId: { given: { userId, uploadToken }, answers: () => ({}) },
  checkImportUserDataByUserId: {
    given: { userId, uploadToken },
    before: () => callMethod("importUserDataByUserId", { userId, uploadToken }),
    answers: () => ({ url: file }),
  },
  describeWebSocketSessions: {
    given: byPlayer,
    before: bind,
    answers: () => ({ items: [session()], nextPageToken: null }),
  },
  describeWebSocketSessionsByUserId: {
    given: byUser,
    before: bind,
    answers: () => ({ items: [session()], nextPageToken: null }),
  },
  setUserId: { given: byPlayer, answers: () => ({ item: session() }) },
  setUserIdByUserId: { given: byUser, answers: () => ({ item: session() }) },
  sendNotification: {
    given: { ...byUser, ...notice },
    before: bind,
    answers: () => ({ protocol: "WebSocket" }),
    does: async () => expect(await socket.notification()).toMatchObject({ body: notice }),
  },
  disconnectByUserId: {
    given: byUser,
    before: bind,
    answers: () => ({ items: [session()] }),
    does: isCut,
  },
  disconnectAll: { given: { namespaceName }, before: bind, answers: () => ({}), does: isCut },
  setFirebaseToken: {
    given: { ...byPlayer, token: "device-0001" },
    answers: () => ({ item: device }),
  },
  setFirebaseTokenByUserId: {
    given: { ...byUser, token: "device-0001" },
    answers: () => ({ item: device }),
  },
  getFirebaseToken: { given: byPlayer, before: setDevice, answers: () => ({ item: device }) },
  getFirebaseTokenByUserId: { given: byUser, before: setDevice, answers: () => ({ item: device }) },
  deleteFirebaseToken: {
    given: byPlayer,
    before: setDevice,
    answers: () => ({ item: device }),
    does: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  deleteFirebaseTokenByUserId: {
    given: byUser,
    before: setDevice,
    answers: () => ({ item: device }),
    does: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  sendMobileNotificationByUserId: {
    given: { ...byUser, ...notice },
    before: setDevice,
    answers: () => ({}),
    does: async () => expect(emulator.outbox()).toMatchObject([{ userId, ...notice }]),
  },
};

test("the official REST client has all methods except getServiceVersion, and each has a round trip here", () => {
  const has = Object.getOwnPropertyNames(RestClient.prototype).filter(
    (name) => name !== "constructor",
  );
  const names = allMethods.map(({ name }) => name).filter((name) => name !== "getServiceVersion");
  expect(has.sort()).toEqual(names.sort());
  expect(Object.keys(roundTrips).sort()).toEqual(names);
  expect(names).toHaveLength(27);
});

describe("the unmodified official REST client", () => {
  test.each(Object.entries(roundTrips))("calls %s", async (method, trip) => {
    await trip.before?.();
    expect(await callMethod(method, trip.given)).toMatchObject(trip.answers());
    await trip.does?.();
    const calls = emulator.calls({ method });
    expect(calls.at(-1)).toMatchObject({ transport: "rest", status: 200 });
  });
});

describe("a user ID that the official REST client does not encode", () => {
  const paths: readonly (readonly [method: string, given: Values])[] = [
    ["setUserIdByUserId", {}],
    ["describeWebSocketSessionsByUserId", {}],
    ["sendNotification", notice],
    ["setFirebaseTokenByUserId", { token: "device-0001" }],
    ["getFirebaseTokenByUserId", {}],
    ["sendMobileNotificationByUserId", notice],
    ["deleteFirebaseTokenByUserId", {}],
    ["disconnectByUserId", {}],
  ];
  const callAll = async (userId: string) => {
    for (const [method, given] of paths) {
      await callMethod(method, { namespaceName, userId, ...given });
    }
  };
  const jobs = async (userId: string) => {
    for (const method of ["dump", "checkDump", "clean", "checkClean", "prepareImport"]) {
      await callMethod(`${method}UserDataByUserId`, { userId });
    }
    for (const method of ["import", "checkImport"]) {
      await callMethod(`${method}UserDataByUserId`, { userId, uploadToken });
    }
  };
  const userIds = () => new Set(emulator.calls().flatMap(({ userId }) => userId ?? []));

  test.each(["a/b", "a/b/c", "user", "50%", "日本", "a b"])(
    "is read as it is: %s",
    async (userId) => {
      await callAll(userId);
      await jobs(userId);
      expect([...userIds()]).toEqual([userId]);
    },
  );

  test("is decoded where it looks encoded, as that of a client that encodes it", async () => {
    await callAll("50%25");
    expect([...userIds()]).toEqual(["50%"]);
  });

  test("is absent where it is null, the text that is sent for a missing one", async () => {
    await expect(callMethod("dumpUserDataByUserId", { userId: "null" })).rejects.toMatchObject([
      { message: "gateway.namespace.userId.error.require" },
    ]);
  });

  test("is the player of the access token where it is me and the path is a player's", async () => {
    await callMethod("sendNotification", { namespaceName, userId: "me", ...notice });
    expect([...userIds()]).toEqual(["me"]);
    await expect(
      callMethod("getFirebaseTokenByUserId", { namespaceName, userId: "me" }),
    ).rejects.toMatchObject([{ message: "gateway.accessToken.error.require" }]);
  });
});
