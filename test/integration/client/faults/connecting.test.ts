// Faults of the socket, the login and the bind before a player is bound.
import { describe, expect, test } from "vitest";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { createTestClient, startTestEmulator } from "../testEmulator.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;

describe("refuse", () => {
  test("the client retries once in each window of the retry schedule until a socket opens", async () => {
    const times: number[] = [];
    const emulator = await startTestEmulator({
      faults: [{ fault: "refuse", times: 3 }],
      log: ({ event, at, detail }) => {
        if (event === "fault" && detail["fault"] === "refuse") times.push(at);
      },
    });
    const { gateway, diagnostics, statuses } = createTestClient(emulator);
    await gateway.setUserId(player);
    expect(gateway.connection.attempt).toBe(4);
    expect(statuses).toEqual(["connecting", "connected", "ready"]);
    const ends = diagnostics.flatMap((one) => (one.code === "socketEnded" ? [one.detail] : []));
    expect(ends.map(({ code, clean }) => [code, clean])).toEqual(Array(3).fill([1006, false]));
    // One attempt at the same fraction of each window of 0.5, 0.75 and 1.125 s.
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(490);
    expect(emulator.calls().map(({ method }) => method)).toEqual(["login", "setUserId"]);
  });

  test("the client goes on retrying after connect() rejects at its deadline", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "refuse" }] });
    const { gateway, becomes } = createTestClient(emulator);
    expect(await rejectionOf(gateway.connect({ timeoutMs: 100 }))).toMatchObject({
      kind: "notConnected",
      outcome: "notSent",
    });
    expect(gateway.connection).toMatchObject({ status: "connecting", reason: "network" });
    expect(gateway.connection.nextRetryAt).toBeGreaterThan(Date.now() - 1_000);
    emulator.faults.clear();
    await becomes("connected");
  });
});

describe("hangBeforeOpen", () => {
  test("retryNow() replaces an attempt that hangs, on which nothing was sent", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "hangBeforeOpen", times: 1 }] });
    const { gateway, becomes } = createTestClient(emulator);
    const bound = gateway.setUserId(player);
    await until("the attempt hangs", () => emulator.faults.list()[0]!.exhausted);
    expect(gateway.connection.status).toBe("connecting");
    await until("the client starts the next attempt", () => {
      gateway.retryNow();
      return gateway.connection.attempt === 2;
    });
    await bound;
    await becomes("ready");
    expect(emulator.calls().map(({ method }) => method)).toEqual(["login", "setUserId"]);
  });

  test("disconnect() closes an attempt that hangs", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "hangBeforeOpen" }] });
    const { gateway } = createTestClient(emulator);
    const refused = rejectionOf(gateway.connect());
    await until("the attempt hangs", () => emulator.faults.list()[0]!.hits === 1);
    await gateway.disconnect();
    expect(await refused).toMatchObject({ kind: "notConnected" });
    expect(gateway.connection).toMatchObject({ status: "closed", reason: "user" });
  });
});

describe("latency", () => {
  test("the client binds in three round trips, rebinds in two, and keeps the order of notifications", async () => {
    const delayMs = 60;
    const emulator = await startTestEmulator({
      faults: [{ fault: "latency", delayMs, jitterMs: 20 }],
    });
    const { gateway, becomes } = createTestClient(emulator);
    const roundTripMs = 2 * delayMs;
    const start = performance.now();
    await gateway.setUserId(player);
    // The fault delays frames, not the upgrade request.
    expect(performance.now() - start).toBeGreaterThanOrEqual(2 * roundTripMs);
    expect(await gateway.ping()).toBeGreaterThanOrEqual(roundTripMs);

    const received: number[] = [];
    gateway.on("Gs2Chat:Post", ({ payload }) => received.push((payload as { n?: number }).n!));
    const order = [...Array(20).keys()];
    for (const n of order) {
      await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });
    }
    await until("all are delivered", () => received.length === order.length);
    expect(received).toEqual(order);

    const { length } = emulator.calls();
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    await becomes("reconnecting");
    gateway.retryNow();
    await becomes("ready");
    const methods = emulator.calls().map(({ method }) => method);
    expect(methods.slice(length)).toEqual(["setUserId"]);
  });
});

describe("slowLogin", () => {
  test("the client sends nothing before the reply to its login", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "slowLogin", delayMs: 300 }] });
    const { gateway } = createTestClient(emulator);
    await Promise.all([gateway.setUserId(player), gateway.setFirebaseToken({ token: "t" })]);
    const [login, ...rest] = emulator.calls();
    expect(login!.method).toBe("login");
    expect(rest.map(({ method }) => method)).toEqual(["setUserId", "setFirebaseToken"]);
    expect(rest[0]!.at - login!.at).toBeGreaterThanOrEqual(295);
  });

  test("the client closes the socket of a login that times out, and retries on another", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "slowLogin", delayMs: 60_000, times: 1 }],
    });
    const { gateway, becomes } = createTestClient(emulator, { callTimeoutMs: 200 });
    await gateway.connect();
    await becomes("connected");
    const logins = emulator.calls({ method: "login" });
    expect(logins).toHaveLength(2);
    expect(logins[0]!.connectionId).not.toBe(logins[1]!.connectionId);
  });
});

