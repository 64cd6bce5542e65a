import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import {
  createNamespace,
  deleteFirebaseToken,
  describeWebSocketSessions,
  getFirebaseToken,
  getNamespace,
  getServiceVersion,
  sendNotification,
  setFirebaseToken,
  setUserId,
  type AnyMethod,
} from "../../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { errorsOf, rest, type RestReply } from "./restCalls.js";

let emulator: Emulator;
let token: string;
let socket: RawSocket;
beforeAll(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  token = await restLogin(emulator.url);
  socket = await RawSocket.open(emulator.endpoints.webSocket);
});
afterAll(() => emulator.stop());

type Call = (method: AnyMethod, params: Json) => Promise<RestReply>;

const transports: readonly (readonly [string, Call])[] = [
  ["REST", (method, params) => rest(emulator.url, method, params, { token })],
  [
    "the socket",
    ({ name, component }, params) => socket.ask(frame(name, params, token, component)),
  ],
];

const namespaceName = "game-0001";
const player = { namespaceName, accessToken: "accessToken-0001" };

const failures: readonly (readonly [string, AnyMethod, Json, number, string[]])[] = [
  [
    "a missing field",
    setFirebaseToken,
    { ...player },
    400,
    ["gateway.firebaseToken.token.error.require"],
  ],
  [
    "null for a missing field",
    setFirebaseToken,
    { ...player, token: null },
    400,
    ["gateway.firebaseToken.token.error.require"],
  ],
  [
    "every invalid field",
    sendNotification,
    { namespaceName, userId: "user-0001", subject: "s".repeat(129), payload: "" },
    400,
    [
      "gateway.webSocketSession.subject.error.tooLong",
      "gateway.webSocketSession.payload.error.require",
    ],
  ],
  [
    "a payload of 1,025 characters",
    sendNotification,
    { namespaceName, userId: "user-0001", subject: "s", payload: "p".repeat(1_025) },
    400,
    ["gateway.webSocketSession.payload.error.tooLong"],
  ],
  [
    "a number for a string",
    setFirebaseToken,
    { ...player, token: 7 },
    400,
    ["gateway.firebaseToken.token.error.invalid"],
  ],
  [
    "a limit of 1,001",
    describeWebSocketSessions,
    { ...player, limit: 1_001 },
    400,
    ["gateway.webSocketSession.limit.error.invalid"],
  ],
  [
    "a limit that is not a number",
    describeWebSocketSessions,
    { ...player, limit: "many" },
    400,
    ["gateway.webSocketSession.limit.error.invalid"],
  ],
  [
    "a word for a boolean",
    setUserId,
    { ...player, allowConcurrentAccess: "perhaps" },
    400,
    ["gateway.webSocketSession.allowConcurrentAccess.error.invalid"],
  ],
  [
    "an unknown page token",
    describeWebSocketSessions,
    { ...player, pageToken: "7" },
    400,
    ["gateway.webSocketSession.pageToken.error.invalid"],
  ],
  [
    "a nested field that is required",
    createNamespace,
    { name: "nested", logSetting: {} },
    400,
    ["gateway.logSetting.loggingNamespaceId.error.require"],
  ],
  [
    "a string for an object",
    createNamespace,
    { name: "nested", logSetting: "log" },
    400,
    ["gateway.namespace.logSetting.error.invalid"],
  ],
  [
    "an unknown namespace",
    getNamespace,
    { namespaceName: "game-9999" },
    404,
    ["gateway.namespace.error.notFound"],
  ],
  [
    "an existing namespace",
    createNamespace,
    { name: "game-0001" },
    409,
    ["gateway.namespace.name.error.exists"],
  ],
  [
    "a missing Firebase token",
    getFirebaseToken,
    player,
    404,
    ["gateway.firebaseToken.error.notFound"],
  ],
  [
    "deleting a missing Firebase token",
    deleteFirebaseToken,
    player,
    404,
    ["gateway.firebaseToken.error.notFound"],
  ],
  [
    "a made-up access token",
    getFirebaseToken,
    { namespaceName, accessToken: "made-up" },
    401,
    ["gateway.accessToken.error.invalid"],
  ],
  [
    "no access token",
    getFirebaseToken,
    { namespaceName },
    401,
    ["gateway.accessToken.error.require"],
  ],
];

