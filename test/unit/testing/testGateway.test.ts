import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { isGatewayError } from "../../../src/errors.js";
import { defineNotification, type NotificationSource } from "../../../src/index.js";
import { createTestGateway } from "../../../src/testing/index.js";
import { createDeferred, rejectionOf } from "../../support/promises.js";

const quiet = () => createTestGateway({ logger: false });
const join = { namespaceName: "mm", gatheringName: "g", joinUserId: "bob" };

/** Part of a game: it takes a source and collects its notifications. */
function lobby(source: NotificationSource): string[] {
  const players: string[] = [];
  source.on("Gs2Matchmaking:Join", ({ payload }) => players.push(payload.joinUserId));
  return players;
}

describe("emit", () => {
  test("calls the handlers before it returns", () => {
    const gateway = quiet();
    const players = lobby(gateway);
    gateway.emit("Gs2Matchmaking:Join", join);
    expect(players).toEqual(["bob"]);
  });

  test("sends a key of GS2 as issuer and subject, and any other key as subject", () => {
    const gateway = quiet();
    const seen: unknown[] = [];
    gateway.on("*", ({ key, issuer, subject, rawPayload, via }) =>
      seen.push([key, issuer, subject, rawPayload, via]),
    );
    const Raid = defineNotification("raid-start", z.object({ raidId: z.string() }));
    gateway.emit("Gs2Matchmaking:Join", join, { via: "push" });
    gateway.emit(Raid, { raidId: "r-1" });
    gateway.emit({ subject: "raid-end" }, "some text");
    expect(seen).toEqual([
      [
        "Gs2Matchmaking:Join",
        ...Array<string>(2).fill("Gs2Matchmaking:Join"),
        JSON.stringify(join),
        "push",
      ],
      ["raid-start", "Gs2Gateway:SendNotification", "raid-start", '{"raidId":"r-1"}', "socket"],
      ["raid-end", "", "raid-end", "some text", "socket"],
    ]);
  });

  test("gives each notification a payload of its own", () => {
    const gateway = quiet();
    gateway.on("Gs2Matchmaking:Join", ({ payload }) => {
      (payload as { joinUserId: string }).joinUserId = "changed";
    });
    gateway.emit("Gs2Matchmaking:Join", join);
    expect(join.joinUserId).toBe("bob");
  });

  test("checks schemas, isolates handlers, and collects diagnostics", () => {
    const gateway = quiet();
    const Raid = defineNotification("raid-start", z.object({ raidId: z.string() }));
    const handler = vi.fn();
    const mine = new Error("mine");
    gateway.on(Raid, () => {
      throw mine;
    });
    gateway.on(Raid, handler);
    gateway.emit(Raid, { raidId: 7 });
    expect(handler).not.toHaveBeenCalled();
    gateway.emit(Raid, { raidId: "r-1" });
    expect(handler).toHaveBeenCalledTimes(1);
    expect(gateway.diagnostics.map(({ code }) => code)).toEqual(["schemaMismatch", "handlerThrew"]);
  });

  test("resolves waitFor, also since a mark", async () => {
    const gateway = quiet();
    const since = gateway.mark();
    gateway.emit("Gs2Matchmaking:Join", join);
    expect((await gateway.waitFor("Gs2Matchmaking:Join", { since })).payload).toEqual(join);
    const next = gateway.waitFor("Gs2Matchmaking:Join");
    gateway.emit("Gs2Matchmaking:Join", { ...join, joinUserId: "carol" });
    expect((await next).payload.joinUserId).toBe("carol");
  });

  test.each<[unknown, unknown, string]>([
    ["", 1, "emit: key"],
    ["*", 1, "emit: key"],
    ["raid-start", undefined, "emit: payload"],
    ["raid-start", 1n, "emit: payload"],
  ])("throws for %j with the payload %s", (key, payload, problem) => {
    let thrown: unknown;
    try {
      quiet().emit(key as "Gs2Matchmaking:Join", payload as typeof join);
    } catch (error) {
      thrown = error;
    }
    expect(isGatewayError(thrown, "invalidArgument") && thrown.message).toContain(problem);
  });
});

