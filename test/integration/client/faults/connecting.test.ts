// Before a player is bound: what may go wrong with the socket, the login and the bind, and what a client does about it.
import { describe, expect, test } from "vitest";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { aClient, anEmulator } from "../emulatorWorld.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;

describe("refuse", () => {
  test("a door that is shut three times is knocked at once in each window, and the fourth time it opens", async () => {
    const times: number[] = [];
    const emulator = await anEmulator({
      faults: [{ fault: "refuse", times: 3 }],
      log: ({ event, at, detail }) => {
        if (event === "fault" && detail["fault"] === "refuse") times.push(at);
      },
    });
    const { gateway, diagnostics, statuses } = aClient(emulator);
    await gateway.setUserId(player);
    expect(gateway.connection.attempt).toBe(4);
    expect(statuses).toEqual(["connecting", "connected", "ready"]);
    const ends = diagnostics.flatMap((one) => (one.code === "socketEnded" ? [one.detail] : []));
    expect(ends.map(({ code, clean }) => [code, clean])).toEqual(Array(3).fill([1006, false]));
    // Windows of 0.5, 0.75 and 1.125 s, an attempt at the same part of each: so far apart, at the least.
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(490);
    expect(emulator.calls().map(({ method }) => method)).toEqual(["login", "setUserId"]);
  });

  test("connect() and a deadline of its own do not end the trying", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "refuse" }] });
    const { gateway, becomes } = aClient(emulator);
    expect(await rejectionOf(gateway.connect({ timeoutMs: 100 }))).toMatchObject({
      kind: "requestTimeout",
      outcome: "notSent",
    });
    expect(gateway.connection).toMatchObject({ status: "connecting", reason: "network" });
    expect(gateway.connection.nextRetryAt).toBeGreaterThan(Date.now() - 1_000);
    emulator.faults.clear();
    await becomes("connected");
  });
});

describe("hangBeforeOpen", () => {
  test("an attempt that is never answered is left as soon as the player asks, and nothing was sent", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "hangBeforeOpen", times: 1 }] });
    const { gateway, becomes } = aClient(emulator);
    const bound = gateway.setUserId(player);
    await until("the attempt hangs", () => emulator.faults.list()[0]!.exhausted);
    expect(gateway.connection.status).toBe("connecting");
    await until("it is old enough to be left", () => {
      gateway.retryNow();
      return gateway.connection.attempt === 2;
    });
    await bound;
    await becomes("ready");
    expect(emulator.calls().map(({ method }) => method)).toEqual(["login", "setUserId"]);
  });

  test("disconnect() leaves it too, and nothing comes of it", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "hangBeforeOpen" }] });
    const { gateway } = aClient(emulator);
    const refused = rejectionOf(gateway.connect());
    await until("the attempt hangs", () => emulator.faults.list()[0]!.hits === 1);
    await gateway.disconnect();
    expect(await refused).toMatchObject({ kind: "notConnected" });
    expect(gateway.connection).toMatchObject({ status: "closed", reason: "user" });
  });
});

describe("latency", () => {
  test("three round trips lead in, two lead back, and order is kept", async () => {
    const delayMs = 60;
    const emulator = await anEmulator({ faults: [{ fault: "latency", delayMs, jitterMs: 20 }] });
    const { gateway, becomes } = aClient(emulator);
    const roundTripMs = 2 * delayMs;
    const start = performance.now();
    await gateway.setUserId(player);
    // The upgrade itself is no frame, and not late.
    expect(performance.now() - start).toBeGreaterThanOrEqual(2 * roundTripMs);
    expect(await gateway.ping()).toBeGreaterThanOrEqual(roundTripMs);

    const heard: number[] = [];
    gateway.on("Gs2Chat:Post", ({ payload }) => heard.push((payload as { n?: number }).n!));
    const order = [...Array(20).keys()];
    for (const n of order) {
      await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });
    }
    await until("all are heard", () => heard.length === order.length);
    expect(heard).toEqual(order);

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
  test("nothing leaves before the login is answered, however long it takes", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "slowLogin", delayMs: 300 }] });
    const { gateway } = aClient(emulator);
    await Promise.all([gateway.setUserId(player), gateway.setFirebaseToken({ token: "t" })]);
    const [login, ...rest] = emulator.calls();
    expect(login!.method).toBe("login");
    expect(rest.map(({ method }) => method)).toEqual(["setUserId", "setFirebaseToken"]);
    expect(rest[0]!.at - login!.at).toBeGreaterThanOrEqual(295);
  });

  test("a login slower than a call may be is given up with its socket, and tried on another", async () => {
    const emulator = await anEmulator({
      faults: [{ fault: "slowLogin", delayMs: 60_000, times: 1 }],
    });
    const { gateway, becomes } = aClient(emulator, { callTimeoutMs: 200 });
    await gateway.connect();
    await becomes("connected");
    const logins = emulator.calls({ method: "login" });
    expect(logins).toHaveLength(2);
    expect(logins[0]!.connectionId).not.toBe(logins[1]!.connectionId);
  });
});

