import { describe, expect, test, vi } from "vitest";
import { GatewayError, isGatewayError } from "../../../src/errors.js";
import {
  Session,
  type AccessTokenSource,
  type Credential,
  type SessionPorts,
} from "../../../src/session/session.js";
import { manualClock } from "../../support/manualClock.js";
import { createDeferred, rejectionOf, flushPromises } from "../../support/promises.js";

const secret: Credential = { clientId: "cid-1", clientSecret: "secret-1" };
const login = (token: string, expires_in?: unknown) => ({ access_token: token, expires_in });

function setup(credential: Credential = secret, overrides: Partial<SessionPorts> = {}) {
  const clock = manualClock();
  let logins = 0;
  const ports = {
    loginBySocket: vi.fn<SessionPorts["loginBySocket"]>(async () =>
      login(`project-${++logins}`, 1_000),
    ),
    loginByRest: vi.fn<SessionPorts["loginByRest"]>(async () => login(`rest-${++logins}`, 1_000)),
    usableSocket: vi.fn<SessionPorts["usableSocket"]>(() => undefined),
  };
  const report = vi.fn<SessionPorts["report"]>();
  const session = new Session(credential, {
    clock,
    providerTimeoutMs: 30_000,
    loginTimeoutMs: 30_000,
    report,
    ...ports,
    ...overrides,
  });
  return {
    clock,
    report,
    ...ports,
    session,
    setDesired(slot: string, source: AccessTokenSource, params: object = {}) {
      const all = { namespaceName: "ns-1", ...params };
      const desired = session.createDesiredBinding(slot, source, all);
      session.setDesiredBinding(slot, desired);
      return desired;
    },
  };
}
const refused = (kind: "badRequest" | "unauthorized" | "notFound") =>
  new GatewayError({ kind, message: kind, outcome: "refused" });
const reasons = (provider: { mock: { calls: [{ reason: string }][] } }): string[] =>
  provider.mock.calls.map(([{ reason }]) => reason);

describe("the login", () => {
  test("uses the socket just opened, with client ID and secret", async () => {
    const { session, loginBySocket, loginByRest } = setup();
    expect(await session.logIn(7, false)).toBe(900_000);
    expect(loginBySocket.mock.calls).toEqual([
      [{ client_id: "cid-1", client_secret: "secret-1" }, 7],
    ]);
    expect(loginByRest).not.toHaveBeenCalled();
    expect(await session.freshProjectToken()).toBe("project-1");
  });

  test("is skipped while the token is fresh", async () => {
    const { clock, session, loginBySocket } = setup();
    await session.logIn(1, false);
    clock.advance(899_999);
    await session.logIn(2, false);
    expect(loginBySocket).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await session.logIn(3, false);
    expect(loginBySocket.mock.calls.map(([, generation]) => generation)).toEqual([1, 3]);
  });

  test.each(["badRequest", "unauthorized", "notFound"] as const)(
    "refused with %s on a new socket is not repeated over REST",
    async (kind) => {
      const { session, loginByRest } = setup(secret, {
        loginBySocket: () => Promise.reject(refused(kind)),
      });
      expect(await rejectionOf(session.logIn(1, false))).toMatchObject({
        kind,
        outcome: "refused",
      });
      expect(loginByRest).not.toHaveBeenCalled();
    },
  );

  test("that failed on one socket is repeated on the next", async () => {
    const replies = [Promise.reject(refused("badRequest")), Promise.resolve(login("project-1"))];
    const loginBySocket = vi.fn<SessionPorts["loginBySocket"]>(() => replies.shift()!);
    const { session } = setup(secret, { loginBySocket });
    await rejectionOf(session.logIn(1, false));
    await session.logIn(2, false);
    expect(loginBySocket.mock.calls.map(([, generation]) => generation)).toEqual([1, 2]);
  });

  test.each<[string, object]>([
    ["no token", {}],
    ["a token that is not a string", { access_token: 5 }],
  ])("with %s in its reply rejects as unreadable", async (_, reply) => {
    const { session } = setup(secret, { loginBySocket: async () => reply as never });
    expect(await rejectionOf(session.logIn(1, false))).toMatchObject({ kind: "protocol" });
  });
});

