// What a newcomer meets first: a server that is not there, a mistyped name, a provider that fails.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { isGatewayError } from "../../../src/errors.js";
import { emulatorEndpoints } from "../../../src/wire/endpoints.js";
import { setUpBoundClient, setUpClient } from "../../support/faultClient.js";
import {
  acceptingServer,
  errorReply,
  faultNetwork,
  optionsFor,
  type FrameHandler,
} from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Code without TypeScript. */
type Untyped = (...args: unknown[]) => unknown;
const untyped = (object: object, method: string): Untyped =>
  (Reflect.get(object, method) as Untyped).bind(object);

const construct = (...args: unknown[]): unknown =>
  Reflect.construct(GatewayClient, args) as unknown;

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}

describe("code without types", () => {
  test.each<[string, (gateway: GatewayClient) => unknown, string]>([
    [
      "new GatewayClient()",
      () => construct(),
      "GatewayClient: credential.clientId must be supplied",
    ],
    [
      "endpoints as a text",
      () => construct({ ...optionsFor(faultNetwork()), endpoints: "http://127.0.0.1:9480" }),
      "GatewayClient: endpoints.rest and webSocket, as of emulatorEndpoints(url) must be supplied",
    ],
    [
      "emulatorEndpoints()",
      () => (emulatorEndpoints as Untyped)(),
      "emulatorEndpoints: url must begin with http:// or https://",
    ],
    [
      "emulatorEndpoints without a scheme",
      () => emulatorEndpoints("localhost:9480"),
      "emulatorEndpoints: url must begin with http:// or https://",
    ],
    [
      "setUserId()",
      (client) => untyped(client, "setUserId")(),
      "setUserId: accessToken must be a string or a function",
    ],
    [
      "a mistyped field of setUserId",
      (client) =>
        untyped(client, "setUserId")({ accessToken: "alice-token", allowConcurrentAcces: false }),
      "setUserId: allowConcurrentAcces is unknown: it takes " +
        "namespaceName,connectionId,accessToken,allowConcurrentAccess,sessionId,force",
    ],
    ["call()", (client) => untyped(client, "call")(), "call: service must be supplied"],
    [
      "on(undefined)",
      (client) => untyped(client, "on")(undefined, () => undefined),
      "on: key must be a key, a pair or a definition",
    ],
    [
      "on without a handler",
      (client) => untyped(client, "on")("Gs2Chat:Post"),
      "on: handler must be a function",
    ],
    [
      "onSync without a handler",
      (client) => untyped(client, "onSync")(),
      "onSync: handler must be a function",
    ],
    [
      "waitFor()",
      (client) => untyped(client, "waitFor")(),
      "waitFor: key must be a key, a pair or a definition",
    ],
    [
      "a mistyped event of lifecycle",
      (client) => untyped(client.lifecycle, "on")("statsu", () => undefined),
      "lifecycle.on: event must be one of status,replaced,unauthorized,diagnostic",
    ],
  ])("%s is invalidArgument, which names the field", async (_, run, message) => {
    const error = await errorOf(() => run(setUpClient().gateway));
    expect(isGatewayError(error, "invalidArgument")).toBe(true);
    expect(error).toHaveProperty("message", message);
  });
});

describe("a server that does not answer", () => {
  const setUpWithoutServer = () => {
    const harness = setUpClient();
    harness.network.onConnect = "refuse";
    return harness;
  };

  test.each<[string, (gateway: GatewayClient) => Promise<unknown>]>([
    ["connect", (gateway) => gateway.connect({ timeoutMs: 5_000 })],
    ["setUserId", (gateway) => gateway.setUserId({ accessToken: "a" }, { timeoutMs: 5_000 })],
  ])("makes %s reject with notConnected and the URL", async (method, run) => {
    const { gateway } = setUpWithoutServer();
    const failed = errorOf(() => run(gateway));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await failed).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
      message: `${method}: nothing within 5000 ms: no connection to wss://nowhere.test (code 1006)`,
    });
    expect(gateway.connection.error).toMatchObject({ kind: "notConnected" });
  });

  test("is no error any more once it answers", async () => {
    const { gateway, network } = setUpWithoutServer();
    const connected = gateway.connect();
    await vi.advanceTimersByTimeAsync(5_000);
    network.onConnect = "open";
    await vi.advanceTimersByTimeAsync(30_000);
    await connected;
    expect(gateway.connection.error).toBeUndefined();
  });
});

describe("a provider that fails", () => {
  test("is named by the time-out and by the binding, with its cause", async () => {
    const { gateway, diagnostics } = setUpClient();
    const failed = errorOf(() =>
      gateway.setUserId(
        { accessToken: () => Promise.reject(new TypeError("Failed to fetch")) },
        { timeoutMs: 5_000 },
      ),
    );
    await vi.advanceTimersByTimeAsync(5_000);
    const cause = "accessToken: its provider failed: TypeError: Failed to fetch";
    expect(await failed).toMatchObject({
      kind: "requestTimeout",
      message: `setUserId: nothing within 5000 ms: ${cause}`,
    });
    expect(gateway.connection.bindings["player"]?.error).toMatchObject({ message: cause });
    expect(diagnostics.find(({ code }) => code === "bindRetried")?.message).toContain(cause);
  });

  test("that returns no text says what it has to return", async () => {
    const { gateway } = setUpClient();
    const failed = errorOf(() =>
      untyped(gateway, "setUserId")({ accessToken: () => undefined }, { timeoutMs: 5_000 }),
    );
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await failed).toMatchObject({
      message:
        "setUserId: nothing within 5000 ms: " +
        "accessToken: what came is no token (a provider returns a text)",
    });
  });
});

describe("a refusal", () => {
  const refusing =
    (status: number): FrameHandler =>
    (frame, socket) =>
      frame.method === "setUserId" ? errorReply(status, "refused") : acceptingServer(frame, socket);

  test("of an exclusive bind with 409 is the reason of the status", async () => {
    const { gateway } = setUpClient({}, refusing(409));
    const failed = errorOf(() =>
      gateway.setUserId({ accessToken: "alice-token", allowConcurrentAccess: false }),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(await failed).toMatchObject({ kind: "conflict" });
    expect(gateway.connection).toMatchObject({ status: "connected", reason: "conflict" });
  });

  test("of all tokens is reported as an error", async () => {
    const { gateway, diagnostics } = setUpClient({}, refusing(401));
    const failed = errorOf(() => gateway.setUserId({ accessToken: "alice-token" }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await failed).toMatchObject({ kind: "unauthorized" });
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code: "tokensRefused", level: "error" }),
    );
  });
});

test("a disposed client says so, and what to do", async () => {
  const { gateway } = await setUpBoundClient();
  gateway.dispose();
  for (const run of [() => gateway.connect(), () => gateway.waitFor("*")]) {
    expect(await errorOf(run)).toHaveProperty(
      "message",
      expect.stringMatching(/: the client is disposed: construct a new one$/),
    );
  }
});
