import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";

/**
 * The part of the official package that this test uses. It is no dependency: its types are missing
 * at compile time.
 */
interface OfficialCore {
  Gs2Constant: { ENDPOINT_HOST: string; WS_ENDPOINT_HOST: string };
  BasicGs2Credential: new (clientId: string, clientSecret: string) => object;
  ProjectTokenGs2Credential: new (clientId: string, projectToken: string) => object;
  Gs2RestSession: new (credential: object, region: string) => OfficialRestSession;
  Gs2WebSocketSession: new (credential: object, region: string) => OfficialSocketSession;
}
interface OfficialRestSession {
  projectToken: string | null;
  connect(): Promise<unknown> | undefined;
}
interface OfficialNotification {
  issuer: string;
  subject: string;
  payload: string;
}
interface OfficialSocketSession {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  onNotification(handler: (notification: OfficialNotification) => void): void;
  onClose(handler: () => void): void;
}
type OfficialRequest = new () => Record<string, (value: unknown) => OfficialRequestBuilder>;
type OfficialRequestBuilder = Record<string, (value: unknown) => OfficialRequestBuilder>;
interface OfficialItem {
  getItem(): Record<string, () => unknown>;
}

const official = createRequire(import.meta.url);
const core = official("gs2/core/model") as OfficialCore;
const { default: SocketClient } = official("gs2/gateway/websocket") as {
  default: new (session: object) => Record<string, (request: unknown) => Promise<OfficialItem>>;
};
const { default: RestClient } = official("gs2/gateway/rest") as {
  default: new (session: object) => Record<string, (request: unknown) => Promise<OfficialItem>>;
};
const requests = official("gs2/gateway/request") as Record<string, OfficialRequest>;

/** Calls `with...` for each value, in the official style. */
function request(name: string, values: Record<string, unknown>): unknown {
  let built: OfficialRequestBuilder = new requests[name]!();
  for (const [field, value] of Object.entries(values)) {
    built = built[`with${field[0]!.toUpperCase()}${field.slice(1)}`]!(value);
  }
  return built;
}

const namespaceName = "game-0001";
const credential = () => new core.BasicGs2Credential("client-0001", "secret-0001");

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

// Other files of a worker get the same object.
const hosts = { ...core.Gs2Constant };
afterAll(() => Object.assign(core.Gs2Constant, hosts));

function setHosts({ endpoints }: Emulator): void {
  core.Gs2Constant.ENDPOINT_HOST = endpoints.rest;
  core.Gs2Constant.WS_ENDPOINT_HOST = endpoints.webSocket;
}

async function restClient(given = credential()) {
  const session = new core.Gs2RestSession(given, "ap-northeast-1");
  await session.connect();
  return { session, client: new RestClient(session) };
}

describe.each([
  ["the emulator", undefined],
  ["an emulator whose upstream it is", true],
])("the unmodified official npm package with its hosts set to %s", (_, relayed) => {
  let proxy: Emulator | undefined;
  beforeAll(async () => {
    if (relayed) proxy = await startEmulator({ upstream: emulator.url });
    setHosts(proxy ?? emulator);
  });
  afterAll(async () => {
    await emulator.reset();
    await proxy?.stop();
  });

  test("connects with its socket client, binds a player and receives a notification", async () => {
    const session = new core.Gs2WebSocketSession(credential(), "ap-northeast-1");
    const received = new Promise<OfficialNotification>((resolve) =>
      session.onNotification(resolve),
    );
    await session.connect();
    const result = await new SocketClient(session)["setUserId"]!(
      request("SetUserIdRequest", {
        namespaceName,
        accessToken: "accessToken-0001",
        allowConcurrentAccess: false,
      }),
    );
    const item = result.getItem();
    expect(item["getUserId"]!()).toBe("user-0001");
    const connectionId = item["getConnectionId"]!();

    const payload = JSON.stringify({ namespaceName: "mm-1", gatheringName: "g-1" });
    const sent = await emulator.notify({
      userId: "user-0001",
      key: "Gs2Matchmaking:Complete",
      payload,
    });
    expect(sent.sendConnectionIds).toEqual([connectionId]);
    expect(await received).toEqual({
      issuer: "Gs2Matchmaking:Complete",
      subject: "Gs2Matchmaking:Complete",
      payload,
    });
    await session.disconnect();
  });

  test("gets the refusal of a second exclusive client as an error text to parse", async () => {
    const first = new core.Gs2WebSocketSession(credential(), "ap-northeast-1");
    const second = new core.Gs2WebSocketSession(credential(), "ap-northeast-1");
    await Promise.all([first.connect(), second.connect()]);
    const exclusive = request("SetUserIdRequest", {
      namespaceName,
      accessToken: "accessToken-0002",
      allowConcurrentAccess: false,
    });
    await new SocketClient(first)["setUserId"]!(exclusive);
    const refused: unknown = await new SocketClient(second)["setUserId"]!(exclusive).catch(
      (error: unknown) => error,
    );
    const { message } = refused as { message: string };
    expect(JSON.parse(message)).toEqual([
      {
        component: "webSocketSession",
        message: "gateway.webSocketSession.error.conflict",
        code: "",
      },
    ]);
    await Promise.all([first.disconnect(), second.disconnect()]);
  });

  test("sets, gets and deletes a Firebase token over REST", async () => {
    const { client } = await restClient();
    const player = { namespaceName, accessToken: "accessToken-0003" };
    const set = await client["setFirebaseToken"]!(
      request("SetFirebaseTokenRequest", { ...player, token: "device-1" }),
    );
    expect(set.getItem()["getToken"]!()).toBe("device-1");
    const got = await client["getFirebaseToken"]!(request("GetFirebaseTokenRequest", player));
    expect(got.getItem()["getUserId"]!()).toBe("user-0003");
    await client["deleteFirebaseToken"]!(request("DeleteFirebaseTokenRequest", player));
    await expect(
      client["getFirebaseToken"]!(request("GetFirebaseTokenRequest", player)),
    ).rejects.toEqual([
      { component: "firebaseToken", message: "gateway.firebaseToken.error.notFound", code: "" },
    ]);
  });

  test("sends unset query values as the text null, and gets the first page", async () => {
    const { client } = await restClient();
    const result = (await client["describeWebSocketSessions"]!(
      request("DescribeWebSocketSessionsRequest", {
        namespaceName,
        accessToken: "accessToken-0004",
      }),
    )) as unknown as { getItems(): unknown[] };
    expect(result.getItems()).toEqual([]);
  });

  test("creates a namespace, reads it and sends a notification as a game server does", async () => {
    const { session, client } = await restClient();
    await client["createNamespace"]!(
      request("CreateNamespaceRequest", { name: "game-0002", description: "made by gs2" }),
    );
    // A second client of the same project, with the project token of the first.
    const handed = new core.ProjectTokenGs2Credential("client-0001", session.projectToken!);
    const { client: other } = await restClient(handed);
    const got = await other["getNamespace"]!(
      request("GetNamespaceRequest", { namespaceName: "game-0002" }),
    );
    expect(got.getItem()["getDescription"]!()).toBe("made by gs2");
    const sent = (await other["sendNotification"]!(
      request("SendNotificationRequest", {
        namespaceName: "game-0002",
        userId: "user-0001",
        subject: "raid-start",
        payload: "{}",
      }),
    )) as unknown as { getProtocol(): unknown };
    expect(sent.getProtocol()).toBeNull();
  });
});
