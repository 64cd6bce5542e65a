import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { acceptingServer, type SentFrame } from "../../support/faultSocket.js";
import { until } from "../../support/until.js";
import { aClient } from "./emulatorWorld.js";

/** A bare server that lets everybody in, and whose sockets the test may speak through. */
async function aBareServer() {
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
      JSON.stringify({ type: "weather", body: { sun: true } }),
      "unknownType",
    ],
    ["has no body", JSON.stringify({ type: "notification" }), "unknownType"],
  ];

  test.each(frames)("%s becomes a diagnostic, and no later frame is lost", async (_, data, why) => {
    const server = await aBareServer();
    const { gateway, diagnostics } = aClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    const heard: string[] = [];
    gateway.on("*", ({ key }) => heard.push(key));
    const [socket] = server.sockets;
    socket!.send(data);
    socket!.send(notification("Gs2Chat:Post"));
    await until("the later frame is heard", () => heard.length > 0);
    expect(heard).toEqual(["Gs2Chat:Post"]);
    const told = diagnostics.filter(({ code }) => code === "unreadableFrame");
    expect(told).toMatchObject([{ level: "warn", detail: { why } }]);
    expect(JSON.stringify(told).length).toBeLessThan(500);
    expect(gateway.connection.status).toBe("ready");
    expect(server.sockets).toHaveLength(1);
  });

  test("is 1 MB long and a notification is delivered", async () => {
    const server = await aBareServer();
    const { gateway } = aClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    const heard = gateway.waitFor("*");
    const body = { issuer: "", subject: "big", payload: JSON.stringify(megabyte) };
    server.sockets[0]!.send(JSON.stringify({ body }));
    expect((await heard).payload).toBe(megabyte);
  });

  test("answers nobody is a diagnostic that does not quote it", async () => {
    const server = await aBareServer();
    const { gateway, diagnostic } = aClient(server);
    await gateway.setUserId({ accessToken: "alice-token" });
    server.sockets[0]!.send(
      JSON.stringify({ requestId: "999", status: 200, body: { a: "quoted" } }),
    );
    const told = await diagnostic("unmatchedReply");
    expect(told).toMatchObject({ level: "debug", detail: { requestId: "999", status: 200 } });
    expect(JSON.stringify(told)).not.toContain("quoted");
  });
});

describe("handlers", () => {
  test("that throw or reject stop nobody, and each is reported", async () => {
    const server = await aBareServer();
    const { gateway, diagnostics } = aClient(server);
    const heard: string[] = [];
    gateway.lifecycle.on("status", () => {
      throw new Error("status handler");
    });
    gateway.onSync(() => {
      throw new Error("sync");
    });
    gateway.onSync(() => heard.push("other sync"));
    await gateway.setUserId({ accessToken: "alice-token" });
    gateway.on("*", () => {
      throw new Error("handler");
    });
    gateway.on("*", async () => {
      throw new Error("async handler");
    });
    gateway.on("*", ({ key }) => heard.push(key));
    gateway.lifecycle.on("diagnostic", () => {
      throw new Error("of the diagnostics: told to nobody, or there would be no end");
    });
    server.sockets[0]!.send(notification("a"));
    server.sockets[0]!.send(notification("b"));
    await until("both are heard", () => heard.includes("b"));
    expect(heard).toEqual(["other sync", "a", "b"]);
    const threw = diagnostics.flatMap((one) =>
      one.code === "handlerThrew" ? [(one.detail.error as Error).message] : [],
    );
    expect(new Set(threw)).toEqual(new Set(["status handler", "sync", "handler", "async handler"]));
    expect(gateway.connection.status).toBe("ready");
  });
});
