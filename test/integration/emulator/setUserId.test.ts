import { describe, expect, test } from "vitest";
import { checkProjectToken } from "../../../src/emulator/calls/auth.js";
import { nextExpiryAt, expireDue } from "../../../src/emulator/store/expiry.js";
import { readSettings, type EmulatorSettings } from "../../../src/emulator/settings.js";
import { allSessions, sessionsOf } from "../../../src/emulator/store/sessions.js";
import { setUserId } from "../../../src/wire/methods.js";
import type { BindOptions } from "../../../src/wire/requests.js";
import type { WebSocketSession } from "../../../src/wire/models.js";
import { call, loggedIn, makeWorld, START } from "./stores.js";

const namespaceName = "game-0001";
const player = { namespaceName, accessToken: "accessToken-0001" };

const exclusive = { allowConcurrentAccess: false };
const withId = (sessionId: string) => ({ ...exclusive, sessionId });

interface Row {
  readonly name: string;
  readonly first: BindOptions;
  readonly second: BindOptions;
  readonly status: number;
  /** Who holds a session afterwards. */
  readonly left: readonly ("first" | "second")[];
  /** Whether the first socket is closed. */
  readonly cut: boolean;
  readonly settings?: Partial<EmulatorSettings>;
}

const both = ["first", "second"] as const;

const table: readonly Row[] = [
  {
    name: "a second client that allows others is let in beside the first",
    first: {},
    second: {},
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "a client that allows others is let in beside an exclusive one",
    first: exclusive,
    second: { allowConcurrentAccess: true },
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "force means nothing to a client that allows others",
    first: exclusive,
    second: { force: true },
    status: 200,
    left: both,
    cut: false,
  },
  {
    name: "an exclusive client is refused while another holds the place, which it keeps",
    first: exclusive,
    second: exclusive,
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "an exclusive client is refused beside one that allows others",
    first: {},
    second: exclusive,
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "another sessionId is refused",
    first: withId("tab-1"),
    second: withId("tab-2"),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "a client that comes back with the same sessionId is let in and its old socket is cut",
    first: withId("tab-1"),
    second: withId("tab-1"),
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "an empty sessionId is none",
    first: withId(""),
    second: withId(""),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "the sessionId of a client that allows others does not count",
    first: { sessionId: "tab-1" },
    second: withId("tab-1"),
    status: 409,
    left: ["first"],
    cut: false,
  },
  {
    name: "force cuts the old session, whatever its sessionId",
    first: withId("tab-1"),
    second: { ...withId("tab-2"), force: true },
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "force cuts a client that allows others as well",
    first: {},
    second: { ...exclusive, force: true },
    status: 200,
    left: ["second"],
    cut: true,
  },
  {
    name: "the refusal has the status and the text that are set",
    first: exclusive,
    second: exclusive,
    status: 405,
    left: ["first"],
    cut: false,
    settings: { conflictStatus: 405 },
  },
  {
    name: "a refused client costs the old one its place where that is set",
    first: exclusive,
    second: exclusive,
    status: 409,
    left: [],
    cut: true,
    settings: { onConflictOldSession: "cut" },
  },
  {
    name: "the old socket of a returning client stays where that is set",
    first: withId("tab-1"),
    second: withId("tab-1"),
    status: 200,
    left: both,
    cut: false,
    settings: { onSameSessionIdOldSession: "stays" },
  },
];

describe("setUserId, the second client of a player", () => {
  test.each(table)("$name", ({ first, second, status, left, cut, settings }) => {
    const world = makeWorld(settings);
    const sockets = { first: loggedIn(world), second: loggedIn(world) };
    expect(call(world, sockets.first, setUserId, { ...player, ...first }).result.status).toBe(200);

    const { result } = call(world, sockets.second, setUserId, { ...player, ...second });

    expect(result.status).toBe(status);
    expect(
      sessionsOf(world, namespaceName, "user-0001").map(({ connectionId }) => connectionId),
    ).toEqual(left.map((name) => sockets[name]));
    expect(result.effects).toEqual(
      cut
        ? [expect.objectContaining({ kind: "close", connectionId: sockets.first }) as unknown]
        : [],
    );
    expect(world.connections.has(sockets.first)).toBe(!cut);
    if (status !== 200) {
      const { conflictMessage } = readSettings(settings);
      expect(result.errors).toEqual([{ component: "webSocketSession", message: conflictMessage }]);
    }
  });
});

