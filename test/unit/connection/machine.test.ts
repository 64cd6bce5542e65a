import { describe, expect, test } from "vitest";
import { bindRejection } from "../../../src/connection/binding.js";
import type { Effect } from "../../../src/connection/state.js";
import { failure, sessionOf, SimulatedConnection } from "./simulatedConnection.js";

const types = (effects: readonly Effect[]) => effects.map(({ type }) => type);

describe("connect", () => {
  test("opens a socket and logs in", () => {
    const connection = new SimulatedConnection();
    expect(connection.status).toBe("idle");
    expect(connection.on({ type: "connect" })).toEqual([{ type: "openSocket" }]);
    expect(connection.status).toBe("connecting");
    expect(connection.open()).toEqual([{ type: "login", renew: false }]);
    expect(connection.login()).toEqual([]);
    expect(connection.status).toBe("connected");
  });

  test("does nothing while an attempt is under way", () => {
    const connection = new SimulatedConnection();
    connection.on({ type: "connect" });
    expect(connection.on({ type: "connect" })).toEqual([]);
    connection.open();
    expect(connection.on({ type: "connect" })).toEqual([]);
    connection.login();
    expect(connection.on({ type: "connect" })).toEqual([]);
    expect(connection.count("openSocket")).toBe(1);
  });

  test("tries at once while a retry is scheduled", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    expect(connection.status).toBe("reconnecting");
    expect(connection.on({ type: "connect" })).toEqual([{ type: "openSocket" }]);
    connection.end();
    expect(connection.on({ type: "connect" })).toEqual([{ type: "openSocket" }]);
  });

  test("ends in closed with the error when the host cannot create the socket", () => {
    const connection = new SimulatedConnection();
    connection.on({ type: "connect" });
    const error = failure("invalidArgument");
    connection.on({ type: "socketEnded", clean: false, error });
    expect(connection.status).toBe("closed");
    expect(connection.state.error).toBe(error);
    connection.pass(3_600_000);
    expect(connection.count("openSocket")).toBe(1);
  });
});

describe("a failed login", () => {
  const failLogin = (...failed: Parameters<SimulatedConnection["refuseLogin"]>) => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.refuseLogin(...failed);
    return connection;
  };

  test("with 401 ends in unauthorized, and is not retried", () => {
    const connection = failLogin("unauthorized");
    expect(connection.status).toBe("unauthorized");
    expect(connection.reason).toBe("token");
    expect(connection.count("invalidateTokens")).toBe(1);
    connection.pass(3_600_000);
    expect(connection.count("openSocket")).toBe(1);
  });

  test.each(["badRequest", "notFound"] as const)("with %s ends in closed", (kind) => {
    const connection = failLogin(kind);
    expect(connection.status).toBe("closed");
    expect(connection.state.error).toMatchObject({ kind });
    connection.pass(3_600_000);
    expect(connection.count("openSocket")).toBe(1);
    expect(connection.count("login")).toBe(1);
  });

  test.each([
    "internalServerError",
    "serviceUnavailable",
    "badGateway",
    "quotaLimitExceeded",
    "protocol",
    "unknown",
  ] as const)("with %s keeps the socket and is retried on the retry schedule", (kind) => {
    const connection = failLogin(kind);
    expect(connection.status).toBe("connecting");
    expect(connection.state.error).toMatchObject({ kind });
    for (let i = 0; i < 5; i++) {
      connection.pass(connection.state.nextRetryAt - connection.now);
      expect(connection.count("login")).toBe(i + 2);
      connection.refuseLogin(kind);
    }
    expect(connection.count("openSocket")).toBe(1);
    connection.pass(connection.state.nextRetryAt - connection.now);
    connection.login();
    expect(connection.state.error).toBeUndefined();
    expect(connection.slot().state).toBe("binding");
  });

  test("without a reply replaces the socket", () => {
    const connection = failLogin("requestTimeout", "unknown");
    expect(connection.last("leaveSocket")).toBeDefined();
    connection.pass(1_000);
    expect(connection.count("openSocket")).toBe(2);
  });

  test("because a token provider was too slow keeps the socket, and is retried", () => {
    const connection = failLogin("requestTimeout");
    expect(connection.last("leaveSocket")).toBeUndefined();
    connection.pass(1_000);
    expect([connection.count("openSocket"), connection.count("login")]).toEqual([1, 2]);
  });

  test.each(["badRequest", "notFound"] as const)(
    "on renewal with %s keeps the connection",
    (kind) => {
      const connection = SimulatedConnection.ready();
      expect(types(connection.refuseLogin(kind))).toEqual(["reportRenewalRetry"]);
      expect(connection.status).toBe("ready");
    },
  );

  test("on renewal with 401 ends in unauthorized", () => {
    const connection = SimulatedConnection.ready();
    connection.refuseLogin("unauthorized");
    expect(connection.status).toBe("unauthorized");
  });

  test("on renewal with another error keeps the connection, is reported, and is retried in 30 seconds", () => {
    const connection = SimulatedConnection.ready();
    expect(types(connection.refuseLogin("serviceUnavailable"))).toEqual(["reportRenewalRetry"]);
    expect(connection.status).toBe("ready");
    connection.pass(29_000).frame().pass(1_000);
    expect(connection.last("login")).toEqual({ type: "login", renew: true });
  });
});

