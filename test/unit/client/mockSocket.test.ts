import { Server, WebSocket, type Client } from "mock-socket";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { acceptingServer, type Json, type SentFrame } from "../../support/faultSocket.js";

beforeEach(() => {
  // mock-socket delivers by setTimeout.
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let urls = 0;

/** A client connected to a mock-socket server that accepts every login and bind. */
function setUp() {
  const url = `wss://mock-${++urls}.test`;
  const sockets: Client[] = [];
  const methods: string[] = [];
  const server = new Server(url, { mock: false });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (data) => {
      const { x_gs2, ...params } = JSON.parse(data as string) as Json & {
        x_gs2: { service: string; function: string; requestId: string };
      };
      const { requestId, service, function: method } = x_gs2;
      methods.push(method);
      const frame: SentFrame = { method, service, requestId, params };
      const reply = acceptingServer(frame, undefined as never);
      if (reply) socket.send(JSON.stringify({ requestId, ...reply }));
    });
  });
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: { rest: "https://nowhere.test", webSocket: url },
    logger: false,
    WebSocket,
  });
  onTestFinished(() => {
    gateway.dispose();
    server.stop();
  });
  return { gateway, sockets, methods };
}

const settle = () => vi.advanceTimersByTimeAsync(100);

test("the client binds a player and receives notifications on mock-socket", async () => {
  const { gateway, sockets, methods } = setUp();
  const bound = gateway.setUserId({ accessToken: "alice-token" });
  await settle();
  expect(await bound).toMatchObject({ userId: "alice", state: "held" });
  expect(methods).toEqual(["login", "setUserId"]);
  const received = gateway.waitFor("Gs2Chat:Post");
  const body = { issuer: "Gs2Chat:Post", subject: "", payload: `{"roomName":"r"}` };
  sockets[0]!.send(JSON.stringify({ type: "notification", body }));
  await settle();
  expect((await received).payload).toEqual({ roomName: "r" });
});

test("the client replaces a socket closed by the mock server, and binds the player again", async () => {
  const { gateway, sockets, methods } = setUp();
  const codes: number[] = [];
  gateway.lifecycle.on("diagnostic", (diagnostic) => {
    if (diagnostic.code === "socketEnded") codes.push(diagnostic.detail.code);
  });
  const bound = gateway.setUserId({ accessToken: "alice-token" });
  await settle();
  await bound;
  // mock-socket takes code and reason in an object.
  (sockets[0] as unknown as { close(end: object): void }).close({
    code: 4_001,
    reason: "x",
    wasClean: false,
  });
  await settle();
  expect(codes).toEqual([4_001]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(gateway.connection.status).toBe("ready");
  expect(sockets).toHaveLength(2);
  expect(methods).toEqual(["login", "setUserId", "setUserId"]);
});

test("a throwing handler neither reaches the server's send nor stops the next handler", async () => {
  const { gateway, sockets } = setUp();
  const bound = gateway.setUserId({ accessToken: "alice-token" });
  await settle();
  await bound;
  const received: string[] = [];
  gateway.on("*", () => {
    throw new Error("from a handler");
  });
  gateway.on("*", ({ key }) => received.push(key));
  const text = JSON.stringify({ body: { issuer: "", subject: "shop:sale", payload: "{}" } });
  expect(() => sockets[0]!.send(text)).not.toThrow();
  await settle();
  expect(received).toEqual(["shop:sale"]);
});

test("disconnect leaves no timer", async () => {
  const { gateway } = setUp();
  const bound = gateway.setUserId({ accessToken: "alice-token" });
  await settle();
  await bound;
  await gateway.disconnect();
  await settle();
  expect(vi.getTimerCount()).toBe(0);
});
