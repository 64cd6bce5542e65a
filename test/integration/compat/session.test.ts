import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import core, {
  BasicGs2Credential,
  Gs2Constant,
  Gs2RestSession,
  Gs2WebSocketSession,
  ProjectTokenGs2Credential,
  Region,
  type Gs2Error,
  type Gs2Notification,
} from "../../../src/compat/coreNode.js";
import {
  DescribeNamespacesRequest,
  GetNamespaceRequest,
  GetServiceVersionRequest,
  Gs2GatewayRestClient,
  Gs2GatewayWebSocketClient,
  SendNotificationRequest,
  SetFirebaseTokenRequest,
  SetUserIdRequest,
} from "../../../src/compat/gateway.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { GatewayError, isGatewayError } from "../../../src/errors.js";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import * as official from "./official.js";
import { startRecordingServer } from "./recordingServer.js";

const namespaceName = "game-0001";
const region = Region.AP_NORTHEAST_1;
const credential = () => new BasicGs2Credential("client-0001", "secret-0001");
const hosts = { ...Gs2Constant };
let emulator: Emulator;

beforeAll(() => {
  // A client logs a line for each connection to an emulator.
  vi.spyOn(console, "info").mockImplementation(() => {});
});
afterAll(() => vi.restoreAllMocks());
beforeEach(async () => {
  emulator = await startEmulator({
    strict: true,
    credentials: [{ clientId: "client-0001", clientSecret: "secret-0001" }],
    namespaces: [namespaceName],
  });
  Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
  Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
});
afterEach(async () => {
  Object.assign(Gs2Constant, hosts);
  await emulator.stop();
});

const failure = async (promise: Promise<unknown> | undefined): Promise<Gs2Error> =>
  (await rejectionOf(promise!)) as Gs2Error;

const restClient = async () => {
  const session = new Gs2RestSession(region, credential());
  await session.connect();
  return { session, client: new Gs2GatewayRestClient(session) };
};

/** A session that ends with the test, and the events of its handlers, in order. */
const openSocket = async (given = credential()) => {
  const session = new Gs2WebSocketSession(given, region);
  onTestFinished(() => session.disconnect());
  const received: Gs2Notification[] = [];
  const events: string[] = [];
  const errors: unknown[] = [];
  session.onNotification((notification) => received.push(notification));
  session.onOpen(() => events.push("open"));
  session.onClose((...none: unknown[]) => events.push(`close ${none.length}`));
  session.onError((event: unknown) => {
    events.push("error");
    errors.push(event);
  });
  await session.connect();
  return { session, client: new Gs2GatewayWebSocketClient(session), received, events, errors };
};

const bind = async (client: Gs2GatewayWebSocketClient, userId: string, exclusive = false) =>
  client.setUserId(
    new SetUserIdRequest()
      .withNamespaceName(namespaceName)
      .withAccessToken(await emulator.issueAccessToken({ userId }))
      .withAllowConcurrentAccess(!exclusive),
  );

describe("the default export", () => {
  test("contains the named exports", async () => {
    const { default: _, ...named } = await import("../../../src/compat/coreNode.js");
    expect(core).toEqual(named);
    expect(core.Gs2WebSocketSession).toBe(Gs2WebSocketSession);
    const browser = await import("../../../src/compat/core.js");
    expect(Object.keys(browser).sort()).toEqual([...Object.keys(named), "default"].sort());
    expect(Object.keys(browser.default).sort()).toEqual(Object.keys(named).sort());
  });

  test("has the names and values of gs2 1.4.21", () => {
    expect(hosts).toEqual({
      ENDPOINT_HOST: "https://{service}.{region}.gen2.gs2io.com",
      WS_ENDPOINT_HOST: "wss://gateway-ws.{region}.gen2.gs2io.com",
    });
    expect(hosts).toEqual(official.core.Gs2Constant);
    expect(Region).toEqual((official.core as unknown as { Region: object }).Region);
  });
});

describe("a session", () => {
  const shown = (session: object) => Object.entries(session);

  test("has exactly the public fields of an official session, in either order of its arguments", async () => {
    const their = new official.core.Gs2RestSession(credential(), region);
    // Of the official session that is newer than the package.
    const newer = { compressRequest: true, acceptGzipResponse: true };
    for (const our of [
      new Gs2RestSession(credential(), region),
      new Gs2RestSession(region, credential()),
    ]) {
      expect(shown(our)).toEqual([...shown(their), ...shown(newer)]);
    }
    for (const our of [
      new Gs2WebSocketSession(credential(), region),
      new Gs2WebSocketSession(region, credential()),
    ]) {
      expect(shown(our)).toEqual(shown(their));
    }
    const session = new Gs2RestSession(region, credential());
    await session.connect();
    expect(Object.keys(session)).toEqual([...Object.keys(their), ...Object.keys(newer)]);
  });

  test("has no secret and no token in its JSON", async () => {
    const { session } = await openSocket();
    const rest = new Gs2RestSession(
      region,
      new ProjectTokenGs2Credential("c", session.projectToken!),
    );
    await rest.connect();
    const text = JSON.stringify([session, rest, session.credential, rest.credential]);
    expect(text).not.toContain("secret-0001");
    expect(text).not.toContain(session.projectToken);
  });
});