describe("the project token", () => {
  test("is renewed once when it is due", () => {
    const connection = new SimulatedConnection({ idleMs: Infinity });
    connection.on({ type: "connect" });
    connection.open();
    connection.login(60_000);
    connection.pass(59_999);
    expect(connection.count("login")).toBe(1);
    connection.pass(1);
    expect(connection.last("login")).toEqual({ type: "login", renew: true });
    connection.pass(600_000);
    expect(connection.count("login")).toBe(2);
    expect(connection.status).toBe("connected");
  });

  test("set by the game restarts an unauthorized client, and has no effect in other states", () => {
    const connection = new SimulatedConnection();
    const set = () => connection.on({ type: "tokenSet", renewInMs: 1_000 });
    expect(set()).toEqual([]);
    connection.requestBind();
    connection.open();
    connection.refuseLogin("unauthorized");
    expect(set()).toEqual([{ type: "openSocket" }]);
    expect(connection.status).toBe("connecting");
    connection.open();
    connection.login();
    connection.accept();
    expect(set()).toEqual([]);
    expect(connection.status).toBe("ready");
    connection.on({ type: "disconnect" });
    expect(set()).toEqual([]);
    expect(connection.status).toBe("closed");
  });
});

describe("a bind", () => {
  test("is sent after the login, and its reply causes a sync", () => {
    const connection = new SimulatedConnection();
    expect(connection.requestBind()).toEqual([{ type: "openSocket" }]);
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
    expect(connection.slot().state).toBe("binding");
    expect(connection.accept()).toEqual([
      { type: "sync", slot: "player", reason: "first", since: undefined },
    ]);
    expect(connection.status).toBe("ready");
  });

  test("refused with 401 renews both tokens and is sent once more; a second 401 ends in unauthorized", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind();
    expect(connection.refuse("unauthorized")).toEqual([
      { type: "bind", slot: "player", force: false, renew: true },
    ]);
    connection.refuse("unauthorized");
    expect(connection.status).toBe("unauthorized");
    expect(connection.count("invalidateTokens")).toBe(1);
    connection.pass(3_600_000);
    expect(connection.count("bind")).toBe(3);
  });

  test("refused twice with 401 fails its slot alone while another slot is held", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    connection.refuse("unauthorized", "guild");
    connection.refuse("unauthorized", "guild");
    expect(connection.slot("guild")).toMatchObject({
      state: "failed",
      error: { kind: "unauthorized" },
    });
    expect(connection.slot()).toMatchObject({ state: "held" });
    expect(connection.status).toBe("ready");
  });

  test("whose provider rejects with unauthorized is not retried", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.refuse("unauthorized", "player", "notSent");
    expect(connection.status).toBe("unauthorized");
    expect(connection.count("bind")).toBe(1);
  });

  test("accepted after a 401 is wanted again after the next drop", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.refuse("unauthorized");
    connection.refuse("unauthorized");
    expect(connection.status).toBe("unauthorized");
    connection.on({ type: "tokenSet", renewInMs: 3_000_000 });
    connection.open();
    connection.login();
    connection.accept();
    expect(connection.slot()).toMatchObject({ state: "held" });
    expect(connection.slot().error).toBeUndefined();
    connection.end();
    expect(connection.slot().state).toBe("wanted");
    connection.reconnect();
    expect(connection.status).toBe("ready");
  });

  test.each(["badRequest", "notFound"] as const)(
    "refused with %s fails on this socket, and is wanted on the next",
    (kind) => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      connection.open();
      connection.login();
      connection.refuse(kind);
      expect(connection.slot()).toMatchObject({ state: "failed", error: { kind } });
      expect(connection.status).toBe("connected");
      connection.pass(60_000);
      expect(connection.count("bind")).toBe(1);
      connection.end();
      connection.on({ type: "connect" });
      connection.open();
      connection.login();
      expect(connection.count("bind")).toBe(2);
      connection.accept();
      expect(connection.slot()).toMatchObject({ state: "held" });
      expect(connection.slot().error).toBeUndefined();
    },
  );

  test.each([
    "internalServerError",
    "serviceUnavailable",
    "protocol",
    "quotaLimitExceeded",
  ] as const)("refused with %s keeps the socket and is retried on the retry schedule", (kind) => {
    const connection = new SimulatedConnection({ idleMs: Infinity });
    connection.requestBind();
    connection.open();
    connection.login();
    const sentAt: number[] = [];
    for (let i = 0; i < 12; i++) {
      expect(types(connection.refuse(kind))).toEqual(["reportBindRetry"]);
      expect(connection.slot().state).toBe("wanted");
      const before = connection.count("bind");
      connection.pass(connection.slot().retryAt! - connection.now);
      expect(connection.count("bind")).toBe(before + 1);
      sentAt.push(connection.now);
    }
    expect(connection.count("openSocket")).toBe(1);
    const gaps = sentAt.slice(1).map((at, i) => at - sentAt[i]!);
    expect(gaps[0]).toBeLessThan(1_000);
    expect(gaps.at(-1)).toBeGreaterThan(20_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
  });

  test("without a reply starts a probe", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.now += 10_000;
    expect(types(connection.refuse("requestTimeout", "player", "unknown"))).toContain("probe");
  });

  test("whose token provider was too slow starts no probe, and does not count as sent", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.now += 30_000;
    expect(types(connection.refuse("requestTimeout"))).toEqual(["reportBindRetry"]);
    expect(connection.slot().unconfirmedBind).toBeUndefined();
  });

  test("with refused tokens renews them also in its retry, if they could not be renewed", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.refuse("unauthorized", "player", "refused");
    connection.refuse("unknown", "player", "notSent");
    connection.pass(connection.slot().retryAt! - connection.now);
    expect(connection.last("bind")).toMatchObject({ renew: true });
    connection.refuse("serviceUnavailable", "player", "refused");
    connection.pass(connection.slot().retryAt! - connection.now);
    expect(connection.last("bind")).toMatchObject({ renew: false });
  });

  test("that goes on failing does not make a held slot wait longer after an outage", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    for (let i = 0; i < 20; i++) {
      connection.refuse("unknown", "guild");
      connection.pass(connection.slot("guild").retryAt! - connection.now).frame();
    }
    connection.end();
    const droppedAt = connection.now;
    while (connection.count("openSocket") === 1) connection.pass(50);
    expect(connection.now - droppedAt).toBeLessThanOrEqual(500);
  });

  test("that fails leaves other slots unchanged", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    connection.refuse("notFound", "guild");
    expect(connection.status).toBe("ready");
    expect(connection.count("openSocket")).toBe(1);
    expect(connection.slot("guild").state).toBe("failed");
  });

  test("of a slot that is already binding replaces the socket", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    const { generation } = connection.state;
    expect(types(connection.requestBind())).toEqual(["leaveSocket", "openSocket"]);
    expect(connection.state.generation).toBeGreaterThan(generation);
  });
});

