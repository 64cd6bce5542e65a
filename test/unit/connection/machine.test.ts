import { describe, expect, test } from "vitest";
import {
  bindFailed,
  connect,
  disconnect,
  ended,
  opened,
  release,
  tick,
  tokenSet,
} from "../../../src/connection/machine.js";
import { bindRejection } from "../../../src/connection/binding.js";
import { failure, Sim } from "./simulatedConnection.js";

const names = (done: readonly (readonly unknown[])[]) => done.map(([name]) => name);

describe("connecting", () => {
  test("opens a socket, logs in, and is connected", () => {
    const sim = new Sim();
    expect(sim.status).toBe("idle");
    expect(sim.on(connect)).toEqual([["openSocket"]]);
    expect(sim.status).toBe("connecting");
    expect(sim.open()).toEqual([["login", false]]);
    expect(sim.login()).toEqual([]);
    expect(sim.status).toBe("connected");
  });

  test("again while it is under way does nothing", () => {
    const sim = new Sim();
    sim.on(connect);
    expect(sim.on(connect)).toEqual([]);
    sim.open();
    expect(sim.on(connect)).toEqual([]);
    sim.login();
    expect(sim.on(connect)).toEqual([]);
    expect(sim.count("openSocket")).toBe(1);
  });

  test("while it waits for a window tries at once, always", () => {
    const sim = Sim.ready();
    sim.end();
    expect(sim.status).toBe("reconnecting");
    expect(sim.on(connect)).toEqual([["openSocket"]]);
    sim.end();
    expect(sim.on(connect)).toEqual([["openSocket"]]);
  });

  test("that the host refuses is closed, with the error", () => {
    const sim = new Sim();
    sim.on(connect);
    const error = failure("invalidArgument");
    sim.on((t) => ended(t, false, error));
    expect(sim.status).toBe("closed");
    expect(sim.state.error).toBe(error);
    sim.pass(3_600_000);
    expect(sim.count("openSocket")).toBe(1);
  });
});

describe("a login that fails", () => {
  const failLogin = (kind: Parameters<Sim["refuseLogin"]>[0]) => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.refuseLogin(kind);
    return sim;
  };

  test("with 401 ends in unauthorized, and nothing is tried", () => {
    const sim = failLogin("unauthorized");
    expect(sim.status).toBe("unauthorized");
    expect(sim.reason).toBe("token");
    expect(sim.count("forgetTokens")).toBe(1);
    sim.pass(3_600_000);
    expect(sim.count("openSocket")).toBe(1);
  });

  test.each(["badRequest", "notFound"] as const)("with %s ends in closed", (kind) => {
    const sim = failLogin(kind);
    expect(sim.status).toBe("closed");
    expect(sim.state.error).toMatchObject({ kind });
    sim.pass(3_600_000);
    expect(sim.count("openSocket")).toBe(1);
    expect(sim.count("login")).toBe(1);
  });

  test.each([
    "internalServerError",
    "serviceUnavailable",
    "badGateway",
    "quotaLimitExceeded",
    "protocol",
    "unknown",
  ] as const)("with %s keeps the socket and logs in again by the windows", (kind) => {
    const sim = failLogin(kind);
    expect(sim.status).toBe("connecting");
    expect(sim.state.error).toMatchObject({ kind });
    for (let i = 0; i < 5; i++) {
      sim.pass(sim.state.nextRetryAt - sim.now);
      expect(sim.count("login")).toBe(i + 2);
      sim.refuseLogin(kind);
    }
    expect(sim.count("openSocket")).toBe(1);
    sim.pass(sim.state.nextRetryAt - sim.now);
    sim.login();
    expect(sim.state.error).toBeUndefined();
    expect(sim.slot().state).toBe("binding");
  });

  test("by silence leaves the socket: nothing else may be asked of it", () => {
    const sim = failLogin("requestTimeout");
    expect(sim.last("leaveSocket")).toBeDefined();
    sim.pass(1_000);
    expect(sim.count("openSocket")).toBe(2);
  });

  test("on renewal with 401 ends in unauthorized", () => {
    const sim = Sim.ready();
    sim.refuseLogin("unauthorized");
    expect(sim.status).toBe("unauthorized");
  });

  test("on renewal otherwise keeps everything, tells, and is tried again in 30 seconds", () => {
    const sim = Sim.ready();
    expect(names(sim.refuseLogin("serviceUnavailable"))).toEqual(["retried"]);
    expect(sim.status).toBe("ready");
    sim.pass(29_000).frame().pass(1_000);
    expect(sim.last("login")).toEqual(["login", true]);
  });
});