describe("a REST session", () => {
  test("logs in with a secret and resolves with the login result", async () => {
    const session = new Gs2RestSession(region, credential());
    const before = Date.now();
    const result = await session.connect();
    expect(result).toEqual({
      accessToken: session.projectToken,
      tokenType: "Bearer",
      expiresIn: 3_600,
    });
    expect(session.expiresAt).toBeGreaterThanOrEqual(before + 3_600_000);
    session.disconnect();
    expect(session.projectToken).toBeNull();
  });

  test("uses a project token at once and returns no promise", async () => {
    const { session } = await restClient();
    const handed = new Gs2RestSession(
      new ProjectTokenGs2Credential("client-0001", session.projectToken!),
      region,
    );
    expect(handed.connect()).toBeUndefined();
    expect(handed.projectToken).toBe(session.projectToken);
    const client = new Gs2GatewayRestClient(handed);
    const result = await client.getNamespace(
      new GetNamespaceRequest().withNamespaceName(namespaceName),
    );
    expect(result.getItem()!.getName()).toBe(namespaceName);
  });

  test("rejects a wrong secret with the server's list, without quoting the secret", async () => {
    const session = new Gs2RestSession(
      region,
      new BasicGs2Credential("client-0001", "secret-0002"),
    );
    const error = await failure(session.connect());
    expect(isGatewayError(error, "unauthorized")).toBe(true);
    expect(error[0]).toMatchObject({ component: expect.any(String) as unknown });
    expect(String(error) + JSON.stringify(error)).not.toContain("secret-0002");
    expect(session.projectToken).toBeNull();
  });

  test("rejects an incomplete credential before anything is sent", async () => {
    const session = new Gs2RestSession(region, {});
    expect(await failure(session.connect())).toMatchObject({
      kind: "invalidArgument",
      outcome: "notSent",
    });
  });

  test("logs in once more when its token is refused, once for several calls", async () => {
    const { session, client } = await restClient();
    session.projectToken = "stale";
    const results = await Promise.all(
      [1, 2, 3].map(() => client.getServiceVersion(new GetServiceVersionRequest())),
    );
    expect(results.map((result) => typeof result.getItem())).toEqual([
      "string",
      "string",
      "string",
    ]);
    expect(session.projectToken).not.toBe("stale");
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
  });

  test("logs in before a call when its token has expired", async () => {
    const { session, client } = await restClient();
    session.expiresAt = Date.now() - 1;
    await client.getServiceVersion(new GetServiceVersionRequest());
    expect(emulator.calls().map(({ method }) => method)).toEqual([
      "login",
      "login",
      "getServiceVersion",
    ]);
    expect(session.expiresAt).toBeGreaterThan(Date.now());
  });

  test("does not connect by a call, neither after disconnect nor before connect", async () => {
    const { session, client } = await restClient();
    session.disconnect();
    const fresh = new Gs2GatewayRestClient(new Gs2RestSession(region, credential()));
    for (const each of [client, fresh]) {
      expect(await failure(each.getServiceVersion(new GetServiceVersionRequest()))).toMatchObject({
        kind: "notConnected",
        outcome: "notSent",
      });
    }
    expect(emulator.calls({ method: "getServiceVersion" })).toEqual([]);
  });
});