describe("a conflict", () => {
  test("on an explicit bind fails the slot; the connection stays and the bind is not repeated", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.refuse("conflict");
    expect(connection.slot()).toMatchObject({ state: "failed", error: { kind: "conflict" } });
    expect(connection.status).toBe("connected");
    connection.pass(200_000);
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect(connection.count("bind")).toBe(1);
  });

  test("on reconnect replaces an accepted binding's slot at once and permanently", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    connection.refuse("conflict");
    expect(connection.slot().state).toBe("replaced");
    expect([connection.status, connection.reason]).toEqual(["replaced", "conflict"]);
    const { length } = connection.effects.filter(({ type }) => type === "bind");
    connection.pass(200_000);
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect(connection.status).toBe("replaced");
    expect(connection.count("bind")).toBe(length);
  });

  test("is retried within conflictGraceMs, and then replaces the slot", () => {
    const connection = SimulatedConnection.ready({ conflictGraceMs: 5_000 });
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    const since = connection.now;
    while (connection.slot().state !== "replaced") {
      expect(connection.now - since).toBeLessThan(20_000);
      connection.refuse("conflict");
      if (connection.slot().state === "wanted")
        connection.pass(connection.slot().retryAt! - connection.now);
    }
    expect(connection.now - since).toBeGreaterThanOrEqual(5_000);
    expect(connection.count("bind")).toBeGreaterThan(3);
  });

  test("on binding a held slot again ends the held binding with its socket", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind();
    expect(types(connection.refuse("conflict"))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
    expect(connection.slot().state).toBe("failed");
  });

  test("of one slot sets the client's status, and another slot stays held", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    connection.accept("guild", "guild");
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    connection.refuse("conflict");
    connection.accept("guild", "guild");
    expect(connection.status).toBe("replaced");
    expect(connection.slot("guild").state).toBe("held");
  });
});