describe.each(transports)("over %s", (_, ask) => {
  test.each(failures)(
    "%s is refused in GS2's form",
    async (_, method, params, status, messages) => {
      const reply = await ask(method, params);
      expect(reply.status).toBe(status);
      expect((errorsOf(reply.body) as { message: string }[]).map(({ message }) => message)).toEqual(
        messages,
      );
    },
  );

  test("createNamespace fills in the server's defaults", async () => {
    const name = `made-over-${ask === transports[0]![1] ? "rest" : "socket"}`;
    const reply = await ask(createNamespace, {
      name,
      transactionSetting: { enableAutoRun: false, keyId: "old" },
      contextStack: "passed over",
    });
    expect(reply.status).toBe(200);
    expect(reply.body["item"]).toMatchObject({
      namespaceId: `grn:gs2:ap-northeast-1:owner-0001:gateway:${name}`,
      name,
      description: null,
      transactionSetting: {
        enableAutoRun: false,
        // Absent from the reference, sent by the official SDKs.
        keyId: "old",
        queueNamespaceId: "grn:gs2:ap-northeast-1:owner-0001:queue:default",
      },
      logSetting: null,
    });
    const read = await ask(getNamespace, { namespaceName: name });
    expect(read.body).toEqual(reply.body);
  });

  test("getServiceVersion returns a version", async () => {
    expect(await ask(getServiceVersion, {})).toEqual(
      expect.objectContaining({ status: 200, body: { item: "emulator" } }),
    );
  });

  test("a Firebase token can be replaced, read and deleted", async () => {
    const of = (reply: RestReply) => [reply.status, (reply.body["item"] as Json)["token"]];
    expect(of(await ask(setFirebaseToken, { ...player, token: "device-1" }))).toEqual([
      200,
      "device-1",
    ]);
    const replaced = await ask(setFirebaseToken, { ...player, token: "device-2" });
    expect(replaced.body["item"]).toMatchObject({
      firebaseTokenId:
        "grn:gs2:ap-northeast-1:owner-0001:gateway:game-0001:user:user-0001:firebase:token",
      userId: "user-0001",
      revision: 1,
    });
    expect(of(await ask(getFirebaseToken, player))).toEqual([200, "device-2"]);
    expect(of(await ask(deleteFirebaseToken, player))).toEqual([200, "device-2"]);
  });

  test("describeWebSocketSessions pages through a player's sessions", async () => {
    const me = { namespaceName, accessToken: "accessToken-0042" };
    const sockets = await Promise.all(
      [1, 2, 3].map(() => RawSocket.open(emulator.endpoints.webSocket)),
    );
    for (const one of sockets) await one.ask(frame("setUserId", me, token));
    const found: unknown[] = [];
    let pageToken: unknown = null;
    let pages = 0;
    do {
      const reply = await ask(describeWebSocketSessions, {
        ...me,
        limit: 2,
        ...(pageToken === null ? {} : { pageToken }),
      });
      found.push(...(reply.body["items"] as Json[]).map((item) => item["connectionId"]));
      pageToken = reply.body["nextPageToken"];
      pages++;
    } while (pageToken !== null);
    expect(pages).toBe(2);
    expect(found).toHaveLength(3);
    expect(emulator.sessions().map(({ connectionId }) => connectionId)).toEqual(
      expect.arrayContaining(found),
    );
    await Promise.all(sockets.map((one) => one.close()));
  });

  test("sendNotification sends to every session of the user in the namespace", async () => {
    const me = { namespaceName, accessToken: "accessToken-0077" };
    const sockets = await Promise.all(
      [1, 2, 3, 4].map(() => RawSocket.open(emulator.endpoints.webSocket)),
    );
    const [one, two, elsewhere, other] = sockets as [RawSocket, RawSocket, RawSocket, RawSocket];
    const ids = [];
    for (const hearer of [one, two]) {
      const { body } = await hearer.ask(frame("setUserId", me, token));
      ids.push((body["item"] as Json)["connectionId"]);
    }
    await elsewhere.ask(frame("setUserId", { ...me, namespaceName: "game-0002" }, token));
    await other.ask(frame("setUserId", { ...me, accessToken: "accessToken-0078" }, token));

    const reply = await ask(sendNotification, {
      namespaceName,
      userId: "user-0077",
      subject: "raid-start",
      payload: '{"raidId":"r-1"}',
    });

    expect(reply).toMatchObject({
      status: 200,
      body: { protocol: "WebSocket", sendConnectionIds: ids },
    });
    for (const hearer of [one, two]) {
      expect((await hearer.notification())["body"]).toEqual({
        issuer: "Gs2Gateway:SendNotification",
        subject: "raid-start",
        payload: '{"raidId":"r-1"}',
      });
    }
    // Frames arrive in order: no notification came if the reply to a later call has none before it.
    for (const silent of [elsewhere, other]) {
      await silent.ask(frame("getServiceVersion", {}, token, "namespace"));
      expect(silent.frames.filter((one) => one["type"] === "notification")).toEqual([]);
    }
    await Promise.all(sockets.map((open) => open.close()));
  });

  test("sendNotification without a session succeeds", async () => {
    const params = { namespaceName, userId: "user-9999", subject: "s", payload: "p" };
    expect(await ask(sendNotification, params)).toMatchObject({
      status: 200,
      body: { protocol: null, sendConnectionIds: [] },
    });
  });

  test("a call without a valid project token is 401", async () => {
    const otherSocket = await RawSocket.open(emulator.endpoints.webSocket);
    const overRest = ask === transports[0]![1];
    const callWith = (given: string | undefined): Promise<RestReply> =>
      overRest
        ? rest(emulator.url, getServiceVersion, {}, { token: given })
        : otherSocket.ask(frame("getServiceVersion", {}, given, "namespace"));
    for (const [given, kind] of [
      [undefined, "require"],
      ["made-up", "invalid"],
    ] as const) {
      const reply = await callWith(given);
      expect(reply.status).toBe(401);
      expect(errorsOf(reply.body)).toEqual([
        { component: "projectToken", message: `gateway.projectToken.error.${kind}` },
      ]);
    }
    await otherSocket.close();
  });
});

