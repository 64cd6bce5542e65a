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
  // Each connection to an emulator prints a line.
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

/** A socket that is left with the test, and what its handlers were told, in order. */
const openSocket = async (given = credential()) => {
  const session = new Gs2WebSocketSession(given, region);
  onTestFinished(() => session.disconnect());
  const heard: Gs2Notification[] = [];
  const told: string[] = [];
  const errors: unknown[] = [];
  session.onNotification((notification) => heard.push(notification));
  session.onOpen(() => told.push("open"));
  session.onClose((...none: unknown[]) => told.push(`close ${none.length}`));
  session.onError((event: unknown) => {
    told.push("error");
    errors.push(event);
  });
  await session.connect();
  return { session, client: new Gs2GatewayWebSocketClient(session), heard, told, errors };
};

const bind = async (client: Gs2GatewayWebSocketClient, userId: string, exclusive = false) =>
  client.setUserId(
    new SetUserIdRequest()
      .withNamespaceName(namespaceName)
      .withAccessToken(await emulator.issueAccessToken({ userId }))
      .withAllowConcurrentAccess(!exclusive),
  );

describe("the default export", () => {
  test("holds what the named exports do", async () => {
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

  test("has exactly the public fields of an official one, in either order of its arguments", async () => {
    const their = new official.core.Gs2RestSession(credential(), region);
    for (const our of [
      new Gs2RestSession(credential(), region),
      new Gs2RestSession(region, credential()),
      new Gs2WebSocketSession(credential(), region),
      new Gs2WebSocketSession(region, credential()),
    ]) {
      expect(shown(our)).toEqual(shown(their));
    }
    const session = new Gs2RestSession(region, credential());
    await session.connect();
    expect(Object.keys(session)).toEqual(Object.keys(their));
  });

  test("shows neither secret nor token as JSON", async () => {
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
  test("logs in with a secret and answers what the login said", async () => {
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

  test("takes a project token at once and without a promise", async () => {
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

  test("rejects a wrong secret with the list, without quoting it", async () => {
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

  test("says what is missing of its credential before anything is sent", async () => {
    const session = new Gs2RestSession(region, {});
    expect(await failure(session.connect())).toMatchObject({
      kind: "invalidArgument",
      outcome: "notSent",
    });
  });

  test("logs in once more when its token is refused, and for several calls once", async () => {
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

  test("does not come to life by a call after disconnect, or before connect", async () => {
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
  const notFound = [{ component: "namespace", message: "gateway.namespace.error.notFound" }];

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

  test("of a value the table refuses names the field, and nothing is sent", async () => {
    const { client } = await restClient();
    const error = await failure(client.getNamespace(new GetNamespaceRequest()));
    expect(error).toEqual([{ component: "namespaceName", message: "must be supplied" }]);
    expect(error.kind).toBe("invalidArgument");
    expect(emulator.calls({ method: "getNamespace" })).toEqual([]);
  });

  test("on the socket has the list as text in its message, as GS2's error body has", async () => {
    const { client: first } = await openSocket();
    const { client: second } = await openSocket();
    await bind(first, "alice", true);
    const error = await failure(bind(second, "alice", true));
    const list = [
      { component: "webSocketSession", message: "gateway.webSocketSession.error.conflict" },
    ];
    expect(JSON.parse(error.message)).toEqual(list);
    expect(error).toEqual(list);
    expect(isGatewayError(error, "conflict")).toBe(true);
  });

  test("without an answer is an empty array", async () => {
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
  test("binds a player and hears a notification as it came", async () => {
    const { client, heard, told, session } = await openSocket();
    expect(told).toEqual(["open"]);
    const result = await bind(client, "alice");
    expect(result.getItem()!.getUserId()).toBe("alice");
    const payload = JSON.stringify({ gatheringName: "g-1" });
    const sent = await emulator.notify({ userId: "alice", subject: "s", issuer: "i", payload });
    expect(sent.sendConnectionIds).toEqual([result.getItem()!.getConnectionId()]);
    await until("the notification is there", () => heard.length > 0);
    expect(heard).toEqual([{ subject: "s", issuer: "i", payload }]);
    expect(session.projectToken).toEqual(expect.any(String));
  });

  test("answers other methods than setUserId too", async () => {
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

  test("serves the official socket client", async () => {
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

  test("tells once that it was cut, and ends until it is connected again", async () => {
    const { session, client, told, heard } = await openSocket();
    const bound = await bind(client, "alice");
    await emulator.notify({ userId: "alice", subject: "before", payload: "{}" });
    const rest = await restClient();
    const { DisconnectByUserIdRequest } = await import("../../../src/compat/gateway.js");
    await rest.client.disconnectByUserId(
      new DisconnectByUserIdRequest().withNamespaceName(namespaceName).withUserId("alice"),
    );
    await until("the end is told", () => told.length > 1);
    expect(told).toEqual(["open", "close 0"]);
    expect(await failure(bind(client, "alice"))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
    });

    await session.connect();
    const again = await bind(client, "alice");
    expect(again.getItem()!.getConnectionId()).not.toBe(bound.getItem()!.getConnectionId());
    await emulator.notify({ userId: "alice", subject: "after", payload: "{}" });
    await until("the handlers are still there", () => heard.length > 1);
    expect(told).toEqual(["open", "close 0", "open"]);
  });

  test("tells of a line that broke as an error first", async () => {
    await emulator.stop();
    emulator = await startEmulator({
      settings: { closeCodeOnCut: 1006 },
      namespaces: [namespaceName],
    });
    Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
    Gs2Constant.WS_ENDPOINT_HOST = emulator.endpoints.webSocket;
    const { client, told, errors } = await openSocket();
    await bind(client, "alice");
    const { DisconnectAllRequest } = await import("../../../src/compat/gateway.js");
    const rest = await restClient();
    await rest.client.disconnectAll(new DisconnectAllRequest().withNamespaceName(namespaceName));
    await until("the end is told", () => told.length > 2);
    expect(told).toEqual(["open", "error", "close 0"]);
    expect(errors).toMatchObject([{ type: "error", message: expect.any(String) as unknown }]);
    expect(isGatewayError((errors[0] as { error: unknown }).error, "notConnected")).toBe(true);
  });

  test("disconnects, tells and forgets its token, and tells no second time", async () => {
    const { session, told } = await openSocket();
    await session.disconnect();
    await session.disconnect();
    expect(told).toEqual(["open", "close 0"]);
    expect(session.projectToken).toBeNull();
    await until("its socket is gone", () => emulator.sessions().length === 0);
  });

  test("rejects a wrong secret, and a server that is not there", async () => {
    const wrong = new Gs2WebSocketSession(region, new BasicGs2Credential("client-0001", "no"));
    expect(isGatewayError(await failure(wrong.connect()), "unauthorized")).toBe(true);
    await emulator.stop();
    const nowhere = new Gs2WebSocketSession(region, credential());
    expect(await failure(nowhere.connect())).toMatchObject({ kind: "notConnected" });
  });

  test("that is disconnected while it connects stays disconnected", async () => {
    const session = new Gs2WebSocketSession(region, credential());
    const told: string[] = [];
    session.onOpen(() => told.push("open"));
    const connecting = session.connect();
    await session.disconnect();
    expect(await failure(connecting)).toMatchObject({ kind: "notConnected" });
    expect(
      await failure(session.send("gateway", "namespace", "getServiceVersion", {})),
    ).toMatchObject({ kind: "notConnected" });
    expect(told).toEqual([]);
  });

  test("renews its token by itself when it is refused, and shows the new one", async () => {
    const { session, client } = await openSocket();
    // It is public: the connection goes by it.
    session.projectToken = "stale";
    const result = await client.getServiceVersion(new GetServiceVersionRequest());
    expect(result.getItem()).toBeTypeOf("string");
    expect(session.projectToken).not.toBe("stale");
  });

  test("shields its handlers from each other", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const session = new Gs2WebSocketSession(region, credential());
    onTestFinished(() => session.disconnect());
    const told: string[] = [];
    session.onOpen(() => {
      throw new Error("mine");
    });
    session.onOpen(() => told.push("second"));
    await session.connect();
    expect(told).toEqual(["second"]);
    expect(said).toHaveBeenCalledOnce();
  });
});

describe("an untouched official client of another service", () => {
  test("takes our session: its call carries what ours would", async () => {
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

  test("reaches the emulator with it, which has no such service and says so", async () => {
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
    expect(refused).toMatchObject([{ component: expect.any(String) as unknown }]);
  });
});