describe("a forced bind", () => {
  test("is rejected in advance while no socket is open", () => {
    const connection = new SimulatedConnection();
    expect(bindRejection(connection.state, true)).toMatchObject({ kind: "notConnected" });
    connection.on({ type: "connect" });
    expect(bindRejection(connection.state, true)).toMatchObject({ kind: "notConnected" });
    connection.open();
    expect(bindRejection(connection.state, true)).toBeUndefined();
    connection.login();
    expect(bindRejection(connection.state, true)).toBeUndefined();
    connection.end();
    expect(bindRejection(connection.state, true)).toMatchObject({ kind: "notConnected" });
    expect(bindRejection(connection.state, false)).toBeUndefined();
    connection.on({ type: "disconnect" });
    expect(bindRejection(connection.state, true)).toMatchObject({ kind: "notConnected" });
    expect(bindRejection(connection.state, false)).toBeUndefined();
  });

  test("is sent once: when its reply is lost, the next bind is not forced", () => {
    const connection = SimulatedConnection.ready();
    expect(connection.requestBind("player", { force: true })).toEqual([
      { type: "bind", slot: "player", force: true, renew: false },
    ]);
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
  });

  test("that fails with 503 or 401 is retried without force", () => {
    for (const kind of ["serviceUnavailable", "unauthorized"] as const) {
      const connection = SimulatedConnection.ready();
      connection.requestBind("player", { force: true });
      connection.refuse(kind);
      connection.pass(2_000);
      expect(
        connection.effects.filter((effect) => effect.type === "bind" && effect.force),
      ).toHaveLength(1);
      expect(connection.last("bind")).toMatchObject({ force: false });
    }
  });

  test("that was not sent before the socket ended is never sent", () => {
    const connection = new SimulatedConnection();
    connection.on({ type: "connect" });
    connection.open();
    connection.requestBind("player", { force: true });
    connection.end();
    expect(connection.slot()).toMatchObject({ state: "wanted", error: { kind: "notConnected" } });
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect(connection.effects.filter((effect) => effect.type === "bind" && effect.force)).toEqual(
      [],
    );
  });

  test("that cannot be sent keeps its slot wanted, and the next bind is not forced", () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    // The socket is replaced while the first bind is under way, so the forced bind is never sent.
    connection.requestBind("player", { force: true });
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
    connection.accept();
    expect(connection.slot()).toMatchObject({ state: "held" });
    expect(connection.slot().error).toBeUndefined();
  });

  test("that is accepted causes a sync with reason takeOver", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("player", { force: true });
    expect(connection.accept()).toEqual([
      { type: "sync", slot: "player", reason: "takeOver", since: undefined },
    ]);
  });
});

describe("a gap", () => {
  test("runs from the last frame of the bound socket to the reply of the next bind", () => {
    const connection = SimulatedConnection.ready();
    const frameAt = connection.pass(1_000).frame().now;
    connection.pass(5_000);
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect(connection.accept()).toEqual([
      { type: "sync", slot: "player", reason: "gap", since: frameAt },
    ]);
  });

  test("is reported once, however many attempts fail", () => {
    const connection = SimulatedConnection.ready();
    const frameAt = connection.now;
    connection.end();
    for (let i = 0; i < 3; i++) {
      connection.pass(3_000);
      connection.on({ type: "connect" });
      connection.open();
      connection.end();
    }
    connection.reconnect();
    expect(connection.effects.filter(({ type }) => type === "sync").slice(1)).toEqual([
      { type: "sync", slot: "player", reason: "gap", since: frameAt },
    ]);
  });

  test("is not reported when the same socket binds again", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind();
    expect(connection.accept()).toEqual([]);
  });
});

describe("another player in the same slot", () => {
  test("replaces the socket, and forgets the recorded notifications", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind();
    expect(types(connection.accept("bob"))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
    connection.open();
    connection.login();
    expect(connection.accept("bob")).toEqual([
      { type: "sync", slot: "player", reason: "first", since: undefined },
    ]);
    expect(connection.slot()).toMatchObject({ state: "held", session: { userId: "bob" } });
  });

  test("is also the same player of another namespace", () => {
    const connection = new SimulatedConnection();
    const accept = (namespaceName: string) => {
      connection.requestBind();
      connection.open();
      connection.login();
      connection.frame();
      const session = sessionOf("alice");
      return connection.on({ type: "bindSucceeded", slot: "player", session, namespaceName });
    };
    accept("one");
    expect(types(accept("one"))).toEqual([]);
    expect(types(accept("two"))).toEqual(["leaveSocket", "openSocket", "forgetNotifications"]);
    expect(types(accept("two"))).toEqual(["sync"]);
    expect(connection.slot()).toMatchObject({ state: "held", namespaceName: "two" });
  });

  test("is bound on a new socket without replacing it, since the former session has ended", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect(connection.accept("bob")).toEqual([
      { type: "forgetNotifications" },
      { type: "sync", slot: "player", reason: "first", since: undefined },
    ]);
  });
});

