import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  GatewayClient,
  GatewayError,
  isGatewayError,
  type AccessTokenRequest,
  type ProjectTokenRequest,
} from "../../../src/node.js";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { createTestClient, startTestEmulator, namespaceName } from "./testEmulator.js";

const credentials = [{ clientId: "client-0001", clientSecret: "secret-0001" }];

/** The texts that a value turns into when it is logged or printed. */
function textsOf(thing: unknown): string {
  const causes: unknown[] = [];
  for (let one = thing; one instanceof Error; one = one.cause) causes.push(one.stack, one.message);
  return [
    JSON.stringify(thing),
    String(thing),
    inspect(thing, { depth: 10, showHidden: true }),
    ...causes,
  ].join("\n");
}

describe("a refusal", () => {
  test("of the credentials rejects with unauthorized, without the secret", async () => {
    const emulator = await startTestEmulator({ strict: true, credentials });
    const { gateway } = createTestClient(emulator, {
      credential: { clientId: "client-0001", clientSecret: "very-secret-0815" },
    });
    const lost: unknown[] = [];
    gateway.lifecycle.on("unauthorized", (event) => lost.push(event));
    const error = await rejectionOf(gateway.connect());
    expect(error).toMatchObject({
      kind: "unauthorized",
      status: 401,
      method: "login",
      outcome: "refused",
    });
    expect(gateway.connection).toMatchObject({ status: "unauthorized", reason: "token", error });
    expect(lost).toEqual([{ slot: undefined, error }]);
    expect(textsOf(error)).not.toContain("0815");
    expect(await rejectionOf(gateway.describeWebSocketSessions())).toMatchObject({
      kind: "unauthorized",
      outcome: "notSent",
    });
    expect(emulator.calls({ method: "login" })).toHaveLength(1);
  });

  test("of a project token that was never issued rejects with unauthorized, without the token", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator, {
      credential: { clientId: "client-0001", projectToken: "never issued" },
    });
    const error = await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }));
    expect(error).toMatchObject({ kind: "unauthorized", method: "setUserId", status: 401 });
    expect(gateway.connection.status).toBe("unauthorized");
    expect(textsOf(error)).not.toContain("never issued");
  });

  test("of an access token that was never issued rejects with unauthorized after one renewal of both tokens", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    const requests: AccessTokenRequest[] = [];
    const bound = gateway.setUserId({
      accessToken(request) {
        requests.push(request);
        return "never-issued-4711";
      },
    });
    const error = await rejectionOf(bound);
    expect(error).toMatchObject({ kind: "unauthorized", status: 401, outcome: "refused" });
    expect(textsOf(error)).not.toContain("4711");
    expect(requests).toEqual([
      { reason: "bind", slot: "player" },
      { reason: "unauthorized", slot: "player" },
    ]);
    expect(emulator.calls().map(({ method, status }) => [method, status])).toEqual([
      ["login", 200],
      ["setUserId", 401],
      ["login", 200],
      ["setUserId", 401],
    ]);
    expect(gateway.connection.status).toBe("unauthorized");
  });

  test("of an expired access token makes the client call the provider, and setUserId resolves", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    const old = await emulator.issueAccessToken({ userId: "alice", expiresInMs: 1_000 });
    emulator.clock.advance(2_000);
    const binding = await gateway.setUserId({
      accessToken: ({ reason }) =>
        reason === "unauthorized" ? emulator.issueAccessToken({ userId: "alice" }) : old,
    });
    expect(binding.userId).toBe("alice");
  });

  test("of an expired access token without a provider rejects with unauthorized; a new setUserId binds", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    const accessToken = await emulator.issueAccessToken({ userId: "alice", expiresInMs: 1_000 });
    emulator.clock.advance(2_000);
    expect(await rejectionOf(gateway.setUserId({ accessToken }))).toMatchObject({
      kind: "unauthorized",
    });
    expect(await gateway.setUserId({ accessToken: "accessToken-0001" })).toMatchObject({
      userId: "user-0001",
    });
    expect(gateway.connection.status).toBe("ready");
  });

  test("of a missing namespace rejects with notFound; the slot fails, the connection stays", async () => {
    const emulator = await startTestEmulator({ strict: true, credentials });
    const { gateway } = createTestClient(emulator, { namespaceName: "no-such" });
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const error = await rejectionOf(gateway.setUserId({ accessToken }));
    expect(error).toMatchObject({ kind: "notFound", status: 404, outcome: "refused" });
    expect(gateway.connection).toMatchObject({
      status: "connected",
      bindings: { player: { state: "failed", error, userId: undefined } },
    });
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
    expect(await gateway.setUserId({ accessToken, namespaceName })).toMatchObject({
      state: "held",
    });
  });

  test("of one slot does not affect the others", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    const lost: unknown[] = [];
    gateway.lifecycle.on("unauthorized", ({ slot }) => lost.push(slot));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await expect(
      gateway.setUserId({ slot: "guild", accessToken: "never issued" }),
    ).rejects.toMatchObject({
      kind: "unauthorized",
    });
    expect(lost).toEqual(["guild"]);
    expect(gateway.connection).toMatchObject({
      status: "ready",
      bindings: { player: { state: "held" }, guild: { state: "failed" } },
    });
  });

  test("by a provider that throws unauthorized ends the retries", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    const bound = gateway.setUserId({
      accessToken: () => {
        throw new GatewayError({ kind: "unauthorized", message: "signed out" });
      },
    });
    expect(await rejectionOf(bound)).toMatchObject({ kind: "unauthorized", outcome: "notSent" });
    expect(gateway.connection.status).toBe("unauthorized");
  });

  test("by a provider that throws any other error is retried", async () => {
    const emulator = await startTestEmulator();
    const { gateway, diagnostic } = createTestClient(emulator);
    let calls = 0;
    const binding = await gateway.setUserId({
      accessToken: async () => {
        if (++calls === 1) throw new Error("the login server is down");
        return "accessToken-0001";
      },
    });
    expect(binding.state).toBe("held");
    expect(calls).toBe(2);
    expect((await diagnostic("bindRetried")).level).toBe("warn");
  });
});

