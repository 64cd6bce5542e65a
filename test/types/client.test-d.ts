import { GatewayClient, isGatewayError, type GatewayError } from "gs2-gateway";
import { describe, expectTypeOf, it } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

declare const gateway: GatewayClient;
const credential = { clientId: "client", clientSecret: "secret" };

describe("GatewayClient", () => {
  it("accepts a secret, a project token or a token provider", () => {
    new GatewayClient({ namespaceName: "game-0001", credential });
    new GatewayClient({ credential: { clientId: "client", projectToken: "token" } });
    new GatewayClient({
      credential: {
        clientId: "client",
        projectToken: async () => ({ token: "token", expiresInSeconds: 3600 }),
      },
    });
    new GatewayClient({ credential, keepAlive: false });
  });

  it("accepts the WebSocket and the fetch of a page, and the WebSocket of ws", () => {
    const { WebSocket, fetch } = globalThis;
    new GatewayClient({ credential, WebSocket, fetch });
    new GatewayClient({ credential, WebSocket: class extends WebSocket {} });
    new GatewayClient({ credential, WebSocket: NodeWebSocket });
    // @ts-expect-error a socket is no class of sockets
    new GatewayClient({ credential, WebSocket: new WebSocket("wss://127.0.0.1") });
  });

  it("rejects misspelled, missing and mistyped options", () => {
    // @ts-expect-error no credential
    new GatewayClient({ namespaceName: "game-0001" });
    // @ts-expect-error misspelled
    new GatewayClient({ credential, nameSpace: "game-0001" });
    // @ts-expect-error milliseconds are a number
    new GatewayClient({ credential, callTimeoutMs: "10s" });
    // @ts-expect-error a client ID alone is no credential
    new GatewayClient({ credential: { clientId: "client" } });
  });

  it("types its status", () => {
    expectTypeOf(gateway.connection.status).toEqualTypeOf<
      | "idle"
      | "closed"
      | "unauthorized"
      | "connecting"
      | "reconnecting"
      | "replaced"
      | "connected"
      | "ready"
    >();
    // @ts-expect-error status is read-only
    gateway.connection.status = "ready";
  });
});

describe("the methods of a player", () => {
  it("type their parameters", async () => {
    const binding = await gateway.setUserId({
      accessToken: () => "token",
      allowConcurrentAccess: false,
    });
    expectTypeOf(binding.userId).toEqualTypeOf<string | undefined>();
    // @ts-expect-error accessToken is required
    void gateway.setUserId({ allowConcurrentAccess: false });
    // @ts-expect-error force is a boolean
    void gateway.setUserId({ accessToken: "token", force: "yes" });
    await gateway.setFirebaseToken({ token: "token" });
    // @ts-expect-error token is required
    void gateway.setFirebaseToken({});
  });

  it("do not include admin methods", () => {
    expectTypeOf(gateway).not.toHaveProperty("createNamespace");
    expectTypeOf(gateway).not.toHaveProperty("sendNotification");
  });
});

describe("lifecycle events", () => {
  it("type their own arguments", () => {
    gateway.lifecycle.on("status", (now, before) => {
      expectTypeOf(now).toEqualTypeOf(before);
    });
    gateway.lifecycle.on("replaced", (binding) => {
      expectTypeOf(binding.slot).toEqualTypeOf<string>();
    });
    // @ts-expect-error no such event
    gateway.lifecycle.on("open", () => undefined);
  });
});

describe("an error", () => {
  it("is narrowed by its kind", () => {
    const caught: unknown = undefined;
    if (isGatewayError(caught, "conflict")) {
      expectTypeOf(caught).toExtend<GatewayError>();
      expectTypeOf(caught.kind).toEqualTypeOf<"conflict">();
    }
    // @ts-expect-error no such kind
    isGatewayError(caught, "tooBad");
  });
});
