import { describe, expect, test } from "vitest";
import type { Emulator } from "../../../src/emulator/index.js";
import type { Notification, Sync } from "../../../src/node.js";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { createTestClient, startTestEmulator, namespaceName } from "./testEmulator.js";

const join = (joinUserId: string) => ({
  key: "Gs2Matchmaking:Join",
  payload: { namespaceName: "match", gatheringName: "g", joinUserId },
});

/** The clients' endpoints are those of a proxy, all else is the upstream's. */
async function startBehindProxy(): Promise<Emulator> {
  const upstream = await startTestEmulator();
  const { endpoints } = await startTestEmulator({ upstream: upstream.url });
  return { ...upstream, endpoints };
}

describe.each([
  ["an emulator", () => startTestEmulator()],
  ["an emulator whose upstream is another", startBehindProxy],
])("the client at %s", (_, start) => {
  test("binds a player and delivers a typed notification", async () => {
    const emulator = await start();
    const { gateway, statuses } = createTestClient(emulator);
    expect(gateway.connection).toMatchObject({ status: "idle", bindings: {}, attempt: 0 });
    expect(gateway.isEmulator).toBe(true);
    const syncs: Sync[] = [];
    gateway.onSync((sync) => syncs.push(sync));
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const binding = await gateway.setUserId({ accessToken });
    const [session] = emulator.sessions();
    expect(binding).toMatchObject({
      slot: "player",
      namespaceName,
      userId: "alice",
      state: "held",
      connectionId: session!.connectionId,
      session,
    });
    expect(Object.isFrozen(gateway.connection)).toBe(true);
    expect(statuses).toEqual(["connecting", "connected", "ready"]);
    expect(syncs).toMatchObject([{ reason: "first", since: undefined, downMs: 0, binding }]);

    const received = gateway.waitFor("Gs2Matchmaking:Join");
    await emulator.notify({ userId: "alice", ...join("bob") });
    expect((await received).payload.joinUserId).toBe("bob");
    expect(emulator.calls().map(({ method, transport }) => [method, transport])).toEqual([
      ["login", "socket"],
      ["setUserId", "socket"],
    ]);
  });

  test("sends all four options of setUserId as given", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    const binding = await gateway.setUserId({
      accessToken: "accessToken-0001",
      allowConcurrentAccess: false,
      sessionId: "device-0001",
      force: false,
    });
    expect(binding.sessionId).toBe("device-0001");
    await gateway.setUserId({
      accessToken: "accessToken-0001",
      allowConcurrentAccess: false,
      sessionId: "device-0002",
      force: true,
    });
    const [first, second] = emulator.calls({ method: "setUserId" });
    expect(first!.params).toMatchObject({ allowConcurrentAccess: false, sessionId: "device-0001" });
    expect(first!.params["force"] ?? false).toBe(false);
    expect(second!.params).toMatchObject({
      allowConcurrentAccess: false,
      sessionId: "device-0002",
      force: true,
    });
    expect(emulator.sessions()).toMatchObject([{ sessionId: "device-0002" }]);
  });

  test("generates a session ID for an exclusive bind without one, and sends none with a shared bind", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    const exclusive = await gateway.setUserId({
      accessToken: "accessToken-0001",
      allowConcurrentAccess: false,
    });
    expect(exclusive.sessionId).toMatch(/^\w{16,}$/);
    const shared = await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(shared.sessionId).toBeUndefined();
    expect(emulator.sessions()).toMatchObject([{ sessionId: null }]);
  });

  test("calls handlers by key, by pair, for all, once, and until a signal", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received: string[] = [];
    const record = (label: string) => (one: Notification) => received.push(`${label} ${one.key}`);
    const controller = new AbortController();
    gateway.on("Gs2Matchmaking:Join", record("key"));
    gateway.on({ subject: "shop:sale" }, record("subject"));
    gateway.on({ issuer: "Gs2Gateway:SendNotification", subject: "shop:sale" }, record("pair"));
    gateway.on("*", record("all"));
    gateway.on("*", record("once"), { once: true });
    gateway.on("*", record("signal"), { signal: controller.signal });
    const off = gateway.on("*", record("off"));
    off();
    const notify = async (key: string) => {
      await emulator.notify({ userId: "user-0001", key, payload: {} });
      await until(`${key} is delivered`, () => received.includes(`all ${key}`));
    };
    await notify("Gs2Matchmaking:Join");
    controller.abort();
    const done = gateway.waitFor({ subject: "shop:sale" });
    await emulator.notify({
      userId: "user-0001",
      issuer: "Gs2Gateway:SendNotification",
      subject: "shop:sale",
      payload: "not json",
    });
    const sale = await done;
    expect(sale).toMatchObject({ key: "shop:sale", via: "socket" });
    expect(received.sort()).toEqual(
      [
        "key Gs2Matchmaking:Join",
        "all Gs2Matchmaking:Join",
        "once Gs2Matchmaking:Join",
        "signal Gs2Matchmaking:Join",
        "subject shop:sale",
        "pair shop:sale",
        "all shop:sale",
      ].sort(),
    );
  });

  test("finds a notification that arrives before the reply to its call, by a mark", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.notify({ userId: "user-0001", ...join("too early") });
    await until("the first is delivered", () => gateway.mark() > 0);
    const mark = gateway.mark();
    const arrived = gateway.waitFor("*");
    await emulator.notify({ userId: "user-0001", ...join("bob") });
    await arrived;
    await gateway.describeWebSocketSessions();
    // The waiter above has consumed it: one notification settles one waiter.
    await expect(
      gateway.waitFor("Gs2Matchmaking:Join", { since: mark, timeoutMs: 1 }),
    ).rejects.toMatchObject({ kind: "requestTimeout" });
    const again = gateway.mark();
    const both = [join("carol"), join("dave")];
    for (const one of both) await emulator.notify({ userId: "user-0001", ...one });
    await until("both are delivered", () => gateway.mark() >= again + 2);
    const found = await gateway.waitFor("Gs2Matchmaking:Join", {
      since: again,
      where: ({ payload }) => payload.joinUserId === "dave",
    });
    expect(found.payload.joinUserId).toBe("dave");
  });

  test("delivers notifications that arrive during onSync after it, in order", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    const events: string[] = [];
    let fetched = (): void => {};
    gateway.onSync(async ({ reason }) => {
      events.push(`sync ${reason}`);
      await new Promise<void>((resolve) => (fetched = resolve));
      events.push("fetched");
    });
    gateway.on("Gs2Matchmaking:Join", ({ payload }) => events.push(payload.joinUserId));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    for (const name of ["a", "b", "c"]) {
      await emulator.notify({ userId: "user-0001", ...join(name) });
    }
    // The reply to ping arrives after the three notifications.
    await gateway.ping();
    expect(events).toEqual(["sync first"]);
    fetched();
    await until("all are delivered", () => events.length === 5);
    expect(events).toEqual(["sync first", "fetched", "a", "b", "c"]);
  });

  test("sends the player's own calls, and calls of any other service", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(await rejectionOf(gateway.getFirebaseToken())).toMatchObject({
      kind: "notFound",
      status: 404,
      method: "getFirebaseToken",
      outcome: "refused",
      retryable: false,
    });
    const { item } = await gateway.setFirebaseToken({ token: "device" });
    expect(item).toMatchObject({ userId: "user-0001", token: "device" });
    expect((await gateway.getFirebaseToken()).item).toEqual(item);
    expect((await gateway.deleteFirebaseToken()).item).toMatchObject({ token: "device" });
    expect((await gateway.describeWebSocketSessions({ limit: 1 })).items).toEqual(
      emulator.sessions(),
    );
    expect(await gateway.ping()).toBeGreaterThan(0);
    expect(await gateway.getProjectToken()).toEqual(expect.any(String));
    const called = await gateway.call<{ items: unknown[] }>({
      service: "gateway",
      component: "webSocketSession",
      function: "describeWebSocketSessions",
      params: { namespaceName },
      slot: "player",
    });
    expect(called.items).toHaveLength(1);
    expect(
      await rejectionOf(gateway.call({ service: "chat", component: "room", function: "post" })),
    ).toMatchObject({ method: "post", outcome: "refused" });
  });

  test("binds several slots on one socket, and releases one of them", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await gateway.setUserId({ accessToken: "accessToken-0002", slot: "guild" });
    const [player, guild] = emulator.sessions();
    expect(player!.connectionId).toBe(guild!.connectionId);
    await gateway.release({ slot: "guild" });
    await until("the guild is released and the player is rebound", () => {
      const sessions = emulator.sessions();
      return sessions.length === 1 && sessions[0]!.connectionId !== player!.connectionId;
    });
    expect(emulator.sessions()[0]!.userId).toBe("user-0001");
    expect(Object.keys(gateway.connection.bindings)).toEqual(["player"]);
  });

  test("ends the session and drops the notifications of the former player in a slot", async () => {
    const emulator = await start();
    const { gateway } = createTestClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const mark = gateway.mark();
    await emulator.notify({ userId: "user-0001", ...join("for the former player") });
    await until("it is in the history", () => gateway.mark() > mark);
    const binding = await gateway.setUserId({ accessToken: "accessToken-0002" });
    expect(binding.userId).toBe("user-0002");
    await until("the former session is gone", () => emulator.sessions().length === 1);
    expect(emulator.sessions()[0]).toMatchObject({ userId: "user-0002" });
    await expect(
      gateway.waitFor("Gs2Matchmaking:Join", { since: mark, timeoutMs: 1 }),
    ).rejects.toMatchObject({ kind: "requestTimeout" });
  });

  test("has methods that work without their object", async () => {
    const emulator = await start();
    const { setUserId, disconnect } = createTestClient(emulator).gateway;
    expect(await setUserId({ accessToken: "accessToken-0001" })).toMatchObject({ state: "held" });
    await disconnect();
  });
});