describe("the project token", () => {
  test("is renewed at its time, once", () => {
    const sim = new Sim({ idleMs: Infinity });
    sim.on(connect);
    sim.open();
    sim.login(60_000);
    sim.pass(59_999);
    expect(sim.count("login")).toBe(1);
    sim.pass(1);
    expect(sim.last("login")).toEqual(["login", true]);
    sim.pass(600_000);
    expect(sim.count("login")).toBe(2);
    expect(sim.status).toBe("connected");
  });

  test("given by the game leads out of unauthorized, and changes nothing elsewhere", () => {
    const sim = new Sim();
    const set = () => sim.on((t) => tokenSet(t, sim.now + 1_000));
    expect(set()).toEqual([]);
    sim.want();
    sim.open();
    sim.refuseLogin("unauthorized");
    expect(set()).toEqual([["openSocket"]]);
    expect(sim.status).toBe("connecting");
    sim.open();
    sim.login();
    sim.accept();
    expect(set()).toEqual([]);
    expect(sim.status).toBe("ready");
    sim.on(disconnect);
    expect(set()).toEqual([]);
    expect(sim.status).toBe("closed");
  });
});

describe("a bind", () => {
  test("is sent once the login is answered, and answered by a sync", () => {
    const sim = new Sim();
    expect(sim.want()).toEqual([["openSocket"]]);
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
    expect(sim.slot().state).toBe("binding");
    expect(sim.accept()).toEqual([["sync", "player", "first", undefined]]);
    expect(sim.status).toBe("ready");
  });

  test("refused with 401 renews both tokens and is sent once more; a second 401 is the end", () => {
    const sim = Sim.ready();
    sim.want();
    expect(sim.refuse("unauthorized")).toEqual([["bind", "player", false, true]]);
    sim.refuse("unauthorized");
    expect(sim.status).toBe("unauthorized");
    expect(sim.count("forgetTokens")).toBe(1);
    sim.pass(3_600_000);
    expect(sim.count("bind")).toBe(3);
  });

  test("refused twice with 401 beside another that is held stops neither the other nor the client", () => {
    const sim = Sim.ready();
    sim.want("guild");
    sim.refuse("unauthorized", "guild");
    sim.refuse("unauthorized", "guild");
    expect(sim.slot("guild")).toMatchObject({ state: "failed", error: { kind: "unauthorized" } });
    expect(sim.slot()).toMatchObject({ state: "held" });
    expect(sim.status).toBe("ready");
  });

  test("whose provider itself says unauthorized is not tried again", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    sim.refuse("unauthorized", "player", "notSent");
    expect(sim.status).toBe("unauthorized");
    expect(sim.count("bind")).toBe(1);
  });

  test("that was let in after a 401 is wanted again after the next drop", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    sim.refuse("unauthorized");
    sim.refuse("unauthorized");
    expect(sim.status).toBe("unauthorized");
    sim.on((t) => tokenSet(t, sim.now + 3_000_000));
    sim.open();
    sim.login();
    sim.accept();
    expect(sim.slot()).toMatchObject({ state: "held" });
    expect(sim.slot().error).toBeUndefined();
    sim.end();
    expect(sim.slot().state).toBe("wanted");
    sim.comeBack();
    expect(sim.status).toBe("ready");
  });

  test.each(["badRequest", "notFound"] as const)(
    "refused with %s fails on this socket, and is wanted on the next",
    (kind) => {
      const sim = new Sim();
      sim.want();
      sim.open();
      sim.login();
      sim.refuse(kind);
      expect(sim.slot()).toMatchObject({ state: "failed", error: { kind } });
      expect(sim.status).toBe("connected");
      sim.pass(60_000);
      expect(sim.count("bind")).toBe(1);
      sim.end();
      sim.on(connect);
      sim.open();
      sim.login();
      expect(sim.count("bind")).toBe(2);
      sim.accept();
      expect(sim.slot()).toMatchObject({ state: "held" });
      expect(sim.slot().error).toBeUndefined();
    },
  );

  test.each([
    "internalServerError",
    "serviceUnavailable",
    "protocol",
    "quotaLimitExceeded",
  ] as const)("refused with %s keeps the socket and is retried by the windows", (kind) => {
    const sim = new Sim({ idleMs: Infinity });
    sim.want();
    sim.open();
    sim.login();
    const sentAt: number[] = [];
    for (let i = 0; i < 12; i++) {
      expect(names(sim.refuse(kind))).toEqual(["retried"]);
      expect(sim.slot().state).toBe("wanted");
      const before = sim.count("bind");
      sim.pass(sim.slot().retryAt! - sim.now);
      expect(sim.count("bind")).toBe(before + 1);
      sentAt.push(sim.now);
    }
    expect(sim.count("openSocket")).toBe(1);
    const gaps = sentAt.slice(1).map((at, i) => at - sentAt[i]!);
    expect(gaps[0]).toBeLessThan(1_000);
    expect(gaps.at(-1)).toBeGreaterThan(20_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
  });

  test("that goes unanswered raises the suspicion that the line is dead", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    expect(names(sim.refuse("requestTimeout", "player", "unknown"))).toContain("probe");
  });

  test("of one slot that fails leaves the others alone", () => {
    const sim = Sim.ready();
    sim.want("guild");
    sim.refuse("notFound", "guild");
    expect(sim.status).toBe("ready");
    expect(sim.count("openSocket")).toBe(1);
    expect(sim.slot("guild").state).toBe("failed");
  });

  test("of the same slot while one is under way gets a socket of its own", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    const { generation } = sim.state;
    expect(names(sim.want())).toEqual(["leaveSocket", "openSocket"]);
    expect(sim.state.generation).toBeGreaterThan(generation);
  });
});