describe("an error", () => {
  const notFound = [
    { component: "namespace", message: "gateway.namespace.error.notFound", code: "" },
  ];

  test("over REST is the array of the official SDK and a GatewayError", async () => {
    const { client } = await restClient();
    const error = await failure(
      client.getNamespace(new GetNamespaceRequest().withNamespaceName("nowhere")),
    );
    expect(error).toEqual(notFound);
    expect(Array.isArray(error)).toBe(true);
    expect([error.length, error[0]!.message, error.map(({ component }) => component)]).toEqual([
      1,
      notFound[0]!.message,
      ["namespace"],
    ]);
    expect([...error]).toEqual(notFound);
    expect(JSON.parse(JSON.stringify(error))).toEqual(notFound);

    expect(isGatewayError(error, "notFound")).toBe(true);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toBeInstanceOf(Error);
    expect(error.errors).toEqual(notFound);
    expect(error.status).toBe(404);
    expect(error.method).toBe("getNamespace");
    expect(error.outcome).toBe("refused");
    expect(String(error)).toContain("getNamespace: refused with 404");
    expect(error.stack).toContain("GatewayError");
  });

  test("of an invalid argument names the field, and nothing is sent", async () => {
    const { client } = await restClient();
    const error = await failure(client.getNamespace(new GetNamespaceRequest()));
    expect(error).toEqual([{ component: "namespaceName", message: "must be supplied" }]);
    expect(error.kind).toBe("invalidArgument");
    expect(emulator.calls({ method: "getNamespace" })).toEqual([]);
  });

  test("on the socket has the list as JSON text in its message, as GS2's error body", async () => {
    const { client: first } = await openSocket();
    const { client: second } = await openSocket();
    await bind(first, "alice", true);
    const error = await failure(bind(second, "alice", true));
    const list = [
      {
        component: "webSocketSession",
        message: "gateway.webSocketSession.error.conflict",
        code: "",
      },
    ];
    expect(JSON.parse(error.message)).toEqual(list);
    expect(error).toEqual(list);
    expect(isGatewayError(error, "conflict")).toBe(true);
  });

  test("without a reply is an empty array", async () => {
    const { client } = await restClient();
    await emulator.stop();
    const error = await failure(
      client.sendNotification(
        new SendNotificationRequest()
          .withNamespaceName(namespaceName)
          .withUserId("alice")
          .withSubject("s")
          .withPayload("p"),
      ),
    );
    expect(error).toEqual([]);
    expect(error.kind).toBe("notConnected");
  });
});

describe("a socket session", () => {
  test("binds a player and passes on a notification as it was received", async () => {
    const { client, received, events, session } = await openSocket();
    expect(events).toEqual(["open"]);
    const result = await bind(client, "alice");
    expect(result.getItem()!.getUserId()).toBe("alice");
    const payload = JSON.stringify({ gatheringName: "g-1" });
    const sent = await emulator.notify({ userId: "alice", subject: "s", issuer: "i", payload });
    expect(sent.sendConnectionIds).toEqual([result.getItem()!.getConnectionId()]);
    await until("the notification is received", () => received.length > 0);
    expect(received).toEqual([{ subject: "s", issuer: "i", payload }]);
    expect(session.projectToken).toEqual(expect.any(String));
  });

  test("supports other methods than setUserId", async () => {
    const { client } = await openSocket();
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const set = await client.setFirebaseToken(
      new SetFirebaseTokenRequest()
        .withNamespaceName(namespaceName)
        .withAccessToken(accessToken)
        .withToken("device-1")
        .withDuplicationAvoider("once"),
    );
    expect(set.getItem()!.getToken()).toBe("device-1");
    const listed = await client.describeNamespaces(new DescribeNamespacesRequest().withLimit(5));
    expect(listed.getItems()!.map((each) => each.getName())).toEqual([namespaceName]);
  });

  test("works with the official socket client", async () => {
    const { session } = await openSocket();
    const request = official.fill(new official.gateway.request["SetUserIdRequest"]!(), {
      namespaceName,
      accessToken: await emulator.issueAccessToken({ userId: "alice" }),
    });
    const result = await new official.gateway.Gs2GatewayWebSocketClient(session)["setUserId"]!(
      request,
    );
    const item = result["getItem"]!() as Record<string, () => unknown>;
    expect(item["getUserId"]!()).toBe("alice");
  });

  test("emits close once when the server closes it, until it is connected again", async () => {
    const { session, client, events, received } = await openSocket();
    const bound = await bind(client, "alice");
    await emulator.notify({ userId: "alice", subject: "before", payload: "{}" });
    const rest = await restClient();
    const { DisconnectByUserIdRequest } = await import("../../../src/compat/gateway.js");
    await rest.client.disconnectByUserId(
      new DisconnectByUserIdRequest().withNamespaceName(namespaceName).withUserId("alice"),
    );
    await until("close is emitted", () => events.length > 1);
    expect(events).toEqual(["open", "close 0"]);
    expect(await failure(bind(client, "alice"))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
    });

    await session.connect();
    const again = await bind(client, "alice");
    expect(again.getItem()!.getConnectionId()).not.toBe(bound.getItem()!.getConnectionId());
    await emulator.notify({ userId: "alice", subject: "after", payload: "{}" });
    await until("the handlers are called again", () => received.length > 1);
    expect(events).toEqual(["open", "close 0", "open"]);
  });

  test("emits error before close when the connection is lost", async () => {
    await emulator.stop();
    emulator = await startEmulator({
      settings: { closeCodeOnCut: 1006 },
      namespaces: [namespaceName],
    });
    Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
    Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
    const { client, events, errors } = await openSocket();
    await bind(client, "alice");
    const { DisconnectAllRequest } = await import("../../../src/compat/gateway.js");
    const rest = await restClient();
    await rest.client.disconnectAll(new DisconnectAllRequest().withNamespaceName(namespaceName));
    await until("close is emitted", () => events.length > 2);
    expect(events).toEqual(["open", "error", "close 0"]);
    expect(errors).toMatchObject([{ type: "error", message: expect.any(String) as unknown }]);
    expect(isGatewayError((errors[0] as { error: unknown }).error, "notConnected")).toBe(true);
  });

  test("emits close once on disconnect, and drops its token", async () => {
    const { session, events } = await openSocket();
    await session.disconnect();
    await session.disconnect();
    expect(events).toEqual(["open", "close 0"]);
    expect(session.projectToken).toBeNull();
    await until("its socket is gone", () => emulator.sessions().length === 0);
  });

  test("rejects for a wrong secret and for a missing server", async () => {
    const wrong = new Gs2WebSocketSession(region, new BasicGs2Credential("client-0001", "no"));
    expect(isGatewayError(await failure(wrong.connect()), "unauthorized")).toBe(true);
    await emulator.stop();
    const nowhere = new Gs2WebSocketSession(region, credential());
    expect(await failure(nowhere.connect())).toMatchObject({ kind: "notConnected" });
  });

  test("stays disconnected when it is disconnected while it connects", async () => {
    const session = new Gs2WebSocketSession(region, credential());
    const events: string[] = [];
    session.onOpen(() => events.push("open"));
    const connecting = session.connect();
    await session.disconnect();
    expect(await failure(connecting)).toMatchObject({ kind: "notConnected" });
    expect(
      await failure(session.send("gateway", "namespace", "getServiceVersion", {})),
    ).toMatchObject({ kind: "notConnected" });
    expect(events).toEqual([]);
  });

  test("renews a refused token and has the new one in its field", async () => {
    const { session, client } = await openSocket();
    // A public field: the client uses its value.
    session.projectToken = "stale";
    const result = await client.getServiceVersion(new GetServiceVersionRequest());
    expect(result.getItem()).toBeTypeOf("string");
    expect(session.projectToken).not.toBe("stale");
  });

  test("calls its other handlers when one throws", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const session = new Gs2WebSocketSession(region, credential());
    onTestFinished(() => session.disconnect());
    const events: string[] = [];
    session.onOpen(() => {
      throw new Error("mine");
    });
    session.onOpen(() => events.push("second"));
    await session.connect();
    expect(events).toEqual(["second"]);
    expect(logged).toHaveBeenCalledOnce();
  });
});