describe("refuseLogin", () => {
  test("401: unauthorized, told at once to all who wait, and tried no more", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "refuseLogin", status: 401 }] });
    const { gateway } = aClient(emulator);
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
    "%i: the socket is kept, and the login tried again in the windows",
    async (status) => {
      const emulator = await anEmulator({ faults: [{ fault: "refuseLogin", status, times: 2 }] });
      const { gateway, statuses } = aClient(emulator);
      await gateway.setUserId(player);
      const logins = emulator.calls({ method: "login" });
      expect(logins.map((login) => login.status)).toEqual([status, status, 200]);
      expect(new Set(logins.map(({ connectionId }) => connectionId)).size).toBe(1);
      expect(statuses).toEqual(["connecting", "connected", "ready"]);
    },
  );

  test.each([400, 404] as const)("%i: closed, with the error", async (status) => {
    const emulator = await anEmulator({ faults: [{ fault: "refuseLogin", status }] });
    const { gateway } = aClient(emulator);
    const error = await rejectionOf(gateway.connect());
    expect(error).toMatchObject({ status, outcome: "refused" });
    expect(gateway.connection).toMatchObject({ status: "closed", error });
    expect(emulator.calls()).toHaveLength(1);
  });
});

describe("refuseBind", () => {
  test("409 to a player's own setUserId: conflict, still connected, and takeOver leads in", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "refuseBind", times: 1 }] });
    const { gateway } = aClient(emulator);
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

  test("409 on coming back: replaced at once, and no attempt after it", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
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

  test("409 twice to a client with a grace: it waits its windows, and keeps its place", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes, statuses } = aClient(emulator, { conflictGraceMs: 60_000 });
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

  test("401 once: both tokens are renewed, and the player is in", async () => {
    const emulator = await anEmulator({
      faults: [{ fault: "refuseBind", status: 401, times: 1 }],
    });
    const { gateway } = aClient(emulator);
    const asked: string[] = [];
    await gateway.setUserId({
      accessToken({ reason }) {
        asked.push(reason);
        return "accessToken-0001";
      },
    });
    expect(asked).toEqual(["bind", "unauthorized"]);
    expect(emulator.calls().map(({ method, status }) => [method, status])).toEqual([
      ["login", 200],
      ["setUserId", 401],
      ["login", 200],
      ["setUserId", 200],
    ]);
  });

  test("401 without end: unauthorized, after one renewal", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "refuseBind", status: 401 }] });
    const { gateway } = aClient(emulator);
    expect(await rejectionOf(gateway.setUserId(player))).toMatchObject({ kind: "unauthorized" });
    expect(gateway.connection.status).toBe("unauthorized");
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(2);
  });

  test.each([402, 500, 503])(
    "%i twice: the socket is kept, and the bind tried again",
    async (status) => {
      const emulator = await anEmulator({ faults: [{ fault: "refuseBind", status, times: 2 }] });
      const { gateway, diagnostics } = aClient(emulator);
      await gateway.setUserId(player);
      const binds = emulator.calls({ method: "setUserId" });
      expect(binds.map((bind) => bind.status)).toEqual([status, status, 200]);
      expect(new Set(binds.map(({ connectionId }) => connectionId)).size).toBe(1);
      expect(diagnostics.filter(({ code }) => code === "bindRetried")).toHaveLength(2);
    },
  );

  test("404 for one of two slots: it failed, the other holds, and the next socket may let it in", async () => {
    const emulator = await anEmulator({
      faults: [{ fault: "refuseBind", status: 404, userId: "user-0002", times: 1 }],
    });
    const { gateway, becomes } = aClient(emulator);
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
    await until("the guild is in", () => gateway.connection.bindings["guild"]!.state === "held");
  });
});