describe("a conflict", () => {
  test("on an explicit bind is told to whoever asked; the connection stays and nothing is repeated", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    sim.refuse("conflict");
    expect(sim.slot()).toMatchObject({ state: "failed", error: { kind: "conflict" } });
    expect(sim.status).toBe("connected");
    sim.pass(200_000);
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    expect(sim.count("bind")).toBe(1);
  });

  test("on coming back, after the server had accepted the wish, is replaced at once, and stays so", () => {
    const sim = Sim.ready();
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    sim.refuse("conflict");
    expect(sim.slot().state).toBe("replaced");
    expect([sim.status, sim.reason]).toEqual(["replaced", "conflict"]);
    const { length } = sim.done.filter(([name]) => name === "bind");
    sim.pass(200_000);
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    expect(sim.status).toBe("replaced");
    expect(sim.count("bind")).toBe(length);
  });

  test("is tried again within conflictGraceMs, and then counts", () => {
    const sim = Sim.ready({ conflictGraceMs: 5_000 });
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    const since = sim.now;
    while (sim.slot().state !== "replaced") {
      expect(sim.now - since).toBeLessThan(20_000);
      sim.refuse("conflict");
      if (sim.slot().state === "wanted") sim.pass(sim.slot().retryAt! - sim.now);
    }
    expect(sim.now - since).toBeGreaterThanOrEqual(5_000);
    expect(sim.count("bind")).toBeGreaterThan(3);
  });

  test("on binding anew over a held one ends what was held: it must not live on unseen", () => {
    const sim = Sim.ready();
    sim.want();
    expect(names(sim.refuse("conflict"))).toEqual(["leaveSocket", "openSocket"]);
    expect(sim.slot().state).toBe("failed");
  });

  test("one replaced slot is the client's status, and its neighbour stays held", () => {
    const sim = Sim.ready();
    sim.want("guild");
    sim.accept("guild", "guild");
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    sim.refuse("conflict");
    sim.accept("guild", "guild");
    expect(sim.status).toBe("replaced");
    expect(sim.slot("guild").state).toBe("held");
  });
});