describe("a bind without a reply", () => {
  const withoutReply = () => {
    const connection = new SimulatedConnection();
    connection.requestBind();
    connection.open();
    connection.login();
    connection.refuse("requestTimeout", "player", "unknown");
    return connection;
  };

  test("is retried on the same socket, and keeps it when accepted", () => {
    const connection = withoutReply();
    connection.pass(connection.slot().retryAt! - connection.now);
    expect(connection.slot().state).toBe("binding");
    expect(connection.accept("alice")).toEqual([
      { type: "sync", slot: "player", reason: "first", since: undefined },
    ]);
    expect(connection.count("openSocket")).toBe(1);
  });

  test("may have been accepted: another player in its slot replaces the socket", () => {
    const connection = withoutReply();
    connection.requestBind();
    expect(types(connection.accept("bob"))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
    connection.open();
    connection.login();
    expect(connection.accept("bob")).toEqual([
      { type: "sync", slot: "player", reason: "first", since: undefined },
    ]);
    expect(connection.status).toBe("ready");
  });

  test.each([
    [
      "its slot is released",
      (connection: SimulatedConnection) => connection.on({ type: "release", slot: "player" }),
    ],
    [
      "its retry is refused",
      (connection: SimulatedConnection) => {
        connection.pass(connection.slot().retryAt! - connection.now);
        return connection.refuse("notFound", "player");
      },
    ],
  ])("replaces the socket when %s", (_, act) => {
    expect(types(act(withoutReply()))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
  });
});

describe("release", () => {
  test("of a held slot replaces the socket, and binds the other slots again", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    connection.accept("guild", "guild");
    expect(types(connection.on({ type: "release", slot: "guild" }))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
    expect(connection.state.slots).not.toHaveProperty("guild");
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
  });

  test("of a failed or unknown slot keeps the socket", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    connection.refuse("notFound", "guild");
    expect(connection.on({ type: "release", slot: "guild" })).toEqual([]);
    expect(connection.on({ type: "release", slot: "unknown" })).toEqual([]);
    expect(connection.status).toBe("ready");
  });

  test("of a slot whose socket is lost forgets what came on it for the player", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    expect(types(connection.on({ type: "release", slot: "player" }))).toEqual([
      "forgetNotifications",
    ]);
  });

  test("of a binding slot replaces the socket, since the bind may still be accepted", () => {
    const connection = SimulatedConnection.ready();
    connection.requestBind("guild");
    expect(types(connection.on({ type: "release", slot: "guild" }))).toEqual([
      "leaveSocket",
      "openSocket",
      "forgetNotifications",
    ]);
  });
});

describe("an outage", () => {
  test("is retried once in each window, with the jitter drawn at its start", () => {
    const connection = SimulatedConnection.ready();
    connection.random = 0.25;
    const droppedAt = connection.now;
    connection.end();
    connection.random = 0.9;
    const at: number[] = [];
    for (let k = 0; k < 5; k++) {
      connection.pass(connection.state.nextRetryAt - connection.now);
      at.push(connection.now - droppedAt);
      connection.end();
    }
    expect(at).toEqual([125, 687.5, 1_531.25, 2_796.875, 4_695.3125]);
    expect(connection.state.attempt).toBe(5);
  });

  test("counts the attempts from the first connect", () => {
    const connection = new SimulatedConnection();
    connection.on({ type: "connect" });
    expect(connection.state.attempt).toBe(1);
    connection.end();
    connection.pass(connection.state.nextRetryAt - connection.now);
    expect(connection.state.attempt).toBe(2);
  });

  test("that has ended sets neither reason nor attempt of a deliberate socket replacement", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    connection.reconnect();
    connection.pass(10_000);
    connection.on({ type: "release", slot: "player" });
    expect([connection.status, connection.reason, connection.state.attempt]).toEqual([
      "reconnecting",
      undefined,
      1,
    ]);
  });

  test("skips the windows that a slow attempt has missed", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    connection.pass(connection.state.nextRetryAt - connection.now);
    connection.now += 10_000;
    connection.end();
    expect(connection.state.nextRetryAt).toBeGreaterThan(connection.now);
  });

  test("goes on when ready lasted less than ten seconds, and starts anew after that", () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    const first = connection.state.outage;
    connection.reconnect();
    connection.pass(9_999);
    connection.end();
    expect(connection.state.outage).toEqual(first);
    expect(connection.state.attempt).toBe(1);
    connection.reconnect();
    connection.pass(10_000);
    connection.end();
    expect(connection.state.outage).not.toEqual(first);
    expect(connection.state.attempt).toBe(0);
  });

  test("goes on while a bind is still wanted", () => {
    const connection = SimulatedConnection.ready({ idleMs: Infinity });
    connection.end();
    const first = connection.state.outage;
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    connection.now += 60_000;
    connection.end();
    expect(connection.state.outage).toEqual(first);
  });

  test.each([
    [true, "serverClosed"],
    [false, "network"],
  ] as const)("that starts with a close (clean: %s) has the reason %s", (clean, reason) => {
    const connection = SimulatedConnection.ready();
    connection.end(clean);
    expect(connection.reason).toBe(reason);
  });
});