describe("an official client of another service", () => {
  test("accepts a session of compat and sends its tokens", async () => {
    const server = await startRecordingServer();
    const { core: theirCore, matchmaking } = official;
    const before = { ...theirCore.Gs2Constant };
    onTestFinished(async () => {
      Object.assign(theirCore.Gs2Constant, before);
      await server.stop();
    });
    theirCore.Gs2Constant.ENDPOINT_HOST = `${server.url}/{service}/{region}`;
    const { session } = await restClient();
    const request = official.fill(new matchmaking.request["GetNamespaceRequest"]!(), {
      namespaceName: "matchmaking-0001",
    });
    server.answer = { status: 200, body: { item: { name: "matchmaking-0001" } } };
    const result = await new matchmaking.Gs2MatchmakingRestClient(session)["getNamespace"]!(
      request,
    );
    expect((result["getItem"]!() as Record<string, () => unknown>)["getName"]!()).toBe(
      "matchmaking-0001",
    );
    expect(server.take()).toMatchObject([
      {
        method: "GET",
        path: "/matchmaking/ap-northeast-1/matchmaking-0001",
        headers: {
          "x-gs2-client-id": "client-0001",
          authorization: `Bearer ${session.projectToken}`,
        },
      },
    ]);
  });

  test("reaches the emulator, which rejects the unknown service", async () => {
    const { core: theirCore, matchmaking } = official;
    const before = { ...theirCore.Gs2Constant };
    onTestFinished(() => void Object.assign(theirCore.Gs2Constant, before));
    theirCore.Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
    const { session } = await restClient();
    const request = official.fill(new matchmaking.request["GetNamespaceRequest"]!(), {
      namespaceName: "matchmaking-0001",
    });
    const refused = await rejectionOf(
      new matchmaking.Gs2MatchmakingRestClient(session)["getNamespace"]!(request),
    );
    expect(refused).toMatchObject([
      { component: "rest" },
      { component: "emulator", message: expect.stringContaining("emulator.handle") as unknown },
    ]);
  });
});