describe("a forced bind", () => {
  test("is refused in advance where no socket is open", () => {
    const sim = new Sim();
    expect(bindRejection(sim.state, true)).toMatchObject({ kind: "notConnected" });
    sim.on(connect);
    expect(bindRejection(sim.state, true)).toMatchObject({ kind: "notConnected" });
    sim.open();
    expect(bindRejection(sim.state, true)).toBeUndefined();
    sim.login();
    expect(bindRejection(sim.state, true)).toBeUndefined();
    sim.end();
    expect(bindRejection(sim.state, true)).toMatchObject({ kind: "notConnected" });
    expect(bindRejection(sim.state, false)).toBeUndefined();
    sim.on(disconnect);
    expect(bindRejection(sim.state, false)).toMatchObject({ kind: "notConnected" });
  });

  test("leaves once: when its answer is lost, the next one is unforced", () => {
    const sim = Sim.ready();
    expect(sim.want("player", { force: true })).toEqual([["bind", "player", true, false]]);
    sim.end();
    sim.on(connect);
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
  });

  test("that fails with 503 or 401 is not forced a second time", () => {
    for (const kind of ["serviceUnavailable", "unauthorized"] as const) {
      const sim = Sim.ready();
      sim.want("player", { force: true });
      sim.refuse(kind);
      sim.pass(2_000);
      expect(sim.done.filter(([name, , force]) => name === "bind" && force)).toHaveLength(1);
      expect(sim.last("bind")![2]).toBe(false);
    }
  });

  test("that has not left when the socket goes never will", () => {
    const sim = new Sim();
    sim.on(connect);
    sim.open();
    sim.want("player", { force: true });
    sim.end();
    expect(sim.slot()).toMatchObject({ state: "wanted", error: { kind: "notConnected" } });
    sim.on(connect);
    sim.open();
    sim.login();
    expect(sim.done.filter(([name, , force]) => name === "bind" && force)).toEqual([]);
  });

  test("that cannot leave does not cost the slot its place: it is bound without force", () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    // While the bind before is under way the socket is replaced, and what was forced never leaves.
    sim.want("player", { force: true });
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
    sim.end();
    sim.on(connect);
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
    sim.accept();
    expect(sim.slot()).toMatchObject({ state: "held", error: undefined });
  });

  test("that is accepted is a takeOver", () => {
    const sim = Sim.ready();
    sim.want("player", { force: true });
    expect(sim.accept()).toEqual([["sync", "player", "takeOver", undefined]]);
  });
});

describe("a gap", () => {
  test("runs from the last frame of the socket that held the binding to the answer of its next bind", () => {
    const sim = Sim.ready();
    const heardAt = sim.pass(1_000).frame().now;
    sim.pass(5_000);
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    expect(sim.accept()).toEqual([["sync", "player", "gap", heardAt]]);
  });

  test("is told once, however many attempts it took", () => {
    const sim = Sim.ready();
    const heardAt = sim.now;
    sim.end();
    for (let i = 0; i < 3; i++) {
      sim.pass(3_000);
      sim.on(connect);
      sim.open();
      sim.end();
    }
    sim.comeBack();
    expect(sim.done.filter(([name]) => name === "sync").slice(1)).toEqual([
      ["sync", "player", "gap", heardAt],
    ]);
  });

  test("is none where the same socket binds again", () => {
    const sim = Sim.ready();
    sim.want();
    expect(sim.accept()).toEqual([]);
  });
});

describe("another player in the same slot", () => {
  test("gets a socket of its own, and what is remembered is forgotten", () => {
    const sim = Sim.ready();
    sim.want();
    expect(names(sim.accept("bob"))).toEqual(["forgetNotifications", "leaveSocket", "openSocket"]);
    sim.open();
    sim.login();
    expect(sim.accept("bob")).toEqual([["sync", "player", "first", undefined]]);
    expect(sim.slot()).toMatchObject({ state: "held", session: { userId: "bob" } });
  });

  test("on a new socket, where the former one's session is gone already, needs no other", () => {
    const sim = Sim.ready();
    sim.end();
    sim.on(connect);
    sim.open();
    sim.login();
    expect(sim.accept("bob")).toEqual([
      ["forgetNotifications"],
      ["sync", "player", "first", undefined],
    ]);
  });
});