describe("the renewal of the project token", () => {
  test("uses the open socket", async () => {
    const { session, loginBySocket, loginByRest, usableSocket } = setup();
    await session.logIn(4, false);
    usableSocket.mockReturnValue(4);
    await session.logIn(4, true);
    expect(loginBySocket).toHaveBeenCalledTimes(2);
    expect(loginBySocket.mock.calls[1]![1]).toBe(4);
    expect(loginByRest).not.toHaveBeenCalled();
  });

  test("uses REST while no socket is open", async () => {
    const { session, loginBySocket, loginByRest } = setup();
    expect(await session.freshProjectToken()).toBe("rest-1");
    expect(loginByRest.mock.calls).toEqual([[{ client_id: "cid-1", client_secret: "secret-1" }]]);
    expect(loginBySocket).not.toHaveBeenCalled();
  });

  test("uses REST when the socket refuses a second login", async () => {
    const loginBySocket = vi.fn<SessionPorts["loginBySocket"]>(() =>
      Promise.reject(refused("badRequest")),
    );
    const { session, loginByRest } = setup(secret, { loginBySocket, usableSocket: () => 4 });
    await session.logIn(4, true);
    expect(await session.freshProjectToken()).toBe("rest-1");
    expect([loginBySocket, loginByRest].map((port) => port.mock.calls.length)).toEqual([1, 1]);
  });

  test.each<[string, GatewayError]>([
    ["is 401", refused("unauthorized")],
    ["was lost", new GatewayError({ kind: "notConnected", message: "", outcome: "unknown" })],
    ["times out", new GatewayError({ kind: "requestTimeout", message: "", outcome: "unknown" })],
  ])("is not repeated over REST when the reply %s", async (_, error) => {
    const { session, loginByRest } = setup(secret, {
      loginBySocket: () => Promise.reject(error),
      usableSocket: () => 4,
    });
    expect(await rejectionOf(session.logIn(4, true))).toBe(error);
    expect(loginByRest).not.toHaveBeenCalled();
  });

  test("runs once for concurrent requests", async () => {
    const reply = createDeferred<Record<string, unknown>>();
    const loginByRest = vi.fn(() => reply.promise);
    const { session, setDesired } = setup(secret, { loginByRest });
    setDesired("player", "atok-1");
    const all = [
      session.freshProjectToken(),
      session.freshProjectToken(),
      Promise.resolve(session.tokensFor("player")),
      session.renewTokens(undefined, session.latestTokens(undefined)),
    ];
    reply.resolve(login("project-1"));
    await Promise.all(all);
    expect(loginByRest).toHaveBeenCalledTimes(1);
  });

  test.each([undefined, null, 0, -1, "soon"])(
    "assumes one hour when expires_in is %j",
    async (expires_in) => {
      const { session } = setup(secret, {
        loginBySocket: async () => login("project-1", expires_in),
      });
      expect(await session.logIn(1, false)).toBe(3_240_000);
    },
  );
});

describe("a project token from a provider", () => {
  test("is requested with the reason first, old or unauthorized", async () => {
    const projectToken = vi.fn((_: { reason: string }) => "ptok");
    const { clock, session, loginBySocket, loginByRest } = setup({
      clientId: "cid-1",
      projectToken,
    });
    await session.logIn(1, false);
    clock.advance(3_239_999);
    await session.logIn(2, false);
    clock.advance(1);
    await session.logIn(3, false);
    await session.logIn(3, true);
    await session.renewTokens(undefined, session.latestTokens(undefined));
    expect(reasons(projectToken)).toEqual(["first", "old", "old", "unauthorized"]);
    expect(loginBySocket).not.toHaveBeenCalled();
    expect(loginByRest).not.toHaveBeenCalled();
  });

  test.each<[string, Extract<Credential, { projectToken: unknown }>["projectToken"], number]>([
    ["a string never expires", "ptok", Infinity],
    ["a function that returns a string lives one hour", () => "ptok", 3_240_000],
    ["a function that returns a promise lives one hour", async () => "ptok", 3_240_000],
    [
      "a grant lives as long as the grant states",
      () => ({ token: "ptok", expiresInSeconds: 100 }),
      90_000,
    ],
    ["a grant of 0 s lives one hour", () => ({ token: "ptok", expiresInSeconds: 0 }), 3_240_000],
  ])("given as %s", async (_, projectToken, life) => {
    const { session } = setup({ clientId: "cid-1", projectToken });
    expect(await session.logIn(1, false)).toBe(life);
    expect(await session.tokensFor(undefined)).toEqual({
      clientId: "cid-1",
      projectToken: "ptok",
      accessToken: undefined,
    });
  });

  test("rejects with unauthorized when its provider does", async () => {
    const { session } = setup({
      clientId: "cid-1",
      projectToken: () => Promise.reject(refused("unauthorized")),
    });
    expect(await rejectionOf(session.logIn(1, false))).toMatchObject({
      kind: "unauthorized",
      outcome: "notSent",
    });
  });

  test("rejects with unknown when its provider fails otherwise", async () => {
    const { session } = setup({
      clientId: "cid-1",
      projectToken: () => Promise.reject(new TypeError("Failed to fetch")),
    });
    const error = await rejectionOf(session.logIn(1, false));
    expect(isGatewayError(error, "unknown")).toBe(true);
  });
});

