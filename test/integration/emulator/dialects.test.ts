import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { RawSocket, type Json } from "./rawSocket.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

const login = (body: Json | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${emulator.url}/identifier/projectToken/login`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
  });

const joined = JSON.stringify({
  namespaceName: "mm-1",
  gatheringName: "g-1",
  joinUserId: "user-9",
});

async function receivesNotification(socket: RawSocket, userId: string): Promise<void> {
  const sent = await emulator.notify({ userId, key: "Gs2Matchmaking:Join", payload: joined });
  expect(sent.protocol).toBe("WebSocket");
  const notification = await socket.notification();
  expect(notification).toEqual({
    type: "notification",
    body: { issuer: "Gs2Matchmaking:Join", subject: "Gs2Matchmaking:Join", payload: joined },
  });
}

describe("the emulator accepts the dialect of an official SDK", () => {
  test("TypeScript: REST login, then the project token in each frame", async () => {
    const response = await login({ client_id: "client-0001", client_secret: "secret-0001" });
    const result = (await response.json()) as Json;
    expect(result).toEqual({
      access_token: expect.any(String) as string,
      token_type: "Bearer",
      expires_in: 3600,
      owner_id: "owner-0001",
    });
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const reply = await socket.ask({
      contextStack: null,
      namespaceName: "game-0001",
      xGs2AccessToken: "accessToken-0001",
      allowConcurrentAccess: null,
      xGs2ClientId: "client-0001",
      xGs2ProjectToken: result["access_token"],
      x_gs2: {
        service: "gateway",
        component: "webSocketSession",
        function: "setUserId",
        contentType: "application/json",
        requestId: randomUUID(),
      },
    });
    expect(reply.status).toBe(200);
    expect(reply.body["item"]).toMatchObject({
      namespaceName: "game-0001",
      userId: "user-0001",
      sessionId: null,
    });
    await receivesNotification(socket, "user-0001");
    await socket.close();
  });

  test("C#: login on the socket, numeric request ids, booleans as strings, the access token twice", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const granted = await socket.ask({
      client_id: "client-0001",
      client_secret: "secret-0001",
      xGs2ClientId: "client-0001",
      x_gs2: {
        service: "identifier",
        component: "projectToken",
        function: "login",
        contentType: "application/json",
        requestId: "10001",
      },
    });
    expect(granted).toMatchObject({ requestId: "10001", status: 200 });
    expect(granted.body).toMatchObject({ owner_id: "owner-0001", expires_in: 3600 });
    const bind = (requestId: string, extra: Json) => ({
      namespaceName: "game-0001",
      accessToken: "accessToken-0002",
      xGs2AccessToken: "accessToken-0002",
      xGs2ClientId: "client-0001",
      xGs2ProjectToken: granted.body["access_token"],
      x_gs2: {
        service: "gateway",
        component: "webSocketSession",
        function: "setUserId",
        contentType: "application/json",
        requestId,
      },
      ...extra,
    });
    const reply = await socket.ask(
      bind("10002", { allowConcurrentAccess: "False", sessionId: "s-1", force: "True" }),
    );
    expect(reply).toMatchObject({
      requestId: "10002",
      status: 200,
      body: { item: { userId: "user-0002", sessionId: "s-1" } },
    });
    await receivesNotification(socket, "user-0002");

    const second = await RawSocket.open(emulator.endpoints.webSocket);
    const refused = await second.ask(
      bind("10003", { allowConcurrentAccess: "FALSE", force: "False" }),
    );
    expect(refused.status).toBe(409);
    await Promise.all([socket.close(), second.close()]);
  });

  test("C#: login on the socket with a project token instead of a secret", async () => {
    // The C# SDK compresses its REST login.
    const body = gzipSync(JSON.stringify({ client_id: "c", client_secret: "s" }));
    const rest = await login(body, { "content-encoding": "gzip" });
    const { access_token: token } = (await rest.json()) as { access_token: string };
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const login_ = (projectToken: string) => ({
      client_id: "c",
      xGs2ClientId: "c",
      xGs2ProjectToken: projectToken,
      x_gs2: {
        service: "identifier",
        component: "projectToken",
        function: "login",
        contentType: "application/json",
        requestId: projectToken === token ? "10001" : "10002",
      },
    });
    expect((await socket.ask(login_("made-up"))).status).toBe(401);
    const granted = await socket.ask(login_(token));
    expect(granted).toMatchObject({ status: 200, body: { access_token: token } });
    await socket.close();
  });

  test("Go: login on the socket without a client id in the envelope, UUIDs as request ids", async () => {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const granted = await socket.ask({
      client_id: "client-0001",
      client_secret: "secret-0001",
      x_gs2: {
        service: "identifier",
        component: "projectToken",
        function: "login",
        contentType: "application/json",
        requestId: randomUUID(),
      },
    });
    expect(granted.status).toBe(200);
    const reply = await socket.ask({
      namespaceName: "game-0001",
      accessToken: "accessToken-0003",
      xGs2AccessToken: "accessToken-0003",
      allowConcurrentAccess: false,
      x_gs2: {
        service: "gateway",
        component: "webSocketSession",
        function: "setUserId",
        contentType: "application/json",
        requestId: randomUUID(),
      },
    });
    // The request has no project token: that of the login on the socket is used.
    expect(reply.status).toBe(200);
    await receivesNotification(socket, "user-0003");
    await socket.close();
  });
});