describe("setUserId", () => {
  const itemOf = (outcome: { body: unknown }) => (outcome.body as { item: WebSocketSession }).item;

  test("answers the session, with its GRN and the socket's own connectionId", () => {
    const world = makeWorld();
    const socket = loggedIn(world);
    const other = loggedIn(world);
    const { result: outcome } = call(world, socket, setUserId, {
      ...player,
      ...withId("tab-1"),
      connectionId: other,
    });
    expect(itemOf(outcome)).toEqual({
      webSocketSessionId: `grn:gs2:ap-northeast-1:owner-0001:gateway:game-0001:user:user-0001:session:${socket}`,
      connectionId: socket,
      namespaceName,
      userId: "user-0001",
      sessionId: "tab-1",
      createdAt: START,
      updatedAt: START,
      revision: 1,
    });
  });

  test("on the same socket updates its session and does not conflict with itself", () => {
    const world = makeWorld();
    const socket = loggedIn(world);
    call(world, socket, setUserId, { ...player, ...withId("tab-1") });
    const { result: outcome } = call(
      world,
      socket,
      setUserId,
      { ...player, ...withId("tab-2") },
      START + 5,
    );
    expect(itemOf(outcome)).toMatchObject({
      sessionId: "tab-2",
      createdAt: START,
      updatedAt: START + 5,
      revision: 2,
    });
    expect(allSessions(world)).toHaveLength(1);
  });

  test("on the same socket conflicts with itself where that is set", () => {
    const world = makeWorld({ sameSocketConflictsWithItself: true });
    const socket = loggedIn(world);
    call(world, socket, setUserId, { ...player, ...exclusive });
    const { result: outcome } = call(world, socket, setUserId, { ...player, ...exclusive });
    expect(outcome.status).toBe(409);
  });

  test("lets one socket hold several users and namespaces", () => {
    const world = makeWorld();
    const socket = loggedIn(world);
    for (const [name, accessToken] of [
      ["game-0001", "accessToken-0001"],
      ["game-0001", "accessToken-0002"],
      ["guild-0001", "accessToken-0001"],
    ]) {
      call(world, socket, setUserId, { namespaceName: name, accessToken, ...exclusive });
    }
    expect(allSessions(world).map((session) => [session.namespaceName, session.userId])).toEqual([
      ["game-0001", "user-0001"],
      ["game-0001", "user-0002"],
      ["guild-0001", "user-0001"],
    ]);
  });

  test("keeps one session per socket where that is set", () => {
    const world = makeWorld({ severalSessionsPerSocket: false });
    const socket = loggedIn(world);
    call(world, socket, setUserId, player);
    call(world, socket, setUserId, { ...player, accessToken: "accessToken-0002" });
    expect(allSessions(world).map(({ userId }) => userId)).toEqual(["user-0002"]);
  });

  test("by force takes all of the cut socket's sessions with it", () => {
    const world = makeWorld();
    const [old, fresh] = [loggedIn(world), loggedIn(world)];
    call(world, old, setUserId, player);
    call(world, old, setUserId, { ...player, accessToken: "accessToken-0002" });
    call(world, fresh, setUserId, { ...player, ...exclusive, force: true });
    expect(allSessions(world).map(({ connectionId }) => connectionId)).toEqual([fresh]);
  });

  test("of the same sessionId is refused while a third client with another one is there", () => {
    const world = makeWorld();
    const [one, two, three] = [loggedIn(world), loggedIn(world), loggedIn(world)];
    call(world, one, setUserId, { ...player, ...withId("tab-1") });
    call(world, two, setUserId, player);
    const { result: outcome } = call(world, three, setUserId, { ...player, ...withId("tab-1") });
    expect(outcome.status).toBe(409);
    expect(allSessions(world)).toHaveLength(2);
  });

  test.each([
    ["no access token", {}, "gateway.accessToken.error.require"],
    ["a made-up access token", { accessToken: "made-up" }, "gateway.accessToken.error.invalid"],
  ])("with %s is 401, and makes no namespace", (_, params, message) => {
    const world = makeWorld();
    const { result: outcome } = call(world, loggedIn(world), setUserId, {
      namespaceName,
      ...params,
    });
    expect(outcome).toMatchObject({ status: 401, errors: [{ component: "accessToken", message }] });
    expect(world.namespaces.size).toBe(0);
  });

  test("with an access token of 2,000 characters is not refused for its length", () => {
    const world = makeWorld();
    const long = "t".repeat(2_000);
    world.accessTokens.set(long, { userId: "user-0009", expiresAt: START + 1 });
    const { result: outcome, userId } = call(world, loggedIn(world), setUserId, {
      namespaceName,
      accessToken: long,
    });
    expect([outcome.status, userId]).toEqual([200, "user-0009"]);
  });

  test("in strict mode asks for a namespace that is there and a token that was issued", () => {
    const world = makeWorld({}, { strict: true });
    const socket = loggedIn(world);
    expect(call(world, socket, setUserId, player).result.status).toBe(401);
    world.accessTokens.set("issued", { userId: "user-0001", expiresAt: START + 1 });
    const { result: outcome } = call(world, socket, setUserId, {
      namespaceName,
      accessToken: "issued",
    });
    expect(outcome).toMatchObject({
      status: 404,
      errors: [{ component: "namespace", message: "gateway.namespace.error.notFound" }],
    });
  });
});