describe("sync", () => {
  test("holds notifications until the onSync handlers have settled", async () => {
    const gateway = quiet();
    const players = lobby(gateway);
    const refetch = createDeferred();
    const run = vi.fn(() => refetch.promise);
    gateway.onSync(run);
    const over = gateway.sync();
    gateway.emit("Gs2Matchmaking:Join", join);
    expect(players).toEqual([]);
    refetch.resolve();
    await over;
    expect(players).toEqual(["bob"]);
  });

  test("has the reason first, then gap, or the given one", async () => {
    const gateway = quiet();
    const run = vi.fn();
    gateway.onSync(run);
    await gateway.sync();
    await gateway.sync({ downMs: 3_000 });
    await gateway.sync({ reason: "takeOver" });
    const binding = expect.objectContaining({ slot: "player", state: "held" }) as object;
    const since = expect.any(Number) as number;
    expect(run.mock.calls).toEqual([
      [{ reason: "first", since: undefined, downMs: 0, binding }],
      [{ reason: "gap", since, downMs: 3_000, binding }],
      [{ reason: "takeOver", since, downMs: 0, binding }],
    ]);
  });

  test("calls a handler with `once` only once", async () => {
    const gateway = quiet();
    const run = vi.fn();
    gateway.onSync(run, { once: true });
    await gateway.sync();
    await gateway.sync();
    expect(run).toHaveBeenCalledTimes(1);
  });

  test("rejects waitFor with onGap reject after a gap", async () => {
    const gateway = quiet();
    const waiting = gateway.waitFor("Gs2Matchmaking:Join", { onGap: "reject" });
    void gateway.sync({ reason: "gap" });
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "gap" });
  });
});

describe("setConnection", () => {
  test("changes the snapshot and emits status with the one before", () => {
    const gateway = quiet();
    const handler = vi.fn();
    gateway.lifecycle.on("status", handler);
    const before = gateway.connection;
    expect(before).toMatchObject({ status: "idle", bindings: {} });
    const now = gateway.setConnection({
      status: "ready",
      bindings: { player: { userId: "alice" } },
    });
    expect(gateway.connection).toBe(now);
    expect(Object.isFrozen(now)).toBe(true);
    expect(now).toMatchObject({
      status: "ready",
      bindings: { player: { slot: "player", userId: "alice", state: "held" } },
    });
    expect(handler.mock.calls).toEqual([[now, before]]);
  });

  test("does not change omitted values", () => {
    const gateway = quiet();
    gateway.setConnection({ status: "ready", bindings: { player: { userId: "alice" } } });
    gateway.setConnection({
      status: "reconnecting",
      reason: "network",
      attempt: 2,
      nextRetryAt: 5,
    });
    expect(gateway.connection).toMatchObject({
      status: "reconnecting",
      reason: "network",
      attempt: 2,
      nextRetryAt: 5,
      bindings: { player: { userId: "alice" } },
    });
  });

  test("emits replaced for a replaced binding", () => {
    const gateway = quiet();
    const replaced = vi.fn();
    gateway.lifecycle.on("replaced", replaced);
    gateway.setConnection({ status: "ready", bindings: { player: { userId: "alice" } } });
    gateway.setConnection({ status: "replaced", bindings: { player: { state: "replaced" } } });
    expect(replaced.mock.calls).toEqual([[gateway.connection.bindings["player"]]]);
    expect(gateway.connection.bindings["player"]?.userId).toBe("alice");
  });

  test("emits its events after the present ones when a handler calls it", () => {
    const gateway = quiet();
    const order: string[] = [];
    gateway.lifecycle.on("status", ({ status }) => {
      if (status === "connecting") gateway.setConnection({ status: "ready" });
    });
    gateway.lifecycle.on("status", ({ status }) => order.push(status));
    gateway.setConnection({ status: "connecting" });
    expect(order).toEqual(["connecting", "ready"]);
  });
});

describe("a test gateway", () => {
  test("can be extended with further methods of a client", async () => {
    const takeOver = vi.fn(async () => undefined);
    const gateway = Object.assign(quiet(), { takeOver });
    gateway.setConnection({ status: "connected" });
    await gateway.takeOver();
    expect([gateway.connection.status, takeOver.mock.calls.length]).toEqual(["connected", 1]);
  });

  test("logs diagnostics as a client does", () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const gateway = createTestGateway({ logger });
    const handler = vi.fn();
    gateway.lifecycle.on("diagnostic", handler);
    gateway.on({}, ({ payload }) => payload);
    gateway.emit({ subject: "raid-end" }, "no JSON");
    expect(logger.warn.mock.calls).toEqual([
      ["[gs2-gateway] payloadNotJson: raid-end", { key: "raid-end" }],
    ]);
    expect(handler.mock.calls).toEqual([gateway.diagnostics]);
  });

  test("emits nothing after dispose", async () => {
    const gateway = quiet();
    const waiting = gateway.waitFor("Gs2Matchmaking:Join");
    const status = vi.fn();
    gateway.lifecycle.on("status", status);
    gateway.dispose();
    gateway.setConnection({ status: "closed" });
    expect(await rejectionOf(waiting)).toMatchObject({ kind: "notConnected" });
    expect(status).not.toHaveBeenCalled();
  });
});
