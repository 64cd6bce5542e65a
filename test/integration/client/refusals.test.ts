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
import { aClient, anEmulator, namespaceName } from "./emulatorWorld.js";

const credentials = [{ clientId: "client-0001", clientSecret: "secret-0001" }];

/** Everything an error can be made to say. */
function everythingOf(thing: unknown): string {
  const causes: unknown[] = [];
  for (let one = thing; one instanceof Error; one = one.cause) causes.push(one.stack, one.message);
  return [
    JSON.stringify(thing),
    String(thing),
    inspect(thing, { depth: 10, showHidden: true }),
    ...causes,
  ].join("\n");
}

describe("each refusal ends in its own kind", () => {
  test("wrong credentials: unauthorized, and nothing of the secret is told", async () => {
    const emulator = await anEmulator({ strict: true, credentials });
    const { gateway } = aClient(emulator, {
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
    expect(everythingOf(error)).not.toContain("0815");
    expect(await rejectionOf(gateway.describeWebSocketSessions())).toMatchObject({
      kind: "unauthorized",
      outcome: "notSent",
    });
    expect(emulator.calls({ method: "login" })).toHaveLength(1);
  });

  test("a login that cannot be read by the server: closed, with the error", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator, {
      credential: { clientId: "client-0001", projectToken: "never issued" },
    });
    const error = await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }));
    expect(error).toMatchObject({ kind: "unauthorized", method: "setUserId", status: 401 });
    expect(gateway.connection.status).toBe("unauthorized");
    expect(everythingOf(error)).not.toContain("never issued");
  });

  test("an access token nobody issued: unauthorized, after one renewal of both tokens", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const asks: AccessTokenRequest[] = [];
    const bound = gateway.setUserId({
      accessToken(ask) {
        asks.push(ask);
        return "nobody-issued-4711";
      },
    });
    const error = await rejectionOf(bound);
    expect(error).toMatchObject({ kind: "unauthorized", status: 401, outcome: "refused" });
    expect(everythingOf(error)).not.toContain("4711");
    expect(asks).toEqual([
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

  test("an expired access token is renewed by its provider, and the player never notices", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const old = await emulator.issueAccessToken({ userId: "alice", expiresInMs: 1_000 });
    emulator.clock.advance(2_000);
    const binding = await gateway.setUserId({
      accessToken: ({ reason }) =>
        reason === "unauthorized" ? emulator.issueAccessToken({ userId: "alice" }) : old,
    });
    expect(binding.userId).toBe("alice");
  });

  test("an expired access token without a provider: unauthorized; a new setUserId leads out", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
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

  test("a missing namespace: notFound, the slot failed, the connection stays", async () => {
    const emulator = await anEmulator({ strict: true, credentials });
    const { gateway } = aClient(emulator, { namespaceName: "no-such" });
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

  test("one slot that is not let in does not stop the others", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const lost: unknown[] = [];
    gateway.lifecycle.on("unauthorized", ({ slot }) => lost.push(slot));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await expect(
      gateway.setUserId({ slot: "guild", accessToken: "nobody's" }),
    ).rejects.toMatchObject({
      kind: "unauthorized",
    });
    expect(lost).toEqual(["guild"]);
    expect(gateway.connection).toMatchObject({
      status: "ready",
      bindings: { player: { state: "held" }, guild: { state: "failed" } },
    });
  });

  test("a provider that says unauthorized ends the trying", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const bound = gateway.setUserId({
      accessToken: () => {
        throw new GatewayError({ kind: "unauthorized", message: "signed out" });
      },
    });
    expect(await rejectionOf(bound)).toMatchObject({ kind: "unauthorized", outcome: "notSent" });
    expect(gateway.connection.status).toBe("unauthorized");
  });

  test("a provider that fails otherwise is asked again", async () => {
    const emulator = await anEmulator();
    const { gateway, diagnostic } = aClient(emulator);
    let asked = 0;
    const binding = await gateway.setUserId({
      accessToken: async () => {
        if (++asked === 1) throw new Error("the login server is down");
        return "accessToken-0001";
      },
    });
    expect(binding.state).toBe("held");
    expect(asked).toBe(2);
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

  test("a project token as text is used as it is: no login is sent", async () => {
    const emulator = await anEmulator();
    const projectToken = await loginFor(emulator.url);
    const { gateway } = aClient(emulator, {
      credential: { clientId: "client-0001", projectToken },
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(await gateway.getProjectToken()).toBe(projectToken);
    expect(emulator.calls({ method: "login" }).map(({ transport }) => transport)).toEqual(["rest"]);
  });

  test("a project token from a function is asked for at first, and again after a 401", async () => {
    const emulator = await anEmulator();
    const asks: ProjectTokenRequest[] = [];
    const { gateway } = aClient(emulator, {
      credential: {
        clientId: "client-0001",
        async projectToken(ask) {
          asks.push(ask);
          return ask.reason === "first"
            ? { token: "stale", expiresInSeconds: 60 }
            : loginFor(emulator.url);
        },
      },
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(asks).toEqual([{ reason: "first" }, { reason: "unauthorized" }]);
  });

  test("setProjectToken leads out of unauthorized and binds what was refused", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator, {
      credential: { clientId: "client-0001", projectToken: "stale" },
    });
    await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }));
    expect(gateway.connection.status).toBe("unauthorized");
    gateway.setProjectToken(await loginFor(emulator.url));
    await becomes("ready");
  });

  test("an access token provider is asked before each bind, and after a 401 of a call", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
    const asks: string[] = [];
    await gateway.setUserId({
      accessToken({ reason }) {
        asks.push(reason);
        return emulator.issueAccessToken({ userId: "alice", expiresInMs: 60_000 });
      },
    });
    emulator.disconnect({ userId: "alice" });
    await becomes("reconnecting");
    await becomes("ready");
    expect(asks).toEqual(["bind", "bind"]);
    emulator.clock.advance(61_000);
    expect((await gateway.describeWebSocketSessions()).items).toHaveLength(1);
    expect(asks).toEqual(["bind", "bind", "unauthorized"]);
    expect(
      emulator.calls({ method: "describeWebSocketSessions" }).map(({ status }) => status),
    ).toEqual([401, 200]);
  });

  test("many calls refused at once share one renewal, and each is repeated once", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    let asked = 0;
    await gateway.setUserId({
      accessToken: () => {
        asked++;
        return emulator.issueAccessToken({ userId: "alice", expiresInMs: 60_000 });
      },
    });
    emulator.clock.advance(61_000);
    await Promise.all(Array.from({ length: 5 }, () => gateway.describeWebSocketSessions()));
    expect(asked).toBe(2);
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
  });

  test("getProjectToken logs in over REST where there is no connection", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    expect(await gateway.getProjectToken()).toEqual(expect.any(String));
    expect(emulator.calls().map(({ method, transport }) => [method, transport])).toEqual([
      ["login", "rest"],
    ]);
    expect(gateway.connection.status).toBe("idle");
  });

  test("a wrong secret over REST is told without the secret", async () => {
    const emulator = await anEmulator({ strict: true, credentials });
    const { gateway } = aClient(emulator, {
      credential: { clientId: "client-0001", clientSecret: "very-secret-0815" },
    });
    const error = await rejectionOf(gateway.getProjectToken());
    expect(error).toMatchObject({ kind: "unauthorized", status: 401, method: "login" });
    expect(everythingOf(error)).not.toContain("0815");
  });
});