describe("a project token set by the game", () => {
  test("is used at once, for one hour", async () => {
    const { clock, session, loginBySocket } = setup();
    expect(session.setProjectToken("mine")).toBe(3_240_000);
    await session.logIn(1, false);
    expect(await session.freshProjectToken()).toBe("mine");
    expect(loginBySocket).not.toHaveBeenCalled();
    clock.advance(3_240_000);
    await session.logIn(2, false);
    expect(loginBySocket).toHaveBeenCalledTimes(1);
  });

  test("replaces a token given as a string, without expiry", async () => {
    const { session } = setup({ clientId: "cid-1", projectToken: "old" });
    expect(session.setProjectToken("mine")).toBe(Infinity);
    await session.renewTokens(undefined, session.latestTokens(undefined));
    expect(await session.freshProjectToken()).toBe("mine");
  });

  test("is replaced at the next renewal when there is a provider", async () => {
    const { session } = setup({ clientId: "cid-1", projectToken: () => "theirs" });
    session.setProjectToken("mine");
    expect(await session.freshProjectToken()).toBe("mine");
    await session.renewTokens(undefined, session.latestTokens(undefined));
    expect(await session.freshProjectToken()).toBe("theirs");
  });
});

describe("a prepared bind", () => {
  test("carries the desired parameters, force, and all tokens", async () => {
    const { session, setDesired } = setup();
    const sessionId = "s-1";
    setDesired("player", "atok-1", { allowConcurrentAccess: false, sessionId });
    await session.logIn(3, false);
    expect(await session.prepareBind("player", true, false)).toEqual({
      params: { namespaceName: "ns-1", allowConcurrentAccess: false, sessionId, force: true },
      tokens: { clientId: "cid-1", projectToken: "project-1", accessToken: "atok-1" },
    });
  });

  test("without force omits the field", async () => {
    const { session, setDesired } = setup();
    setDesired("player", "atok-1");
    const { params } = await session.prepareBind("player", false, false);
    expect(params["force"]).toBeUndefined();
  });

  test("requests the access token each time, for its slot", async () => {
    const { session, setDesired } = setup();
    let n = 0;
    const source = vi.fn((_: { reason: string; slot: string }) => `atok-${++n}`);
    setDesired("guild", source);
    await session.prepareBind("guild", false, false);
    const { tokens } = await session.prepareBind("guild", false, false);
    expect(source.mock.calls).toEqual([
      [{ reason: "bind", slot: "guild" }],
      [{ reason: "bind", slot: "guild" }],
    ]);
    expect(tokens.accessToken).toBe("atok-2");
  });

  test("renews both tokens first after a 401", async () => {
    const { session, setDesired } = setup();
    let n = 0;
    const source = vi.fn((_: { reason: string }) => `atok-${++n}`);
    setDesired("player", source);
    await session.logIn(1, false);
    const first = await session.prepareBind("player", false, false);
    const second = await session.prepareBind("player", false, true);
    expect(reasons(source)).toEqual(["bind", "unauthorized"]);
    expect(first.tokens).toMatchObject({ projectToken: "project-1", accessToken: "atok-1" });
    expect(second.tokens).toMatchObject({ projectToken: "rest-2", accessToken: "atok-2" });
  });

  test("is marked as sent only after its tokens are obtained", async () => {
    const { session, setDesired } = setup();
    const token = createDeferred<string>();
    const desired = setDesired("player", () => token.promise);
    const prepared = session.prepareBind("player", false, false);
    await flushPromises();
    expect(desired.bindSent).toBe(false);
    token.resolve("atok-1");
    await prepared;
    expect(desired.bindSent).toBe(true);
  });

  test.each(["unauthorized", "unknown"] as const)(
    "rejects when the player's provider fails (%s), with nothing sent",
    async (kind) => {
      const { session, setDesired } = setup();
      const desired = setDesired("player", () =>
        Promise.reject(kind === "unknown" ? new Error("offline") : refused("unauthorized")),
      );
      expect(await rejectionOf(session.prepareBind("player", false, false))).toMatchObject({
        kind,
        outcome: "notSent",
      });
      expect(desired.bindSent).toBe(false);
    },
  );
});