describe("a bind that got no answer", () => {
  const unanswered = () => {
    const sim = new Sim();
    sim.want();
    sim.open();
    sim.login();
    sim.refuse("requestTimeout", "player", "unknown");
    return sim;
  };

  test("is asked again on the same socket, and needs no other", () => {
    const sim = unanswered();
    sim.pass(sim.slot().retryAt! - sim.now);
    expect(sim.slot().state).toBe("binding");
    expect(sim.accept("alice")).toEqual([["sync", "player", "first", undefined]]);
    expect(sim.count("openSocket")).toBe(1);
  });

  test("may hold its player all the same: whoever follows in the slot gets a socket of its own", () => {
    const sim = unanswered();
    sim.want();
    expect(names(sim.accept("bob"))).toEqual(["leaveSocket", "openSocket"]);
    sim.open();
    sim.login();
    expect(sim.accept("bob")).toEqual([["sync", "player", "first", undefined]]);
    expect(sim.status).toBe("ready");
  });

  test.each([
    ["it is released", (sim: Sim) => sim.on((t) => release(t, "player"))],
    [
      "it is refused when asked again",
      (sim: Sim) => {
        sim.pass(sim.slot().retryAt! - sim.now);
        return sim.refuse("notFound", "player");
      },
    ],
  ])("leaves the socket when %s", (_, act) => {
    expect(names(act(unanswered()))).toEqual(["leaveSocket", "openSocket"]);
  });
});

describe("release", () => {
  test("of a held slot replaces the socket, and binds the others again", () => {
    const sim = Sim.ready();
    sim.want("guild");
    sim.accept("guild", "guild");
    expect(names(sim.on((t) => release(t, "guild")))).toEqual(["leaveSocket", "openSocket"]);
    expect(sim.state.slots).not.toHaveProperty("guild");
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
  });

  test("of a slot that holds nothing, or is none, touches no socket", () => {
    const sim = Sim.ready();
    sim.want("guild");
    sim.refuse("notFound", "guild");
    expect(sim.on((t) => release(t, "guild"))).toEqual([]);
    expect(sim.on((t) => release(t, "nobody"))).toEqual([]);
    expect(sim.status).toBe("ready");
  });

  test("of a slot whose bind is under way leaves that socket: its answer may come after all", () => {
    const sim = Sim.ready();
    sim.want("guild");
    expect(names(sim.on((t) => release(t, "guild")))).toEqual(["leaveSocket", "openSocket"]);
  });
});