describe("refuseLogin", () => {
  test("401: the client is unauthorized, rejects all waiting calls at once, and does not retry", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "refuseLogin", status: 401 }] });
    const { gateway } = createTestClient(emulator);
    const [connecting, binding] = await Promise.all([
      rejectionOf(gateway.connect()),
      rejectionOf(gateway.setUserId(player)),
    ]);
    expect(connecting).toMatchObject({ kind: "unauthorized", status: 401 });
    expect(binding).toMatchObject({ kind: "unauthorized" });
    expect(gateway.connection).toMatchObject({ status: "unauthorized", reason: "token" });
    expect(gateway.connection.nextRetryAt).toBeUndefined();
    gateway.retryNow();
    gateway.hint("online");
    expect(emulator.calls()).toHaveLength(1);

    emulator.faults.clear();
    await gateway.setUserId(player);
    expect(gateway.connection.status).toBe("ready");
  });

  test.each([500, 503] as const)(
    "%i: the client keeps the socket, and retries the login by the retry schedule",
    async (status) => {
      const emulator = await startTestEmulator({
        faults: [{ fault: "refuseLogin", status, times: 2 }],
      });
      const { gateway, statuses } = createTestClient(emulator);
      await gateway.setUserId(player);
      const logins = emulator.calls({ method: "login" });
      expect(logins.map((login) => login.status)).toEqual([status, status, 200]);
      expect(new Set(logins.map(({ connectionId }) => connectionId)).size).toBe(1);
      expect(statuses).toEqual(["connecting", "connected", "ready"]);
    },
  );

  test.each([400, 404] as const)("%i: the client is closed with the error", async (status) => {
    const emulator = await startTestEmulator({ faults: [{ fault: "refuseLogin", status }] });
    const { gateway } = createTestClient(emulator);
    const error = await rejectionOf(gateway.connect());
    expect(error).toMatchObject({ status, outcome: "refused" });
    expect(gateway.connection).toMatchObject({ status: "closed", error });
    expect(emulator.calls()).toHaveLength(1);
  });
});

describe("refuseBind", () => {
  test("409 to setUserId: it rejects with conflict, the client stays connected, and takeOver binds", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "refuseBind", times: 1 }] });
    const { gateway } = createTestClient(emulator);
    expect(await rejectionOf(gateway.setUserId(exclusive))).toMatchObject({
      kind: "conflict",
      status: 409,
    });
    expect(gateway.connection.status).toBe("connected");
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
    await gateway.takeOver();
    expect(gateway.connection.status).toBe("ready");
    expect(emulator.calls({ method: "setUserId" })[1]!.params).toMatchObject({ force: true });
  });

  test("409 on reconnect: the binding is replaced at once, and the client does not retry", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "refuseBind" }, { fault: "drop" }]);
    await becomes("replaced");
    expect(gateway.connection).toMatchObject({
      reason: "conflict",
      bindings: { player: { state: "replaced" } },
    });
    gateway.retryNow();
    gateway.hint("foreground");
    await gateway.ping();
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(2);
  });

  test("409 twice within conflictGraceMs: the client retries the bind, and keeps its session", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes, statuses } = createTestClient(emulator, { conflictGraceMs: 60_000 });
    const { sessionId } = await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "refuseBind", times: 2 }, { fault: "drop" }]);
    await becomes("reconnecting");
    await becomes("ready");
    expect(statuses).not.toContain("replaced");
    expect(emulator.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual([
      200, 409, 409, 200,
    ]);
    expect(emulator.sessions()).toMatchObject([{ sessionId }]);
  });

  test("401 once: the client renews both tokens and binds", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "refuseBind", status: 401, times: 1 }],
    });
    const { gateway } = createTestClient(emulator);
    const reasons: string[] = [];
    await gateway.setUserId({
      accessToken({ reason }) {
        reasons.push(reason);
        return "accessToken-0001";
      },
    });
    expect(reasons).toEqual(["bind", "unauthorized"]);
    expect(emulator.calls().map(({ method, status }) => [method, status])).toEqual([
      ["login", 200],
      ["setUserId", 401],
      ["login", 200],
      ["setUserId", 200],
    ]);
  });

  test("401 always: the client is unauthorized after one renewal", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "refuseBind", status: 401 }] });
    const { gateway } = createTestClient(emulator);
    expect(await rejectionOf(gateway.setUserId(player))).toMatchObject({ kind: "unauthorized" });
    expect(gateway.connection.status).toBe("unauthorized");
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(2);
  });

  test.each([402, 500, 503])(
    "%i twice: the client keeps the socket, and retries the bind",
    async (status) => {
      const emulator = await startTestEmulator({
        faults: [{ fault: "refuseBind", status, times: 2 }],
      });
      const { gateway, diagnostics } = createTestClient(emulator);
      await gateway.setUserId(player);
      const binds = emulator.calls({ method: "setUserId" });
      expect(binds.map((bind) => bind.status)).toEqual([status, status, 200]);
      expect(new Set(binds.map(({ connectionId }) => connectionId)).size).toBe(1);
      expect(diagnostics.filter(({ code }) => code === "bindRetried")).toHaveLength(2);
    },
  );

  test("404 for one of two slots: it fails, the other stays held, and the client retries it on the next socket", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "refuseBind", status: 404, userId: "user-0002", times: 1 }],
    });
    const { gateway, becomes } = createTestClient(emulator);
    const guild = { accessToken: "accessToken-0002", slot: "guild" };
    await gateway.setUserId(player);
    expect(await rejectionOf(gateway.setUserId(guild))).toMatchObject({ kind: "notFound" });
    expect(gateway.connection).toMatchObject({
      status: "ready",
      bindings: { player: { state: "held" }, guild: { state: "failed" } },
    });
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("reconnecting");
    await becomes("ready");
    await until("the guild is bound", () => gateway.connection.bindings["guild"]!.state === "held");
  });
});