describe("tokens", () => {
  const loginFor = async (url: string): Promise<string> => {
    const response = await fetch(`${url}/identifier/projectToken/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ client_id: "client-0001", client_secret: "secret-0001" }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };

  test("a project token as text is sent as given, without a login", async () => {
    const emulator = await startTestEmulator();
    const projectToken = await loginFor(emulator.url);
    const { gateway } = createTestClient(emulator, {
      credential: { clientId: "client-0001", projectToken },
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(await gateway.getProjectToken()).toBe(projectToken);
    expect(emulator.calls({ method: "login" }).map(({ transport }) => transport)).toEqual(["rest"]);
  });

  test("a project token provider is called at first, and again after a 401", async () => {
    const emulator = await startTestEmulator();
    const requests: ProjectTokenRequest[] = [];
    const { gateway } = createTestClient(emulator, {
      credential: {
        clientId: "client-0001",
        async projectToken(request) {
          requests.push(request);
          return request.reason === "first"
            ? { token: "stale", expiresInSeconds: 60 }
            : loginFor(emulator.url);
        },
      },
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(requests).toEqual([{ reason: "first" }, { reason: "unauthorized" }]);
  });

  test("setProjectToken ends unauthorized and retries the refused bind", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator, {
      credential: { clientId: "client-0001", projectToken: "stale" },
    });
    await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }));
    expect(gateway.connection.status).toBe("unauthorized");
    gateway.setProjectToken(await loginFor(emulator.url));
    await becomes("ready");
  });

  test("an access token provider is called before each bind, and after a 401 of a call", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    const requests: string[] = [];
    await gateway.setUserId({
      accessToken({ reason }) {
        requests.push(reason);
        return emulator.issueAccessToken({ userId: "alice", expiresInMs: 60_000 });
      },
    });
    emulator.disconnect({ userId: "alice" });
    await becomes("reconnecting");
    await becomes("ready");
    expect(requests).toEqual(["bind", "bind"]);
    emulator.clock.advance(61_000);
    expect((await gateway.describeWebSocketSessions()).items).toHaveLength(1);
    expect(requests).toEqual(["bind", "bind", "unauthorized"]);
    expect(
      emulator.calls({ method: "describeWebSocketSessions" }).map(({ status }) => status),
    ).toEqual([401, 200]);
  });

  test("several calls with a 401 share one renewal, and each is repeated once", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    let calls = 0;
    await gateway.setUserId({
      accessToken: () => {
        calls++;
        return emulator.issueAccessToken({ userId: "alice", expiresInMs: 60_000 });
      },
    });
    emulator.clock.advance(61_000);
    await Promise.all(Array.from({ length: 5 }, () => gateway.describeWebSocketSessions()));
    expect(calls).toBe(2);
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
  });

  test("getProjectToken logs in over REST without a connection", async () => {
    const emulator = await startTestEmulator();
    const { gateway } = createTestClient(emulator);
    expect(await gateway.getProjectToken()).toEqual(expect.any(String));
    expect(emulator.calls().map(({ method, transport }) => [method, transport])).toEqual([
      ["login", "rest"],
    ]);
    expect(gateway.connection.status).toBe("idle");
  });

  test("getProjectToken rejects for a wrong secret, without the secret", async () => {
    const emulator = await startTestEmulator({ strict: true, credentials });
    const { gateway } = createTestClient(emulator, {
      credential: { clientId: "client-0001", clientSecret: "very-secret-0815" },
    });
    const error = await rejectionOf(gateway.getProjectToken());
    expect(error).toMatchObject({ kind: "unauthorized", status: 401, method: "login" });
    expect(textsOf(error)).not.toContain("0815");
  });
});

test("a printed client contains no secret and no token", async () => {
  const emulator = await startTestEmulator();
  const logged: unknown[] = [];
  const log = (...args: unknown[]) => logged.push(args);
  const logger = { debug: log, info: log, warn: log, error: log };
  const { gateway, diagnostics } = createTestClient(emulator, {
    credential: { clientId: "client-0001", clientSecret: "very-secret-0815" },
    logger,
  });
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  const projectToken = await gateway.getProjectToken();
  for (const thing of [gateway, gateway.connection, diagnostics, logged]) {
    const shown = textsOf(thing);
    for (const secret of ["0815", "accessToken-0001", projectToken]) {
      expect(shown).not.toContain(secret);
    }
  }
});

describe("a wrong argument", () => {
  const long = "x".repeat(129);
  const player = { accessToken: "accessToken-0001" };
  type Use = (gateway: GatewayClient) => unknown;
  const wrong: [method: string, field: string, limit: RegExp, use: Use][] = [
    [
      "setUserId",
      "accessToken",
      /must be supplied|must be a string or a function/,
      (g) => g.setUserId({} as never),
    ],
    ["setUserId", "accessToken", /must be/, (g) => g.setUserId({ accessToken: "" })],
    ["setUserId", "accessToken", /must be/, (g) => g.setUserId({ accessToken: 5 as never })],
    ["setUserId", "accessToken", /must be/, (g) => g.setUserId({ accessToken: {} as never })],
    ["setUserId", "namespaceName", /128/, (g) => g.setUserId({ ...player, namespaceName: long })],
    [
      "setUserId",
      "namespaceName",
      /must be a string/,
      (g) => g.setUserId({ ...player, namespaceName: 5 as never }),
    ],
    [
      "setUserId",
      "namespaceName",
      /must be supplied/,
      (g) => g.setUserId({ ...player, namespaceName: "" }),
    ],
    [
      "setUserId",
      "sessionId",
      /128/,
      (g) => g.setUserId({ ...player, allowConcurrentAccess: false, sessionId: long }),
    ],
    [
      "setUserId",
      "allowConcurrentAccess",
      /true or false|a boolean/,
      (g) => g.setUserId({ ...player, allowConcurrentAccess: "no" as never }),
    ],
    [
      "setUserId",
      "force",
      /true or false|a boolean/,
      (g) => g.setUserId({ ...player, allowConcurrentAccess: false, force: 1 as never }),
    ],
    ["takeOver", 'slot "guild"', /no binding/, (g) => g.takeOver({ slot: "guild" })],
    ["setFirebaseToken", "token", /must be supplied/, (g) => g.setFirebaseToken({} as never)],
    ["setFirebaseToken", "token", /1024/, (g) => g.setFirebaseToken({ token: "x".repeat(1025) })],
    [
      "setFirebaseToken",
      "namespaceName",
      /128/,
      (g) => g.setFirebaseToken({ token: "t", namespaceName: long }),
    ],
    [
      "getFirebaseToken",
      "namespaceName",
      /128/,
      (g) => g.getFirebaseToken({ namespaceName: long }),
    ],
    [
      "deleteFirebaseToken",
      "namespaceName",
      /128/,
      (g) => g.deleteFirebaseToken({ namespaceName: long }),
    ],
    [
      "describeWebSocketSessions",
      "namespaceName",
      /128/,
      (g) => g.describeWebSocketSessions({ namespaceName: long }),
    ],
    [
      "describeWebSocketSessions",
      "limit",
      /from 1 to 1000/,
      (g) => g.describeWebSocketSessions({ limit: 0 }),
    ],
    [
      "describeWebSocketSessions",
      "limit",
      /from 1 to 1000/,
      (g) => g.describeWebSocketSessions({ limit: 1001 }),
    ],
    [
      "describeWebSocketSessions",
      "limit",
      /from 1 to 1000/,
      (g) => g.describeWebSocketSessions({ limit: 1.5 }),
    ],
    [
      "describeWebSocketSessions",
      "pageToken",
      /1024/,
      (g) => g.describeWebSocketSessions({ pageToken: "x".repeat(1025) }),
    ],
    [
      "call",
      "service",
      /must be supplied/,
      (g) => g.call({ service: "", component: "c", function: "f" }),
    ],
    [
      "call",
      "component",
      /must be supplied/,
      (g) => g.call({ service: "s", component: "", function: "f" }),
    ],
    [
      "call",
      "function",
      /must be supplied/,
      (g) => g.call({ service: "s", component: "c", function: "" }),
    ],
    ["setProjectToken", "token", /must be supplied/, (g) => g.setProjectToken("")],
  ];

  test.each(wrong)(
    "of %s: %s (%o) rejects, and nothing is sent",
    async (method, field, limit, use) => {
      const emulator = await startTestEmulator();
      const { gateway } = createTestClient(emulator);
      await gateway.setUserId(player);
      const { length } = emulator.calls();
      const error = await rejectionOf((async () => use(gateway))());
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({
        kind: "invalidArgument",
        method,
        outcome: "notSent",
        retryable: false,
      });
      expect(String(error)).toContain(method);
      expect(String(error)).toContain(field);
      expect(String(error)).toMatch(limit);
      expect(emulator.calls()).toHaveLength(length);
      expect(gateway.connection.bindings["player"]).toMatchObject({ state: "held" });
    },
  );

  const constructions: [field: string, options: unknown][] = [
    ["credential", {}],
    ["credential.clientId", { credential: { clientSecret: "s" } }],
    ["clientSecret", { credential: { clientId: "c" } }],
    ["callTimeoutMs", { credential: { clientId: "c", clientSecret: "s" }, callTimeoutMs: 0 }],
  ];
  test.each(constructions)("of the constructor: %s throws", (field, options) => {
    let error: unknown;
    try {
      new GatewayClient(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(isGatewayError(error, "invalidArgument"), String(error)).toBe(true);
    expect(String(error)).toContain("GatewayClient");
    expect(String(error)).toContain(field);
  });

  test("setUserId reports a field without effect as a diagnostic, and treats null as absent", async () => {
    const emulator = await startTestEmulator();
    const { gateway, diagnostic } = createTestClient(emulator);
    await gateway.setUserId({ ...player, sessionId: "unused", force: null });
    expect((await diagnostic("brokenCondition")).detail).toMatchObject({
      method: "setUserId",
      field: "sessionId",
    });
  });
});

test("a call rejects with aborted at its signal, and with notConnected at its deadline where nothing answers", async () => {
  const emulator = await startTestEmulator();
  const { gateway } = createTestClient(emulator);
  const controller = new AbortController();
  controller.abort();
  for (const use of [
    () => gateway.connect({ signal: controller.signal }),
    () => gateway.setUserId({ accessToken: "accessToken-0001" }, { signal: controller.signal }),
    () => gateway.waitFor("*", { signal: controller.signal }),
    () =>
      gateway.call({ service: "s", component: "c", function: "f" }, { signal: controller.signal }),
  ]) {
    expect(await rejectionOf(use())).toMatchObject({ kind: "aborted", outcome: "notSent" });
  }
  expect(gateway.connection.status).toBe("idle");
  await emulator.stop();
  expect(await rejectionOf(gateway.connect({ timeoutMs: 30 }))).toMatchObject({
    kind: "notConnected",
    method: "connect",
  });
  expect(gateway.connection.status).toBe("connecting");
  expect(
    await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }, { timeoutMs: 30 })),
  ).toMatchObject({ kind: "notConnected", outcome: "notSent", method: "setUserId" });
  expect(gateway.connection.bindings["player"]).toMatchObject({ state: "wanted" });
});

test("warnings go to the console without a logger option, and nowhere with logger false", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
  onTestFinished(() => void vi.restoreAllMocks());
  const emulator = await startTestEmulator();
  const withConsole = createTestClient(emulator, { logger: undefined });
  expect(info).toHaveBeenCalledTimes(1);
  expect(info.mock.calls[0]![0]).toContain("emulator");
  await withConsole.gateway.setUserId({ accessToken: "accessToken-0001", sessionId: "unused" });
  await until("the warning is logged", () => warn.mock.calls.length > 0);
  warn.mockClear();
  const silent = createTestClient(emulator, { logger: false });
  await silent.gateway.setUserId({ accessToken: "accessToken-0001", sessionId: "unused" });
  await silent.diagnostic("brokenCondition");
  expect(warn).not.toHaveBeenCalled();
});