test("every method has a route", async () => {
  const values: Json = { uploadToken: "u", token: "t", name: "n" };
  for (const method of allMethods) {
    await emulator.reset();
    const fresh = await restLogin(emulator.url);
    const params = Object.fromEntries(
      Object.entries(method.fields)
        .filter(([, field]) => field.mustBeSupplied)
        .map(([name]) => [name, values[name] ?? name]),
    );
    await rest(emulator.url, method, params, { token: fresh });
    expect(emulator.calls().at(-1)).toMatchObject({ method: method.name, transport: "rest" });
  }
});

test("path values are percent-decoded", async () => {
  const name = "日本 a/b%c?d#e";
  const fresh = await restLogin(emulator.url);
  const made = await rest(emulator.url, createNamespace, { name }, { token: fresh });
  expect(made.status).toBe(200);
  const got = await rest(emulator.url, getNamespace, { namespaceName: name }, { token: fresh });
  expect(got.body["item"]).toMatchObject({ name });
});

test("a path value of null, as the official SDKs send it, is a missing field", async () => {
  const fresh = await restLogin(emulator.url);
  const reply = await rest(emulator.url, getNamespace, { namespaceName: "null" }, { token: fresh });
  expect(errorsOf(reply.body)).toEqual([
    { component: "namespace", message: "gateway.namespace.namespaceName.error.require" },
  ]);
});

describe("setUserId over REST", () => {
  test("binds the connection it names", async () => {
    const fresh = await restLogin(emulator.url);
    const open = await RawSocket.open(emulator.endpoints.webSocket);
    const { body } = await open.ask(frame("setUserId", player, fresh));
    const { connectionId } = body["item"] as { connectionId: string };
    const me = { namespaceName, accessToken: "accessToken-0002", connectionId };
    expect(await rest(emulator.url, setUserId, me, { token: fresh })).toMatchObject({
      status: 200,
      body: { item: { connectionId, userId: "user-0002" } },
    });
    await emulator.notify({ userId: "user-0002", key: "Gs2JobQueue:Push", payload: "{}" });
    await open.notification();
    await open.close();
  });

  test("is refused with an unknown connectionId, and without one if the setting says so", async () => {
    const fresh = await restLogin(emulator.url);
    const gone = { ...player, connectionId: "connection-gone" };
    expect((await rest(emulator.url, setUserId, gone, { token: fresh })).status).toBe(404);
    const strict = await startEmulator({
      settings: { restSetUserIdWithoutConnectionId: "reject" },
    });
    try {
      const token = await restLogin(strict.url);
      const none = await rest(strict.url, setUserId, player, { token });
      expect([none.status, errorsOf(none.body)]).toEqual([
        400,
        [
          {
            component: "webSocketSession",
            message: "gateway.webSocketSession.connectionId.error.require",
          },
        ],
      ]);
    } finally {
      await strict.stop();
    }
  });

  test("binds the latest connection without a connectionId", async () => {
    const lenient = await startEmulator();
    try {
      const fresh = await restLogin(lenient.url);
      expect((await rest(lenient.url, setUserId, player, { token: fresh })).status).toBe(404);
      const open = await RawSocket.open(lenient.endpoints.webSocket);
      expect((await rest(lenient.url, setUserId, player, { token: fresh })).status).toBe(200);
      await lenient.notify({ userId: "user-0001", key: "Gs2JobQueue:Push", payload: "{}" });
      await open.notification();
    } finally {
      await lenient.stop();
    }
  });
});