describe("a platform event", () => {
  const waiting = () => {
    const connection = SimulatedConnection.ready();
    connection.end();
    connection.pass(120_000 - 1);
    while (connection.status !== "reconnecting" || !(connection.state.nextRetryAt < Infinity))
      connection.end();
    return connection;
  };

  test.each(["online", "foreground", "retryNow"] as const)("%s tries at once", (kind) => {
    const connection = waiting();
    connection.now += 1_500;
    const before = connection.count("openSocket");
    connection.hint(kind);
    expect(connection.count("openSocket")).toBe(before + 1);
  });

  test("retryNow tries at most once a second, and an early retryNow is delayed", () => {
    const connection = waiting();
    const before = connection.count("openSocket");
    for (let ms = 0; ms < 5_000; ms += 50) {
      connection.pass(50);
      connection.hint("retryNow");
      if (connection.count("openSocket") > before && ms % 400 === 0) connection.end();
    }
    expect(connection.count("openSocket") - before).toBeLessThanOrEqual(6);
    expect(connection.count("openSocket") - before).toBeGreaterThanOrEqual(4);
  });

  test.each([200, 1_200, 1_900])(
    "retryNow each %i ms lets an attempt with a handshake of 2 s come through",
    (everyMs) => {
      const connection = waiting();
      let openedAt = -1;
      for (let ms = 0; ms < 10_000 && connection.state.phase !== "loggingIn"; ms += 100) {
        const before = connection.state.generation;
        if (ms % everyMs === 0) connection.hint("retryNow");
        connection.pass(100);
        if (connection.state.generation !== before) openedAt = connection.now;
        if (connection.now - openedAt >= 2_000 && connection.state.phase === "opening") {
          connection.open();
        }
      }
      expect(connection.state.phase).toBe("loggingIn");
    },
  );

  test("retryNow sends a refused login that waits for its window", () => {
    const connection = new SimulatedConnection();
    connection.on({ type: "connect" });
    connection.open();
    for (let i = 0; i < 10; i++) {
      connection.refuseLogin("serviceUnavailable");
      connection.pass(connection.state.nextRetryAt - connection.now);
    }
    connection.refuseLogin("serviceUnavailable");
    connection.now += 1_500;
    expect(connection.state.nextRetryAt - connection.now).toBeGreaterThan(2_000);
    const before = connection.count("login") + connection.count("openSocket");
    connection.hint("retryNow");
    connection.pass(1_000);
    expect(connection.count("login") + connection.count("openSocket")).toBeGreaterThan(before);
  });

  test("is ignored after a disconnect", () => {
    for (const connection of [new SimulatedConnection(), SimulatedConnection.ready()]) {
      connection.on({ type: "disconnect" });
      for (const kind of [
        "offline",
        "online",
        "background",
        "foreground",
        "pagehide",
        "pageshow",
        "retryNow",
        "suspicion",
      ] as const) {
        expect(connection.hint(kind)).toEqual([]);
      }
      connection.pass(3_600_000);
      expect(connection.status).toBe("closed");
    }
  });

  test("offline limits retries to the windows of 30 s, except on loopback", () => {
    for (const loopback of [false, true]) {
      const connection = SimulatedConnection.ready({ loopback });
      connection.hint("offline");
      connection.end();
      const before = connection.count("openSocket");
      connection.pass(30_000);
      expect(connection.count("openSocket") > before).toBe(loopback);
      expect(connection.reason).toBe(loopback ? connection.reason : "offline");
    }
  });

  test.each([
    [299_000, 1_000],
    [301_000, 115_500],
  ])("background for %i ms puts the next attempt at most %i ms away", (hiddenMs, atMost) => {
    const connection = SimulatedConnection.ready({ idleMs: Infinity });
    connection.hint("background");
    connection.pass(hiddenMs);
    connection.end();
    const from = connection.now;
    while (connection.count("openSocket") === 1) connection.pass(100);
    expect(connection.now - from).toBeLessThanOrEqual(atMost);
    // The first window of 30 s begins 85.5 s after the drop.
    if (hiddenMs > 300_000) expect(connection.now - from).toBeGreaterThan(85_000);
  });

  test("pageshow does not reconnect a client that was disconnected while the page was hidden", () => {
    const connection = SimulatedConnection.ready();
    connection.hint("pagehide");
    connection.on({ type: "disconnect" });
    expect(connection.hint("pageshow")).toEqual([]);
    expect(connection.status).toBe("closed");
  });

  test("pagehide closes the socket, and only pageshow opens another", () => {
    const connection = SimulatedConnection.ready();
    expect(types(connection.hint("pagehide"))).toEqual(["leaveSocket"]);
    connection.pass(3_600_000);
    connection.hint("online");
    expect(connection.count("openSocket")).toBe(1);
    expect(types(connection.hint("pageshow"))).toEqual(["openSocket"]);
    expect(types(connection.hint("pageshow"))).toEqual([]);
  });
});