describe("the tokens of a call", () => {
  test("are returned at once while they are fresh", async () => {
    const { session, setDesired } = setup();
    const source = vi.fn(() => "atok-1");
    setDesired("player", source);
    await session.logIn(1, false);
    await session.prepareBind("player", false, false);
    expect(session.tokensFor("player")).toEqual({
      clientId: "cid-1",
      projectToken: "project-1",
      accessToken: "atok-1",
    });
    expect(session.tokensFor(undefined)).toEqual({
      clientId: "cid-1",
      projectToken: "project-1",
      accessToken: undefined,
    });
    expect(source).toHaveBeenCalledTimes(1);
  });

  test("are renewed when they are old: an access token after nine tenths of an hour", async () => {
    const { clock, session, setDesired, loginByRest } = setup({
      clientId: "cid-1",
      projectToken: "ptok",
    });
    let n = 0;
    const source = vi.fn((_: { reason: string }) => `atok-${++n}`);
    setDesired("player", source);
    await session.logIn(1, false);
    await session.prepareBind("player", false, false);
    clock.advance(3_239_999);
    expect(session.tokensFor("player")).not.toBeInstanceOf(Promise);
    clock.advance(1);
    expect(session.tokensFor("player")).toMatchObject({ accessToken: "atok-1" });
    await flushPromises();
    expect(session.tokensFor("player")).toMatchObject({ accessToken: "atok-2" });
    expect(reasons(source)).toEqual(["bind", "old"]);
    expect(loginByRest).not.toHaveBeenCalled();
  });

  test("are renewed after a 401, for the slot of the call alone", async () => {
    const { session, setDesired } = setup();
    const player = vi.fn((_: { reason: string }) => "atok-1");
    const guild = vi.fn((_: { reason: string }) => "atok-2");
    setDesired("player", player);
    setDesired("guild", guild);
    await session.renewTokens("player", session.latestTokens("player"));
    expect(await session.freshProjectToken()).toBe("rest-1");
    expect([reasons(player), reasons(guild)]).toEqual([["unauthorized"], []]);
    await session.renewTokens(undefined, session.latestTokens(undefined));
    expect(await session.freshProjectToken()).toBe("rest-2");
    expect([reasons(player), reasons(guild)]).toEqual([["unauthorized"], []]);
  });

  test("are used while their renewal fails, until one is refused", async () => {
    let isBroken = false;
    const { clock, session, setDesired } = setup({ clientId: "cid-1", projectToken: "ptok" });
    const source = vi.fn((_: { reason: string }) => {
      if (isBroken) throw new Error("the game's server is down");
      return "atok-1";
    });
    setDesired("player", source);
    await session.logIn(1, false);
    const { tokens } = await session.prepareBind("player", false, false);
    isBroken = true;
    clock.advance(3_500_000);
    expect(session.tokensFor("player")).toMatchObject({ accessToken: "atok-1" });
    clock.advance(3_500_000);
    expect(await session.tokensFor("player")).toMatchObject({ accessToken: "atok-1" });
    expect(await session.prepareBind("player", false, false)).toMatchObject({ tokens });
    expect(await rejectionOf(session.prepareBind("player", false, true))).toMatchObject({
      kind: "unknown",
      outcome: "notSent",
    });
  });

  test("are not renewed after a 401 to a call that was sent with older ones", async () => {
    const { session, setDesired } = setup({ clientId: "cid-1", projectToken: "ptok" });
    let n = 0;
    const source = vi.fn((_: { reason: string }) => `atok-${++n}`);
    setDesired("player", source);
    await session.logIn(1, false);
    const { tokens: sent } = await session.prepareBind("player", false, false);
    await session.renewTokens("player", sent);
    await session.renewTokens("player", sent);
    expect(reasons(source)).toEqual(["bind", "unauthorized"]);
  });

  test("are renewed after a 401 where one of two providers fails", async () => {
    const projectToken = vi.fn((_: { reason: string }) => "ptok");
    const { session, setDesired } = setup({ clientId: "cid-1", projectToken });
    setDesired("player", () => "atok-1");
    await session.logIn(1, false);
    projectToken.mockImplementation(() => {
      throw new Error("down");
    });
    await session.renewTokens("player", { projectToken: "ptok" });
    expect(
      await rejectionOf(session.renewTokens(undefined, { projectToken: "ptok" })),
    ).toBeDefined();
  });

  test("of a call for a sign of life are those there are, without asking a provider", async () => {
    const { clock, session, setDesired } = setup();
    const source = vi.fn((_: { reason: string }) => "atok-1");
    setDesired("player", source);
    expect(session.latestTokens("player")).toEqual({ clientId: "cid-1" });
    await session.logIn(1, false);
    await session.prepareBind("player", false, false);
    clock.advance(86_400_000);
    expect(session.latestTokens("player")).toMatchObject({
      projectToken: "project-1",
      accessToken: "atok-1",
    });
    expect(reasons(source)).toEqual(["bind"]);
  });

  test("are renewed after invalidateTokens", async () => {
    const { session, setDesired } = setup();
    const source = vi.fn((_: { reason: string }) => "atok-1");
    setDesired("player", source);
    await session.logIn(1, false);
    await session.prepareBind("player", false, false);
    session.invalidateTokens();
    expect(await session.tokensFor("player")).toMatchObject({ projectToken: "rest-2" });
    expect(reasons(source)).toEqual(["bind", "old"]);
  });
});

