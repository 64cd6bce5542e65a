import { describe, expect, test } from "vitest";
import type { Notification, Sync } from "../../../src/node.js";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { aClient, anEmulator, namespaceName } from "./emulatorWorld.js";

const join = (joinUserId: string) => ({
  key: "Gs2Matchmaking:Join",
  payload: { namespaceName: "match", gatheringName: "g", joinUserId },
});

describe("the main job", () => {
  test("a player is bound and hears a typed notification", async () => {
    const emulator = await anEmulator();
    const { gateway, statuses } = aClient(emulator);
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

    const heard = gateway.waitFor("Gs2Matchmaking:Join");
    await emulator.notify({ userId: "alice", ...join("bob") });
    expect((await heard).payload.joinUserId).toBe("bob");
    expect(emulator.calls().map(({ method, transport }) => [method, transport])).toEqual([
      ["login", "socket"],
      ["setUserId", "socket"],
    ]);
  });

  test("all four options of setUserId arrive as they were given", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
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

  test("a session ID is made where an exclusive bind names none, and none is sent with a shared one", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const exclusive = await gateway.setUserId({
      accessToken: "accessToken-0001",
      allowConcurrentAccess: false,
    });
    expect(exclusive.sessionId).toMatch(/^\w{16,}$/);
    const shared = await gateway.setUserId({ accessToken: "accessToken-0001" });
    expect(shared.sessionId).toBeUndefined();
    expect(emulator.sessions()).toMatchObject([{ sessionId: null }]);
  });

  test("handlers hear by key, by pair, by everything, once and until a signal", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const heard: string[] = [];
    const hear = (who: string) => (one: Notification) => heard.push(`${who} ${one.key}`);
    const controller = new AbortController();
    gateway.on("Gs2Matchmaking:Join", hear("key"));
    gateway.on({ subject: "shop:sale" }, hear("subject"));
    gateway.on({ issuer: "Gs2Gateway:SendNotification", subject: "shop:sale" }, hear("pair"));
    gateway.on("*", hear("all"));
    gateway.on("*", hear("once"), { once: true });
    gateway.on("*", hear("signal"), { signal: controller.signal });
    const off = gateway.on("*", hear("off"));
    off();
    const tell = async (key: string) => {
      await emulator.notify({ userId: "user-0001", key, payload: {} });
      await until(`${key} has been heard`, () => heard.includes(`all ${key}`));
    };
    await tell("Gs2Matchmaking:Join");
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
    expect(heard.sort()).toEqual(
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

  test("a notification that comes before the answer of the call that caused it is found by its mark", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.notify({ userId: "user-0001", ...join("too early") });
    await until("the first is heard", () => gateway.mark() > 0);
    const mark = gateway.mark();
    const arrived = gateway.waitFor("*");
    await emulator.notify({ userId: "user-0001", ...join("bob") });
    await arrived;
    await gateway.describeWebSocketSessions();
    // It answered the waiter above: one notification, one waiter.
    await expect(
      gateway.waitFor("Gs2Matchmaking:Join", { since: mark, timeoutMs: 1 }),
    ).rejects.toMatchObject({ kind: "requestTimeout" });
    const again = gateway.mark();
    const both = [join("carol"), join("dave")];
    for (const one of both) await emulator.notify({ userId: "user-0001", ...one });
    await until("both are there", () => gateway.mark() >= again + 2);
    const found = await gateway.waitFor("Gs2Matchmaking:Join", {
      since: again,
      where: ({ payload }) => payload.joinUserId === "dave",
    });
    expect(found.payload.joinUserId).toBe("dave");
  });

  test("what comes while onSync refetches is delivered after it, in order", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    const happened: string[] = [];
    let fetched = (): void => {};
    gateway.onSync(async ({ reason }) => {
      happened.push(`sync ${reason}`);
      await new Promise<void>((resolve) => (fetched = resolve));
      happened.push("fetched");
    });
    gateway.on("Gs2Matchmaking:Join", ({ payload }) => happened.push(payload.joinUserId));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    for (const name of ["a", "b", "c"]) {
      await emulator.notify({ userId: "user-0001", ...join(name) });
    }
    // Its answer comes after the three.
    await gateway.ping();
    expect(happened).toEqual(["sync first"]);
    fetched();
    await until("all are delivered", () => happened.length === 5);
    expect(happened).toEqual(["sync first", "fetched", "a", "b", "c"]);
  });

  test("the player's own calls work, and any other service can be called", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
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

  test("several slots live on one socket, and release ends one of them", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await gateway.setUserId({ accessToken: "accessToken-0002", slot: "guild" });
    const [player, guild] = emulator.sessions();
    expect(player!.connectionId).toBe(guild!.connectionId);
    await gateway.release({ slot: "guild" });
    await until("the guild is gone and the player is back", () => {
      const sessions = emulator.sessions();
      return sessions.length === 1 && sessions[0]!.connectionId !== player!.connectionId;
    });
    expect(emulator.sessions()[0]!.userId).toBe("user-0001");
    expect(Object.keys(gateway.connection.bindings)).toEqual(["player"]);
  });

  test("another player in the same slot ends the former one's session and forgets the former one's news", async () => {
    const emulator = await anEmulator();
    const { gateway } = aClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const mark = gateway.mark();
    await emulator.notify({ userId: "user-0001", ...join("for the former") });
    await until("it is remembered", () => gateway.mark() > mark);
    const binding = await gateway.setUserId({ accessToken: "accessToken-0002" });
    expect(binding.userId).toBe("user-0002");
    await until("the former session is gone", () => emulator.sessions().length === 1);
    expect(emulator.sessions()[0]).toMatchObject({ userId: "user-0002" });
    await expect(
      gateway.waitFor("Gs2Matchmaking:Join", { since: mark, timeoutMs: 1 }),
    ).rejects.toMatchObject({ kind: "requestTimeout" });
  });

  test("methods work when taken off the client", async () => {
    const emulator = await anEmulator();
    const { setUserId, disconnect } = aClient(emulator).gateway;
    expect(await setUserId({ accessToken: "accessToken-0001" })).toMatchObject({ state: "held" });
    await disconnect();
  });
});