describe("the liveness check", () => {
  test("sends a probe after idleMs without a frame, and leaves the socket when it gets no reply", () => {
    const connection = SimulatedConnection.ready();
    connection.pass(299_999);
    expect(connection.count("probe")).toBe(0);
    connection.pass(1);
    expect(connection.count("probe")).toBe(1);
    connection.pass(4_999);
    expect(connection.status).toBe("ready");
    connection.pass(1);
    expect(connection.status).toBe("reconnecting");
    expect(connection.reason).toBe("probeFailed");
    expect(connection.last("leaveSocket")).toBeDefined();
  });

  test("accepts any frame after the probe as its reply", () => {
    const connection = SimulatedConnection.ready();
    connection.pass(300_000);
    connection.frame();
    connection.pass(10_000);
    expect(connection.status).toBe("ready");
    expect(connection.count("probe")).toBe(1);
    connection.pass(295_000);
    expect(connection.count("probe")).toBe(2);
  });

  test.each([
    ["online", (connection: SimulatedConnection) => connection.hint("online")],
    ["a change of network", (connection: SimulatedConnection) => connection.hint("suspicion")],
    [
      "foreground after 30 s",
      (connection: SimulatedConnection) => {
        connection.hint("background");
        connection.now += 30_000;
        connection.hint("foreground");
      },
    ],
  ])("sends one probe on %s, however often", (_, suspect) => {
    const connection = SimulatedConnection.ready();
    connection.pass(10_000);
    suspect(connection);
    suspect(connection);
    expect(connection.count("probe")).toBe(1);
  });

  test("sends no probe on a suspicion while frames flow", () => {
    const connection = SimulatedConnection.ready();
    for (let i = 0; i < 100; i++) {
      connection.hint("suspicion");
      connection.pass(1_000).frame();
    }
    expect(connection.count("probe")).toBe(0);
    expect(connection.status).toBe("ready");
  });

  test("leaves the socket in time, however soon a suspicion follows an answered probe", () => {
    const connection = SimulatedConnection.ready();
    connection.pass(10_000);
    connection.hint("suspicion");
    connection.pass(100).frame();
    connection.pass(1_000);
    connection.hint("suspicion");
    connection.pass(2_500);
    expect(connection.count("probe")).toBe(2);
    connection.pass(2_499);
    expect(connection.status).toBe("ready");
    connection.pass(1);
    expect(connection.reason).toBe("probeFailed");
  });

  test("gives a reply its whole time where the blocked host sent the probe late", () => {
    const connection = SimulatedConnection.ready().frame();
    connection.hint("suspicion");
    expect(connection.count("probe")).toBe(0);
    connection.now += 4_900;
    connection.on({ type: "tick", lateMs: 0 });
    expect(connection.count("probe")).toBe(1);
    connection.pass(2_499);
    expect(connection.status).toBe("ready");
    connection.pass(1);
    expect(connection.reason).toBe("probeFailed");
  });

  test("sends one probe after each sleep of the host", () => {
    const connection = SimulatedConnection.ready();
    for (let i = 1; i <= 2; i++) {
      connection.now += 70_000;
      connection.on({ type: "tick", lateMs: 70_000 });
      expect(connection.count("probe")).toBe(i);
    }
  });

  test("does not end the connection before the probe is sent, however late its timer", () => {
    const connection = SimulatedConnection.ready();
    connection.hint("suspicion");
    connection.now += 20_000;
    connection.on({ type: "tick", lateMs: 17_500 });
    expect([connection.status, connection.count("probe")]).toEqual(["ready", 1]);
    connection.pass(5_000);
    expect(connection.reason).toBe("probeFailed");
  });

  test("does not end the connection by a late timer that was due before the reply", () => {
    for (const isAnswered of [true, false]) {
      const connection = SimulatedConnection.ready();
      connection.hint("suspicion");
      connection.pass(2_500);
      expect(connection.count("probe")).toBe(1);
      connection.now += 30_000;
      connection.on({ type: "tick", lateMs: 29_000 });
      expect(connection.status).toBe("ready");
      // The reply waited behind the timer.
      if (isAnswered) connection.frame();
      connection.on({ type: "tick", lateMs: 0 });
      expect(connection.reason).toBe(isAnswered ? undefined : "probeFailed");
    }
  });

  test("restarts the timeout of a probe after a sleep", () => {
    const connection = SimulatedConnection.ready();
    connection.hint("suspicion");
    connection.now += 3_600_000;
    connection.on({ type: "tick", lateMs: 3_590_000 });
    expect(connection.status).not.toBe("reconnecting");
    expect(connection.count("probe")).toBe(1);
    connection.now += 5_000;
    connection.on({ type: "tick", lateMs: 0 });
    expect(connection.status).toBe("reconnecting");
  });

  test("sends no probe after a short time in the background or a timer one minute late", () => {
    const connection = SimulatedConnection.ready();
    connection.hint("background");
    connection.now += 29_000;
    connection.hint("foreground");
    connection.on({ type: "tick", lateMs: 60_000 });
    expect(connection.count("probe")).toBe(0);
  });

  test("sends probes only on suspicion when keep-alive is off", () => {
    const connection = SimulatedConnection.ready({ idleMs: Infinity });
    connection.pass(3_000_000);
    expect(connection.count("probe")).toBe(0);
    connection.hint("suspicion");
    expect(connection.count("probe")).toBe(1);
  });
});