test("a client shows no secret and no token, however it is printed", async () => {
  const emulator = await anEmulator();
  const told: unknown[] = [];
  const tell = (...said: unknown[]) => told.push(said);
  const logger = { debug: tell, info: tell, warn: tell, error: tell };
  const { gateway, diagnostics } = aClient(emulator, {
    credential: { clientId: "client-0001", clientSecret: "very-secret-0815" },
    logger,
  });
  await gateway.setUserId({ accessToken: "accessToken-0001" });
  const projectToken = await gateway.getProjectToken();
  for (const thing of [gateway, gateway.connection, diagnostics, told]) {
    const shown = everythingOf(thing);
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
    "of %s: %s (%o) is refused before anything is sent",
    async (method, field, limit, use) => {
      const emulator = await anEmulator();
      const { gateway } = aClient(emulator);
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
  test.each(constructions)("of the constructor: %s is refused", (field, options) => {
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

  test("a field without effect is a diagnostic, and null means left out", async () => {
    const emulator = await anEmulator();
    const { gateway, diagnostic } = aClient(emulator);
    await gateway.setUserId({ ...player, sessionId: "of no use", force: null });
    expect((await diagnostic("brokenCondition")).detail).toMatchObject({
      method: "setUserId",
      field: "sessionId",
    });
  });
});

test("signals and time-outs end a call with their own kind", async () => {
  const emulator = await anEmulator();
  const { gateway } = aClient(emulator);
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
    kind: "requestTimeout",
    method: "connect",
  });
  expect(gateway.connection.status).toBe("connecting");
  expect(
    await rejectionOf(gateway.setUserId({ accessToken: "accessToken-0001" }, { timeoutMs: 30 })),
  ).toMatchObject({ kind: "requestTimeout", outcome: "notSent", method: "setUserId" });
  expect(gateway.connection.bindings["player"]).toMatchObject({ state: "wanted" });
});

test("a warning reaches the console where no logger is given, and false silences it", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
  onTestFinished(() => void vi.restoreAllMocks());
  const emulator = await anEmulator();
  const loud = aClient(emulator, { logger: undefined });
  expect(info).toHaveBeenCalledTimes(1);
  expect(info.mock.calls[0]![0]).toContain("emulator");
  await loud.gateway.setUserId({ accessToken: "accessToken-0001", sessionId: "of no use" });
  await until("it has been said", () => warn.mock.calls.length > 0);
  warn.mockClear();
  const quiet = aClient(emulator, { logger: false });
  await quiet.gateway.setUserId({ accessToken: "accessToken-0001", sessionId: "of no use" });
  await quiet.diagnostic("brokenCondition");
  expect(warn).not.toHaveBeenCalled();
});