describe("an outage", () => {
  test("is retried in its windows, one attempt each, with the phase it drew", () => {
    const sim = Sim.ready();
    sim.draw = 0.25;
    const droppedAt = sim.now;
    sim.end();
    sim.draw = 0.9;
    const at: number[] = [];
    for (let k = 0; k < 5; k++) {
      sim.pass(sim.state.nextRetryAt - sim.now);
      at.push(sim.now - droppedAt);
      sim.end();
    }
    expect(at).toEqual([125, 687.5, 1_531.25, 2_796.875, 4_695.3125]);
    expect(sim.state.attempt).toBe(5);
  });

  test("counts the attempts from when the connection was first asked for", () => {
    const sim = new Sim();
    sim.on(connect);
    expect(sim.state.attempt).toBe(1);
    sim.end();
    sim.pass(sim.state.nextRetryAt - sim.now);
    expect(sim.state.attempt).toBe(2);
  });

  test("that is over is no reason any more, nor counted, when a socket is replaced on purpose", () => {
    const sim = Sim.ready();
    sim.end();
    sim.comeBack();
    sim.pass(10_000);
    sim.on((t) => release(t, "player"));
    expect([sim.status, sim.reason, sim.state.attempt]).toEqual(["reconnecting", undefined, 1]);
  });

  test("an attempt that takes longer than its window skips the slot it missed", () => {
    const sim = Sim.ready();
    sim.end();
    sim.pass(sim.state.nextRetryAt - sim.now);
    sim.now += 10_000;
    sim.end();
    expect(sim.state.nextRetryAt).toBeGreaterThan(sim.now);
  });

  test("goes on where ready lasted less than ten seconds, and is a new one after that", () => {
    const sim = Sim.ready();
    sim.end();
    const first = sim.state.outage;
    sim.comeBack();
    sim.pass(9_999);
    sim.end();
    expect(sim.state.outage).toEqual(first);
    expect(sim.state.attempt).toBe(1);
    sim.comeBack();
    sim.pass(10_000);
    sim.end();
    expect(sim.state.outage).not.toEqual(first);
    expect(sim.state.attempt).toBe(0);
  });

  test("does not count as over while a bind is still wanted", () => {
    const sim = Sim.ready({ idleMs: Infinity });
    sim.end();
    const first = sim.state.outage;
    sim.on(connect);
    sim.open();
    sim.login();
    sim.now += 60_000;
    sim.end();
    expect(sim.state.outage).toEqual(first);
  });

  test.each([
    [true, "serverClosed"],
    [false, "network"],
  ] as const)("that began with a close (clean: %s) has the reason %s", (clean, reason) => {
    const sim = Sim.ready();
    sim.end(clean);
    expect(sim.reason).toBe(reason);
  });
});

describe("waking up", () => {
  const waiting = () => {
    const sim = Sim.ready();
    sim.end();
    sim.pass(120_000 - 1);
    while (sim.status !== "reconnecting" || !(sim.state.nextRetryAt < Infinity)) sim.end();
    return sim;
  };

  test.each(["online", "foreground", "retryNow"] as const)("%s tries at once", (kind) => {
    const sim = waiting();
    sim.now += 1_500;
    const before = sim.count("openSocket");
    sim.hint(kind);
    expect(sim.count("openSocket")).toBe(before + 1);
  });

  test("tries at most once a second, and what came too early is made up for then", () => {
    const sim = waiting();
    const before = sim.count("openSocket");
    for (let ms = 0; ms < 5_000; ms += 50) {
      sim.pass(50);
      sim.hint("retryNow");
      if (sim.count("openSocket") > before && ms % 400 === 0) sim.end();
    }
    expect(sim.count("openSocket") - before).toBeLessThanOrEqual(6);
    expect(sim.count("openSocket") - before).toBeGreaterThanOrEqual(4);
  });

  test("of retryNow while a refused login waits sends the login", () => {
    const sim = new Sim();
    sim.on(connect);
    sim.open();
    for (let i = 0; i < 10; i++) {
      sim.refuseLogin("serviceUnavailable");
      sim.pass(sim.state.nextRetryAt - sim.now);
    }
    sim.refuseLogin("serviceUnavailable");
    sim.now += 1_500;
    expect(sim.state.nextRetryAt - sim.now).toBeGreaterThan(2_000);
    const before = sim.count("login") + sim.count("openSocket");
    sim.hint("retryNow");
    sim.pass(1_000);
    expect(sim.count("login") + sim.count("openSocket")).toBeGreaterThan(before);
  });

  test("does nothing where the player disconnected, or never connected", () => {
    for (const sim of [new Sim(), Sim.ready()]) {
      sim.on(disconnect);
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
        expect(sim.hint(kind)).toEqual([]);
      }
      sim.pass(3_600_000);
      expect(sim.status).toBe("closed");
    }
  });

  test("while offline uses the windows of 30 s alone; loopback is excepted", () => {
    for (const loopback of [false, true]) {
      const sim = Sim.ready({ loopback });
      sim.hint("offline");
      sim.end();
      const before = sim.count("openSocket");
      sim.pass(30_000);
      expect(sim.count("openSocket") > before).toBe(loopback);
      expect(sim.reason).toBe(loopback ? sim.reason : "offline");
    }
  });

  test.each([
    [299_000, 1_000],
    [301_000, 115_500],
  ])("after %i ms in the background the next attempt is at most %i ms away", (hiddenMs, atMost) => {
    const sim = Sim.ready({ idleMs: Infinity });
    sim.hint("background");
    sim.pass(hiddenMs);
    sim.end();
    const from = sim.now;
    while (sim.count("openSocket") === 1) sim.pass(100);
    expect(sim.now - from).toBeLessThanOrEqual(atMost);
    // The first window of 30 s begins 85.5 s after the drop.
    if (hiddenMs > 300_000) expect(sim.now - from).toBeGreaterThan(85_000);
  });

  test("pagehide closes the socket, pageshow opens another, and nothing happens in between", () => {
    const sim = Sim.ready();
    expect(names(sim.hint("pagehide"))).toEqual(["leaveSocket"]);
    sim.pass(3_600_000);
    sim.hint("online");
    expect(sim.count("openSocket")).toBe(1);
    expect(names(sim.hint("pageshow"))).toEqual(["openSocket"]);
    expect(names(sim.hint("pageshow"))).toEqual([]);
  });
});

