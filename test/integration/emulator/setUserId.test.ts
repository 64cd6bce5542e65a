import { describe, expect, test } from "vitest";
import { checkProjectToken } from "../../../src/emulator/calls/auth.js";
import { nextExpiryAt, expireDue } from "../../../src/emulator/store/expiry.js";
import { readSettings, type EmulatorSettings } from "../../../src/emulator/settings.js";
import { allSessions, sessionsOf } from "../../../src/emulator/store/sessions.js";
import { setUserId } from "../../../src/wire/methods.js";
import type { BindOptions } from "../../../src/wire/requests.js";
import type { WebSocketSession } from "../../../src/wire/models.js";
import { call, openAndLogIn, createTestStore, START } from "./stores.js";

const namespaceName = "game-0001";
const player = { namespaceName, accessToken: "accessToken-0001" };

const exclusive = { allowConcurrentAccess: false };
const withId = (sessionId: string) => ({ ...exclusive, sessionId });

interface Row {
  readonly name: string;
  readonly first: BindOptions;
  readonly second: BindOptions;
  readonly status: number;
  /** The connections that hold a session afterwards. */
  readonly left: readonly ("first" | "second")[];
  /** Whether the first connection is closed. */
  readonly cut: boolean;
  readonly settings?: Partial<EmulatorSettings>;
}

const both = ["first", "second"] as const;

const table: readonly Row[] = [
  {
    name: "a concurrent bind is accepted beside a concurrent session",
    first: {},
    second: {},
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "a concurrent bind is accepted beside an exclusive session",
    first: exclusive,
    second: { allowConcurrentAccess: true },
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "force has no effect on a concurrent bind",
    first: exclusive,
    second: { force: true },
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "an exclusive bind conflicts with an exclusive session, which stays",
    first: exclusive,
    second: exclusive,
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "an exclusive bind conflicts with a concurrent session",
    first: {},
    second: exclusive,
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "a bind with another sessionId conflicts",
    first: withId("tab-1"),
    second: withId("tab-2"),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "a bind with the same sessionId is accepted and cuts the old connection",
    first: withId("tab-1"),
    second: withId("tab-1"),
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "an empty sessionId counts as none",
    first: withId(""),
    second: withId(""),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "the sessionId of a concurrent session is ignored",
    first: { sessionId: "tab-1" },
    second: withId("tab-1"),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "force cuts a session with another sessionId",
    first: withId("tab-1"),
    second: { ...withId("tab-2"), force: true },
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "force cuts a concurrent session",
    first: {},
    second: { ...exclusive, force: true },
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "a conflict has the status of the setting",
    first: exclusive,
    second: exclusive,
    status: 405,
    left: ["first"],
    cut: false,
    settings: { conflictStatus: 405 },
  },
  {
    name: "a conflict cuts the old connection if onConflictOldSession is cut",
    first: exclusive,
    second: exclusive,
    status: 409,
    left: [],
    cut: true,
    settings: { onConflictOldSession: "cut" },
  },
  {
    name: "the old connection stays if onSameSessionIdOldSession is stays",
    first: withId("tab-1"),
    second: withId("tab-1"),
    status: 200,
    left: both,
    cut: false,
    settings: { onSameSessionIdOldSession: "stays" },
  },
];

describe("setUserId of a second client", () => {
  test.each(table)("$name", ({ first, second, status, left, cut, settings }) => {
    const store = createTestStore(settings);
    const sockets = { first: openAndLogIn(store), second: openAndLogIn(store) };
    expect(call(store, sockets.first, setUserId, { ...player, ...first }).result.status).toBe(200);

    const { result } = call(store, sockets.second, setUserId, { ...player, ...second });

    expect(result.status).toBe(status);
    expect(
      sessionsOf(store, namespaceName, "user-0001").map(({ connectionId }) => connectionId),
    ).toEqual(left.map((name) => sockets[name]));
    expect(result.effects).toEqual(
      cut
        ? [expect.objectContaining({ kind: "close", connectionId: sockets.first }) as unknown]
        : [],
    );
    expect(store.connections.has(sockets.first)).toBe(!cut);
    if (status !== 200) {
      const { conflictMessage } = readSettings(settings);
      expect(result.errors).toEqual([{ component: "webSocketSession", message: conflictMessage }]);
    }
  });
});