describe("a shared session ID", () => {
  const closeAfter = (connection: SimulatedConnection, afterMs: number, clean = true) => {
    connection.pass(afterMs);
    connection.end(clean);
    if (connection.slot().state !== "replaced") connection.reconnect();
  };

  test("is detected by five clean closes, each soon after an exclusive bind", () => {
    const connection = SimulatedConnection.ready();
    for (let i = 0; i < 4; i++) closeAfter(connection, 9_000);
    expect(connection.status).toBe("ready");
    closeAfter(connection, 9_000);
    expect(connection.slot()).toMatchObject({ state: "replaced", replacedBy: "sessionIdShared" });
    connection.on({ type: "connect" });
    connection.open();
    connection.login();
    expect([connection.status, connection.reason]).toEqual(["replaced", "sessionIdShared"]);
    expect(connection.requestBind()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
  });

  test.each([
    [
      "unclean closes",
      (connection: SimulatedConnection) =>
        [1, 2, 3, 4, 5, 6].forEach(() => closeAfter(connection, 1_000, false)),
    ],
    [
      "closes long after the bind",
      (connection: SimulatedConnection) =>
        [1, 2, 3, 4, 5, 6].forEach(() => closeAfter(connection, 11_000)),
    ],
    [
      "three restarts of the server within two minutes",
      (connection: SimulatedConnection) => [1, 2, 3].forEach(() => closeAfter(connection, 1_000)),
    ],
    [
      "closes more than two minutes apart",
      (connection: SimulatedConnection) =>
        [1, 2, 3, 4, 5, 6].forEach(() => {
          closeAfter(connection, 1_000);
          connection.pass(31_000);
          closeAfter(connection, 31_000, false);
          connection.pass(31_000);
          closeAfter(connection, 31_000, false);
        }),
    ],
  ])("is not suspected for %s", (_, closeRepeatedly) => {
    const connection = SimulatedConnection.ready({ idleMs: Infinity });
    closeRepeatedly(connection);
    expect(connection.status).toBe("ready");
  });

  test("is not suspected for closes while the player is bound anew", () => {
    const connection = SimulatedConnection.ready({ idleMs: Infinity });
    [1, 2, 3].forEach(() => {
      connection.pass(31_000);
      connection.requestBind();
      connection.end(true);
      connection.reconnect();
    });
    expect(connection.status).toBe("ready");
  });

  test("is not suspected when the bind is not exclusive", () => {
    const connection = new SimulatedConnection();
    connection.requestBind("player", { exclusive: false });
    connection.open();
    connection.login();
    connection.accept();
    [1, 2, 3, 4, 5, 6].forEach(() => closeAfter(connection, 1_000));
    expect(connection.status).toBe("ready");
  });
});

describe("disconnect", () => {
  const phases: Record<string, () => SimulatedConnection> = {
    idle: () => new SimulatedConnection(),
    opening: () => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      return connection;
    },
    "logging in": () => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      connection.open();
      return connection;
    },
    "waiting to log in again": () => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      connection.open();
      connection.refuseLogin("serviceUnavailable");
      return connection;
    },
    binding: () => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      connection.open();
      connection.login();
      return connection;
    },
    ready: () => SimulatedConnection.ready(),
    waiting: () => {
      const connection = SimulatedConnection.ready();
      connection.end();
      return connection;
    },
    "in the back/forward cache": () => {
      const connection = SimulatedConnection.ready();
      connection.hint("pagehide");
      return connection;
    },
    replaced: () => {
      const connection = SimulatedConnection.ready();
      connection.end();
      connection.on({ type: "connect" });
      connection.open();
      connection.login();
      connection.refuse("conflict");
      return connection;
    },
    unauthorized: () => {
      const connection = new SimulatedConnection();
      connection.requestBind();
      connection.open();
      connection.refuseLogin("unauthorized");
      return connection;
    },
  };

  test.each(Object.entries(phases))(
    "while %s cancels every attempt, and late events are ignored",
    (_, make) => {
      const connection = make();
      const { generation } = connection.state;
      connection.on({ type: "disconnect" });
      expect([connection.status, connection.state.nextRetryAt]).toEqual(["closed", Infinity]);
      const before = connection.count("openSocket");
      connection.on({ type: "socketOpened" }, generation);
      connection.on({ type: "socketEnded", clean: true }, generation);
      connection.on(
        { type: "bindFailed", slot: "player", error: failure("serviceUnavailable") },
        generation,
      );
      connection.hint("online");
      connection.hint("retryNow");
      connection.pass(3_600_000);
      expect(connection.status).toBe("closed");
      expect(connection.count("openSocket")).toBe(before);
      expect(connection.count("bind")).toBe(
        connection.effects.filter(({ type }) => type === "bind").length,
      );
    },
  );

  test("keeps the desired bindings for the next connect", () => {
    const connection = SimulatedConnection.ready();
    connection.on({ type: "disconnect" });
    expect(connection.on({ type: "connect" })).toEqual([{ type: "openSocket" }]);
    connection.open();
    expect(connection.login()).toEqual([
      { type: "bind", slot: "player", force: false, renew: false },
    ]);
  });
});
