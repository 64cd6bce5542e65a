import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { acceptingServer, type SentFrame } from "../../support/faultSocket.js";
import { until } from "../../support/until.js";
import { createTestClient } from "./testEmulator.js";

/** A bare server that accepts every client, with its sockets for the test to send on. */
async function startBareServer() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  onTestFinished(() => {
    server.clients.forEach((socket) => socket.terminate());
    server.close();
  });
  const sockets: WebSocket[] = [];
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (data) => {
      const { x_gs2, ...params } = JSON.parse((data as Buffer).toString()) as {
        x_gs2: { function: string; service: string; requestId: string };
      };
      const { function: method, service, requestId } = x_gs2;
      const frame: SentFrame = { method, service, requestId, params };
      const answer = acceptingServer(frame, undefined as never);
      if (answer) socket.send(JSON.stringify({ requestId, ...answer }));
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    sockets,
    endpoints: { rest: `http://127.0.0.1:${port}`, webSocket: `ws://127.0.0.1:${port}` },
  };
}

const notification = (subject: string) =>
  JSON.stringify({ type: "notification", body: { issuer: subject, subject, payload: "{}" } });

describe("a frame that", () => {
  const megabyte = "x".repeat(1_048_576);
  const frames: [name: string, data: string | Buffer, why: string][] = [
    ["is empty", "", "notJson"],
    ["is binary", Buffer.from([1, 2, 3]), "notText"],
    ["is binary, though JSON", Buffer.from(notification("Gs2Chat:Post")), "notText"],
    ["is no JSON", "hello", "notJson"],
    ["is a JSON array", "[]", "notAnObject"],
    ["is JSON null", "null", "notAnObject"],
    ["is 1 MB long and no JSON", megabyte, "notJson"],
    ["is 1 MB long and of no type", JSON.stringify({ body: { megabyte } }), "unknownType"],
    [
      "is of an unknown type",
      JSON.stringify({ type: "news", body: { unread: true } }),
      "unknownType",
    ],
    ["has no body", JSON.stringify({ type: "notification" }), "unknownType"],
  ];

  test.each(frames)("%s is a diagnostic, and the next frame is delivered", async (_, data, why) => {
    const server = await startBareServer();
    const { gateway, diagnostics } = createTestClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    const received: string[] = [];
    gateway.on("*", ({ key }) => received.push(key));
    const [socket] = server.sockets;
    socket!.send(data);
    socket!.send(notification("Gs2Chat:Post"));
    await until("the next frame is delivered", () => received.length > 0);
    expect(received).toEqual(["Gs2Chat:Post"]);
    const reported = diagnostics.filter(({ code }) => code === "unreadableFrame");
    expect(reported).toMatchObject([{ level: "warn", detail: { why } }]);
    expect(JSON.stringify(reported).length).toBeLessThan(500);
    expect(gateway.connection.status).toBe("ready");
    expect(server.sockets).toHaveLength(1);
  });

  test("is 1 MB long and a notification, is delivered", async () => {
    const server = await startBareServer();
    const { gateway } = createTestClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    const received = gateway.waitFor("*");
    const body = { issuer: "", subject: "big", payload: JSON.stringify(megabyte) };
    server.sockets[0]!.send(JSON.stringify({ body }));
    expect((await received).payload).toBe(megabyte);
  });

  test("replies to no call is a diagnostic without its body", async () => {
    const server = await startBareServer();
    const { gateway, diagnostic } = createTestClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    server.sockets[0]!.send(
      JSON.stringify({ requestId: "999", status: 200, body: { a: "quoted" } }),
    );
    const reported = await diagnostic("unmatchedReply");
    expect(reported).toMatchObject({ level: "debug", detail: { requestId: "999", status: 200 } });
    expect(JSON.stringify(reported)).not.toContain("quoted");
  });
});

describe("handlers", () => {
  test("that throw or reject do not stop the others, and each is a diagnostic", async () => {
    const server = await startBareServer();
    const { gateway, diagnostics } = createTestClient(server);
    const received: string[] = [];
    gateway.lifecycle.on("status", () => {
      throw new Error("status handler");
    });
    gateway.onSync(() => {
      throw new Error("sync");
    });
    gateway.onSync(() => received.push("other sync"));
    await gateway.setUserId({ accessToken: "alice-token" });
    gateway.on("*", () => {
      throw new Error("handler");
    });
    gateway.on("*", async () => {
      throw new Error("async handler");
    });
    gateway.on("*", ({ key }) => received.push(key));
    gateway.lifecycle.on("diagnostic", () => {
      throw new Error("diagnostic handler: not reported, or it would recurse");
    });
    server.sockets[0]!.send(notification("a"));
    server.sockets[0]!.send(notification("b"));
    await until("both are delivered", () => received.includes("b"));
    expect(received).toEqual(["other sync", "a", "b"]);
    const threw = diagnostics.flatMap((one) =>
      one.code === "handlerThrew" ? [(one.detail.error as Error).message] : [],
    );
    expect(new Set(threw)).toEqual(new Set(["status handler", "sync", "handler", "async handler"]));
    expect(gateway.connection.status).toBe("ready");
  });
});