describe("a provider that hangs", () => {
  const setupHanging = () => {
    const answer = createDeferred<string>();
    const source = vi.fn((_: { reason: string }) => answer.promise);
    const all = setup({ clientId: "cid-1", projectToken: "ptok" });
    all.setDesired("guild", source);
    return { ...all, answer, source };
  };

  test("is reported after 5 seconds, and asked again after its deadline", async () => {
    const { clock, session, source, report } = setupHanging();
    const first = rejectionOf(session.prepareBind("guild", false, false));
    clock.advance(4_999);
    expect(report).not.toHaveBeenCalled();
    clock.advance(1);
    const detail = { provider: "accessToken", slot: "guild" };
    expect(report.mock.calls).toEqual([["warn", "providerSlow", "accessToken", detail]]);
    clock.advance(25_000);
    expect(await first).toMatchObject({ kind: "requestTimeout", outcome: "notSent" });
    void session.prepareBind("guild", false, false).catch(() => undefined);
    expect(source).toHaveBeenCalledTimes(2);
  });

  test("does not delay another slot", async () => {
    const { session, setDesired } = setupHanging();
    void session.prepareBind("guild", false, false).catch(() => undefined);
    setDesired("player", "atok-1");
    expect(await session.prepareBind("player", false, false)).toMatchObject({
      tokens: { accessToken: "atok-1" },
    });
  });

  test("and answers late is not asked again for the next bind", async () => {
    const { clock, session, source, answer } = setupHanging();
    const first = rejectionOf(session.prepareBind("guild", false, false));
    clock.advance(30_000);
    await first;
    answer.resolve("late");
    await flushPromises();
    expect(await session.prepareBind("guild", false, false)).toMatchObject({
      tokens: { accessToken: "late" },
    });
    expect(source).toHaveBeenCalledTimes(1);
  });

  test("and answers late is asked again once the late token was sent and refused", async () => {
    const { clock, session, setDesired } = setup({ clientId: "cid-1", projectToken: "project-1" });
    const late = createDeferred<string>();
    const answers = [Promise.resolve("atok-1"), late.promise];
    const source = vi.fn((_: { reason: string }) => answers.shift() ?? "renewed");
    setDesired("player", source);
    await session.prepareBind("player", false, false);
    const slow = session.prepareBind("player", false, false);
    clock.advance(5_000);
    await slow;
    late.resolve("late");
    await flushPromises();
    // A call sends it, and the server refuses it.
    expect(session.tokensFor("player")).toMatchObject({ accessToken: "late" });
    expect(await session.prepareBind("player", false, true)).toMatchObject({
      tokens: { accessToken: "renewed" },
    });
    expect(reasons(source)).toEqual(["bind", "bind", "unauthorized"]);
  });

  test("keeps only a request for the project token when those of players are cancelled", () => {
    const projectToken = vi.fn(() => new Promise<string>(() => undefined));
    const { clock, session, setDesired } = setup({ clientId: "cid-1", projectToken });
    setDesired("player", () => new Promise<string>(() => undefined));
    void session.freshProjectToken().catch(() => undefined);
    void session.prepareBind("player", false, false).catch(() => undefined);
    const before = clock.pendingTimers;
    session.cancelRequests(true);
    expect(clock.pendingTimers).toBeLessThan(before);
    expect(clock.pendingTimers).toBeGreaterThan(0);
    session.cancelRequests();
    expect(clock.pendingTimers).toBe(0);
  });

  test("leaves no timer once its requests are cancelled", async () => {
    const { clock, session } = setupHanging();
    const bind = rejectionOf(session.prepareBind("guild", false, false));
    session.cancelRequests();
    expect(await bind).toMatchObject({ kind: "notConnected" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("delays a bind by 5 seconds where an earlier token can be used", async () => {
    const { clock, session, setDesired } = setup({ clientId: "cid-1", projectToken: "ptok" });
    const source = vi.fn<(_: { reason: string }) => string | Promise<string>>(() => "atok-1");
    setDesired("player", source);
    await session.prepareBind("player", false, false);
    source.mockReturnValue(new Promise(() => undefined));
    const again = session.prepareBind("player", false, false);
    clock.advance(5_000);
    expect(await again).toMatchObject({ tokens: { accessToken: "atok-1" } });
  });
});

describe("redact", () => {
  test("replaces every occurrence of every secret", async () => {
    const { session, setDesired } = setup();
    setDesired("player", "access-1");
    setDesired("guild", () => "guild-01");
    await session.logIn(1, false);
    await session.prepareBind("player", false, false);
    await session.prepareBind("guild", false, false);
    const text =
      "secret-1 project-1 access-1 guild-01, and again: secret-1project-1access-1guild-01";
    expect(session.redact(text)).not.toMatch(/secret-1|project-1|access-1|guild-01/);
    expect(session.redact(text)).toContain("and again");
  });

  test("keeps recent access tokens and all other secrets, with a bounded size", async () => {
    const { session, setDesired } = setup();
    let tokens = 0;
    setDesired("player", () => `<atok-${++tokens}>`);
    setDesired("guild", "<guild-01>");
    await session.logIn(1, false);
    const MANY = 500;
    for (let i = 0; i < MANY; i++) {
      await session.prepareBind("player", false, false);
      await session.prepareBind("guild", false, false);
    }
    expect(session.redact(`secret-1 project-1 <guild-01> <atok-${MANY}> <atok-${MANY - 40}>`)).toBe(
      "*** *** *** *** ***",
    );
    // Too old for a server to quote.
    expect(session.redact("<atok-1>")).toBe("<atok-1>");
  });

  test("replaces the whole of a token that begins with another", async () => {
    const { session } = setup({ clientId: "cid-1", projectToken: "token-01" });
    await session.logIn(1, false);
    session.setProjectToken("token-01-and-more");
    expect(session.redact("token-01-and-more token-01")).toBe("*** ***");
    expect(session.redact("token-01")).toBe("***");
  });

  test("matches a token as text, not as a pattern", async () => {
    const { session } = setup({ clientId: "cid-1", projectToken: "a.c$&(a.c" });
    await session.logIn(1, false);
    expect(session.redact("abc a.c$&(a.c ")).toBe("abc *** ");
  });

  test("leaves other text unchanged, also before the first token", () => {
    const { session } = setup({ clientId: "cid-1", projectToken: () => "ptok" });
    expect(session.redact("nothing secret for cid-1")).toBe("nothing secret for cid-1");
  });
});