describe("alive or half-open", () => {
  test("silence of idleMs is probed, and an unanswered probe leaves the socket", () => {
    const sim = Sim.ready();
    sim.pass(299_999);
    expect(sim.count("probe")).toBe(0);
    sim.pass(1);
    expect(sim.count("probe")).toBe(1);
    sim.pass(4_999);
    expect(sim.status).toBe("ready");
    sim.pass(1);
    expect(sim.status).toBe("reconnecting");
    expect(sim.reason).toBe("probeFailed");
    expect(sim.last("leaveSocket")).toBeDefined();
  });

  test("any frame after the probe answers it", () => {
    const sim = Sim.ready();
    sim.pass(300_000);
    sim.frame();
    sim.pass(10_000);
    expect(sim.status).toBe("ready");
    expect(sim.count("probe")).toBe(1);
    sim.pass(295_000);
    expect(sim.count("probe")).toBe(2);
  });

  test.each([
    ["online", (sim: Sim) => sim.hint("online")],
    ["a change of network", (sim: Sim) => sim.hint("suspicion")],
    [
      "visible after 30 s",
      (sim: Sim) => {
        sim.hint("background");
        sim.now += 30_000;
        sim.hint("foreground");
      },
    ],
    ["a clock that jumped", (sim: Sim) => sim.on((t) => tick(t, 70_000))],
  ])("%s is a suspicion: one probe, however often", (_, suspect) => {
    const sim = Sim.ready();
    suspect(sim);
    suspect(sim);
    expect(sim.count("probe")).toBe(1);
  });

  test("a sleep while a probe is under way gives the probe its time anew", () => {
    const sim = Sim.ready();
    sim.hint("suspicion");
    sim.now += 3_600_000;
    sim.on((t) => tick(t, 3_590_000));
    expect(sim.status).not.toBe("reconnecting");
    sim.now += 5_000;
    sim.on((t) => tick(t, 0));
    expect(sim.status).toBe("reconnecting");
    expect(sim.count("probe")).toBe(1);
  });

  test("a short look away is none, nor a timer a minute late", () => {
    const sim = Sim.ready();
    sim.hint("background");
    sim.now += 29_000;
    sim.hint("foreground");
    sim.on((t) => tick(t, 60_000));
    expect(sim.count("probe")).toBe(0);
  });

  test("keep-alive off probes only on suspicion", () => {
    const sim = Sim.ready({ idleMs: Infinity });
    sim.pass(3_000_000);
    expect(sim.count("probe")).toBe(0);
    sim.hint("suspicion");
    expect(sim.count("probe")).toBe(1);
  });
});