describe("setUserId", () => {
  const itemOf = (result: { body?: unknown }) => (result.body as { item: WebSocketSession }).item;

  test("returns the session with its GRN and the socket's own connectionId", () => {
    const store = createTestStore();
    const socket = openAndLogIn(store);
    const other = openAndLogIn(store);
    const { result } = call(store, socket, setUserId, {
      ...player,
      ...withId("tab-1"),
      connectionId: other,
    });
    expect(itemOf(result)).toEqual({
      webSocketSessionId: `grn:gs2:ap-northeast-1:owner-0001:gateway:game-0001:user:user-0001:session:${socket}`,
      connectionId: socket,
      namespaceName,
      userId: "user-0001",
      sessionId: "tab-1",
      createdAt: START,
      updatedAt: START,
      revision: 0,
    });
  });

  test("on the same connection updates its session without a conflict", () => {
    const store = createTestStore();
    const socket = openAndLogIn(store);
    call(store, socket, setUserId, { ...player, ...withId("tab-1") });
    const { result } = call(store, socket, setUserId, { ...player, ...withId("tab-2") }, START + 5);
    expect(itemOf(result)).toMatchObject({
      sessionId: "tab-2",
      createdAt: START,
      updatedAt: START + 5,
      revision: 1,
    });
    expect(allSessions(store)).toHaveLength(1);
  });

  test("on the same connection conflicts if sameSocketConflictsWithItself is set", () => {
    const store = createTestStore({ sameSocketConflictsWithItself: true });
    const socket = openAndLogIn(store);
    call(store, socket, setUserId, { ...player, ...exclusive });
    const { result } = call(store, socket, setUserId, { ...player, ...exclusive });
    expect(result.status).toBe(409);
  });

  test("binds several users and namespaces on one connection", () => {
    const store = createTestStore();
    const socket = openAndLogIn(store);
    for (const [name, accessToken] of [
      ["game-0001", "accessToken-0001"],
      ["game-0001", "accessToken-0002"],
      ["guild-0001", "accessToken-0001"],
    ]) {
      call(store, socket, setUserId, { namespaceName: name, accessToken, ...exclusive });
    }
    expect(allSessions(store).map((session) => [session.namespaceName, session.userId])).toEqual([
      ["game-0001", "user-0001"],
      ["game-0001", "user-0002"],
      ["guild-0001", "user-0001"],
    ]);
  });

  test("keeps one session a connection if severalSessionsPerSocket is false", () => {
    const store = createTestStore({ severalSessionsPerSocket: false });
    const socket = openAndLogIn(store);
    call(store, socket, setUserId, player);
    call(store, socket, setUserId, { ...player, accessToken: "accessToken-0002" });
    expect(allSessions(store).map(({ userId }) => userId)).toEqual(["user-0002"]);
  });

  test("by force ends all sessions of the cut connection", () => {
    const store = createTestStore();
    const [old, fresh] = [openAndLogIn(store), openAndLogIn(store)];
    call(store, old, setUserId, player);
    call(store, old, setUserId, { ...player, accessToken: "accessToken-0002" });
    call(store, fresh, setUserId, { ...player, ...exclusive, force: true });
    expect(allSessions(store).map(({ connectionId }) => connectionId)).toEqual([fresh]);
  });

  const besideConcurrentSession = (settings: Partial<EmulatorSettings>) => {
    const store = createTestStore(settings);
    const [one, two, three] = [openAndLogIn(store), openAndLogIn(store), openAndLogIn(store)];
    call(store, one, setUserId, { ...player, ...withId("tab-1") });
    call(store, two, setUserId, player);
    const { result } = call(store, three, setUserId, { ...player, ...withId("tab-1") });
    const left = allSessions(store).map(({ connectionId }) => connectionId);
    return { status: result.status, left, one, two, three };
  };

  test("with the sessionId of one session is accepted beside another session", () => {
    const { status, left, two, three } = besideConcurrentSession({});
    expect(status).toBe(200);
    // The old socket of the same client is cut, the other stays.
    expect(left).toEqual([two, three]);
  });

  test("with the sessionId of one session conflicts where every session must have it", () => {
    const { status, left, one, two } = besideConcurrentSession({ sessionIdMatches: "every" });
    expect(status).toBe(409);
    expect(left).toEqual([one, two]);
  });

  test("conflicts with an exclusive session if concurrent access does not go beside it", () => {
    const settings = { concurrentBesideExclusive: "conflict" } as const;
    const { status, left, three } = besideConcurrentSession(settings);
    // The second session was refused, so that the third one is beside its own only.
    expect(status).toBe(200);
    expect(left).toEqual([three]);
  });

  test.each([
    ["no access token", {}, "gateway.accessToken.error.require"],
    ["a made-up access token", { accessToken: "made-up" }, "gateway.accessToken.error.invalid"],
  ])("with %s is 401 and creates no namespace", (_, params, message) => {
    const store = createTestStore();
    const { result } = call(store, openAndLogIn(store), setUserId, {
      namespaceName,
      ...params,
    });
    expect(result).toMatchObject({ status: 401, errors: [{ component: "accessToken", message }] });
    expect(store.namespaces.size).toBe(0);
  });

  test("accepts an access token of 2,000 characters", () => {
    const store = createTestStore();
    const long = "t".repeat(2_000);
    store.accessTokens.set(long, { userId: "user-0009", expiresAt: START + 1 });
    const { result, userId } = call(store, openAndLogIn(store), setUserId, {
      namespaceName,
      accessToken: long,
    });
    expect([result.status, userId]).toEqual([200, "user-0009"]);
  });

  test("in strict mode requires an existing namespace and an issued token", () => {
    const store = createTestStore({}, { strict: true });
    const socket = openAndLogIn(store);
    expect(call(store, socket, setUserId, player).result.status).toBe(401);
    store.accessTokens.set("issued", { userId: "user-0001", expiresAt: START + 1 });
    const { result } = call(store, socket, setUserId, {
      namespaceName,
      accessToken: "issued",
    });
    expect(result).toMatchObject({
      status: 404,
      errors: [{ component: "namespace", message: "gateway.namespace.error.notFound" }],
    });
  });
});