describe("time", () => {
  test("ends idle sockets, then those open for too long, and says when it will", () => {
    const world = makeWorld({ idleTimeoutMs: 100, lifetimeMs: 250 });
    const socket = loggedIn(world);
    const busy = loggedIn(world);
    expect(nextExpiryAt(world)).toBe(START + 100);
    expect(expireDue(world, START + 99)).toEqual([]);
    world.connections.get(busy)!.lastActiveAt = START + 90;
    expect(expireDue(world, START + 100)).toMatchObject([
      { kind: "close", connectionId: socket, reason: "idle for too long" },
    ]);
    world.connections.get(busy)!.lastActiveAt = START + 190;
    expect(nextExpiryAt(world)).toBe(START + 250);
    expect(expireDue(world, START + 250)).toMatchObject([
      { kind: "close", connectionId: busy, reason: "open for too long" },
    ]);
    expect(nextExpiryAt(world)).toBeUndefined();
  });

  test("has nothing to do where both limits are switched off", () => {
    const world = makeWorld({ idleTimeoutMs: null, lifetimeMs: null });
    loggedIn(world);
    expect(nextExpiryAt(world)).toBeUndefined();
    expect(expireDue(world, START + 1e12)).toEqual([]);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])("with accessTokenExpiryEndsSession %s leaves %i sessions of an old token", (ends, left) => {
    const world = makeWorld({ accessTokenExpiryEndsSession: ends });
    world.accessTokens.set("issued", { userId: "user-0001", expiresAt: START + 50 });
    call(world, loggedIn(world), setUserId, { namespaceName, accessToken: "issued" });
    if (ends) expect(nextExpiryAt(world)).toBe(START + 50);
    expireDue(world, START + 50);
    expect(allSessions(world)).toHaveLength(left);
  });

  test("ends project tokens, also the one a socket logged in with", () => {
    const world = makeWorld({ projectTokenExpiresInSeconds: 60 });
    const socket = loggedIn(world);
    expect(checkProjectToken(world, undefined, socket, START + 59_999)).toMatchObject({
      clientId: "client-0001",
    });
    expect(checkProjectToken(world, undefined, socket, START + 60_000)).toMatchObject({
      status: 401,
      errors: [{ message: "gateway.projectToken.error.expired" }],
    });
  });
});