describe("two holders of one session ID", () => {
  const cut = (sim: Sim, afterMs: number, clean = true) => {
    sim.pass(afterMs);
    sim.end(clean);
    if (sim.slot().state !== "replaced") sim.comeBack();
  };

  test("are told by three clean closes, each soon after an exclusive bind", () => {
    const sim = Sim.ready();
    cut(sim, 29_000);
    cut(sim, 29_000);
    expect(sim.status).toBe("ready");
    cut(sim, 29_000);
    expect(sim.slot()).toMatchObject({ state: "replaced", replacedBy: "sessionIdShared" });
    sim.on(connect);
    sim.open();
    sim.login();
    expect([sim.status, sim.reason]).toEqual(["replaced", "sessionIdShared"]);
    expect(sim.want()).toEqual([["bind", "player", false, false]]);
  });

  test.each([
    ["unclean closes", (sim: Sim) => [1, 2, 3, 4].forEach(() => cut(sim, 1_000, false))],
    ["closes long after the bind", (sim: Sim) => [1, 2, 3, 4].forEach(() => cut(sim, 31_000))],
    [
      "closes that lie further apart than two minutes",
      (sim: Sim) =>
        [1, 2, 3, 4].forEach(() => {
          cut(sim, 1_000);
          sim.pass(31_000);
          cut(sim, 31_000, false);
          sim.pass(31_000);
          cut(sim, 31_000, false);
        }),
    ],
  ])("are not suspected for %s", (_, happen) => {
    const sim = Sim.ready({ idleMs: Infinity });
    happen(sim);
    expect(sim.status).toBe("ready");
  });

  test("are not suspected for closes while the player is asked for anew", () => {
    const sim = Sim.ready({ idleMs: Infinity });
    [1, 2, 3].forEach(() => {
      sim.pass(31_000);
      sim.want();
      sim.end(true);
      sim.comeBack();
    });
    expect(sim.status).toBe("ready");
  });

  test("are not suspected where the bind was a shared one", () => {
    const sim = new Sim();
    sim.want("player", { exclusive: false });
    sim.open();
    sim.login();
    sim.accept();
    [1, 2, 3, 4].forEach(() => cut(sim, 1_000));
    expect(sim.status).toBe("ready");
  });
});

describe("disconnect", () => {
  const phases: Record<string, () => Sim> = {
    idle: () => new Sim(),
    opening: () => {
      const sim = new Sim();
      sim.want();
      return sim;
    },
    "logging in": () => {
      const sim = new Sim();
      sim.want();
      sim.open();
      return sim;
    },
    "waiting to log in again": () => {
      const sim = new Sim();
      sim.want();
      sim.open();
      sim.refuseLogin("serviceUnavailable");
      return sim;
    },
    binding: () => {
      const sim = new Sim();
      sim.want();
      sim.open();
      sim.login();
      return sim;
    },
    ready: () => Sim.ready(),
    waiting: () => {
      const sim = Sim.ready();
      sim.end();
      return sim;
    },
    asleep: () => {
      const sim = Sim.ready();
      sim.hint("pagehide");
      return sim;
    },
    replaced: () => {
      const sim = Sim.ready();
      sim.end();
      sim.on(connect);
      sim.open();
      sim.login();
      sim.refuse("conflict");
      return sim;
    },
    unauthorized: () => {
      const sim = new Sim();
      sim.want();
      sim.open();
      sim.refuseLogin("unauthorized");
      return sim;
    },
  };

  test.each(Object.entries(phases))(
    "while %s schedules nothing, and late events change nothing",
    (_, make) => {
      const sim = make();
      const { generation } = sim.state;
      sim.on(disconnect);
      expect([sim.status, sim.state.nextRetryAt]).toEqual(["closed", Infinity]);
      const before = sim.count("openSocket");
      sim.on(opened, generation);
      sim.on((t) => ended(t, true, undefined), generation);
      sim.on((t) => bindFailed(t, "player", failure("serviceUnavailable")), generation);
      sim.hint("online");
      sim.hint("retryNow");
      sim.pass(3_600_000);
      expect(sim.status).toBe("closed");
      expect(sim.count("openSocket")).toBe(before);
      expect(sim.count("bind")).toBe(sim.done.filter(([name]) => name === "bind").length);
    },
  );

  test("keeps the wishes for the next connect", () => {
    const sim = Sim.ready();
    sim.on(disconnect);
    expect(sim.on(connect)).toEqual([["openSocket"]]);
    sim.open();
    expect(sim.login()).toEqual([["bind", "player", false, false]]);
  });
});
