import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import { frame, RawSocket } from "../emulator/rawSocket.js";

// A round trip of each method of the unmodified official REST client, with its results read through
// its getters.

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

/** The values of all getters, recursively. */
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
const notification = { subject: "raid-start", payload: '{"bossId":"b-1"}' };

let emulator: Emulator;
let client: Client;
/** Open, logged in with the same client ID, not bound to a user. */
let socket: RawSocket;
let connectionId: string;

beforeAll(async () => {
  // The official client cannot send a connection ID.
  const settings = { restSetUserIdWithoutConnectionId: "latest" } as const;
  emulator = await startEmulator({ namespaces: [namespaceName], settings });
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

const call = async (method: string, values: Values): Promise<unknown> =>
  read(await client[method]!(request(method, values)));

const bind = () => call("setUserIdByUserId", byUser);
const setDevice = () => call("setFirebaseTokenByUserId", { ...byUser, token: "device-0001" });
const session = () => ({ connectionId, namespaceName, userId });
const device = { userId, token: "device-0001", revision: 1 };
const file = expect.stringContaining("/_emulator/files/") as string;

async function expectDisconnected(): Promise<void> {
  await socket.closed();
  expect(emulator.sessions()).toEqual([]);
}

interface RoundTrip {
  readonly params: Values;
  readonly before?: () => Promise<unknown>;
  readonly result: () => Values;
  readonly verify?: () => Promise<unknown>;
}

const roundTrips: Readonly<Record<string, RoundTrip>> = {
  describeNamespaces: {
    params: {},
    result: () => ({ items: [{ name: namespaceName }], nextPageToken: null }),
  },
  createNamespace: {
    params: { name: "game-0002", description: "d", firebaseSecret: "f" },
    result: () => ({ item: { name: "game-0002", description: "d", firebaseSecret: "f" } }),
  },
  getNamespaceStatus: { params: { namespaceName }, result: () => ({ status: "ACTIVE" }) },
  getNamespace: { params: { namespaceName }, result: () => ({ item: { name: namespaceName } }) },
  updateNamespace: {
    params: { namespaceName, description: "d" },
    result: () => ({ item: { name: namespaceName, description: "d", revision: 2 } }),
  },
  deleteNamespace: {
    params: { namespaceName },
    before: bind,
    result: () => ({ item: { name: namespaceName } }),
    verify: expectDisconnected,
  },
  dumpUserDataByUserId: { params: { userId }, result: () => ({}) },
  checkDumpUserDataByUserId: {
    params: { userId },
    before: () => call("dumpUserDataByUserId", { userId }),
    result: () => ({ url: file }),
  },
  cleanUserDataByUserId: {
    params: { userId },
    before: setDevice,
    result: () => ({}),
    verify: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  checkCleanUserDataByUserId: {
    params: { userId },
    before: () => call("cleanUserDataByUserId", { userId }),
    result: () => ({}),
  },
  prepareImportUserDataByUserId: {
    params: { userId },
    result: () => ({
      uploadToken: expect.stringMatching(/^upload-/) as string,
      uploadUrl: expect.stringContaining("/_emulator/uploads/upload-") as string,
    }),
  },
  importUserDataByUserId: { params: { userId, uploadToken }, result: () => ({}) },
  checkImportUserDataByUserId: {
    params: { userId, uploadToken },
    before: () => call("importUserDataByUserId", { userId, uploadToken }),
    result: () => ({ url: file }),
  },
  describeWebSocketSessions: {
    params: byPlayer,
    before: bind,
    result: () => ({ items: [session()], nextPageToken: null }),
  },
  describeWebSocketSessionsByUserId: {
    params: byUser,
    before: bind,
    result: () => ({ items: [session()], nextPageToken: null }),
  },
  setUserId: { params: byPlayer, result: () => ({ item: session() }) },
  setUserIdByUserId: { params: byUser, result: () => ({ item: session() }) },
  sendNotification: {
    params: { ...byUser, ...notification },
    before: bind,
    result: () => ({ protocol: "WebSocket" }),
    verify: async () => expect(await socket.notification()).toMatchObject({ body: notification }),
  },
  disconnectByUserId: {
    params: byUser,
    before: bind,
    result: () => ({ items: [session()] }),
    verify: expectDisconnected,
  },
  disconnectAll: {
    params: { namespaceName },
    before: bind,
    result: () => ({}),
    verify: expectDisconnected,
  },
  setFirebaseToken: {
    params: { ...byPlayer, token: "device-0001" },
    result: () => ({ item: device }),
  },
  setFirebaseTokenByUserId: {
    params: { ...byUser, token: "device-0001" },
    result: () => ({ item: device }),
  },
  getFirebaseToken: { params: byPlayer, before: setDevice, result: () => ({ item: device }) },
  getFirebaseTokenByUserId: { params: byUser, before: setDevice, result: () => ({ item: device }) },
  deleteFirebaseToken: {
    params: byPlayer,
    before: setDevice,
    result: () => ({ item: device }),
    verify: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  deleteFirebaseTokenByUserId: {
    params: byUser,
    before: setDevice,
    result: () => ({ item: device }),
    verify: async () => expect(emulator.state().firebaseTokens).toEqual([]),
  },
  sendMobileNotificationByUserId: {
    params: { ...byUser, ...notification },
    before: setDevice,
    result: () => ({}),
    verify: async () => expect(emulator.outbox()).toMatchObject([{ userId, ...notification }]),
  },
};

test("the official REST client has every method but getServiceVersion, and each has a round trip here", () => {
  const has = Object.getOwnPropertyNames(RestClient.prototype).filter(
    (name) => name !== "constructor",
  );
  const names = allMethods.map(({ name }) => name).filter((name) => name !== "getServiceVersion");
  expect(has.sort()).toEqual(names.sort());
  expect(Object.keys(roundTrips).sort()).toEqual(names);
  expect(names).toHaveLength(27);
});

describe("the unmodified official REST client", () => {
  test.each(Object.entries(roundTrips))("round-trips %s", async (method, trip) => {
    await trip.before?.();
    expect(await call(method, trip.params)).toMatchObject(trip.result());
    await trip.verify?.();
    const calls = emulator.calls({ method });
    expect(calls.at(-1)).toMatchObject({ transport: "rest", status: 200 });
  });
});