describe("expireDue", () => {
  test("cuts idle connections, then those open for too long, at the time of nextExpiryAt", () => {
    const store = createTestStore({ idleTimeoutMs: 100, lifetimeMs: 250 });
    const socket = openAndLogIn(store);
    const busy = openAndLogIn(store);
    expect(nextExpiryAt(store)).toBe(START + 100);
    expect(expireDue(store, START + 99)).toEqual([]);
    store.connections.get(busy)!.lastActiveAt = START + 90;
    expect(expireDue(store, START + 100)).toMatchObject([
      { kind: "close", connectionId: socket, reason: "idle for too long" },
    ]);
    store.connections.get(busy)!.lastActiveAt = START + 190;
    expect(nextExpiryAt(store)).toBe(START + 250);
    expect(expireDue(store, START + 250)).toMatchObject([
      { kind: "close", connectionId: busy, reason: "open for too long" },
    ]);
    expect(nextExpiryAt(store)).toBeUndefined();
  });

  test("does nothing if both limits are off", () => {
    const store = createTestStore({ idleTimeoutMs: null, lifetimeMs: null });
    openAndLogIn(store);
    expect(nextExpiryAt(store)).toBeUndefined();
    expect(expireDue(store, START + 1e12)).toEqual([]);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])(
    "with accessTokenExpiryEndsSession %s leaves %i sessions of an expired token",
    (ends, left) => {
      const store = createTestStore({ accessTokenExpiryEndsSession: ends });
      store.accessTokens.set("issued", { userId: "user-0001", expiresAt: START + 50 });
      call(store, openAndLogIn(store), setUserId, { namespaceName, accessToken: "issued" });
      if (ends) expect(nextExpiryAt(store)).toBe(START + 50);
      expireDue(store, START + 50);
      expect(allSessions(store)).toHaveLength(left);
    },
  );

  test("a project token expires, also that of a login on the socket", () => {
    const store = createTestStore({ projectTokenExpiresInSeconds: 60 });
    const socket = openAndLogIn(store);
    expect(checkProjectToken(store, undefined, socket, START + 59_999)).toMatchObject({
      clientId: "client-0001",
    });
    expect(checkProjectToken(store, undefined, socket, START + 60_000)).toMatchObject({
      status: 401,
      errors: [{ message: "gateway.projectToken.error.expired" }],
    });
  });
});
