// Faults that end or freeze the connection of a bound player.
import { describe, expect, test } from "vitest";
import type { Sync } from "../../../../src/node.js";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { createTestClient, startTestEmulator } from "../testEmulator.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;
const post = (n: number) => ({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });

describe("halfOpen", () => {
  test("a ping without a reply makes the client reconnect on the same session", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes, statuses } = createTestClient(emulator, {
      keepAlive: { idleMs: 100, timeoutMs: 100 },
    });
    const syncs: Sync[] = [];
    gateway.onSync((sync) => syncs.push(sync));
    const { sessionId, connectionId } = await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "halfOpen" }]);
    await emulator.notify(post(1));
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("probeFailed");
    // The server still has the old session.
    expect(emulator.sessions()).toMatchObject([{ connectionId }]);
    await becomes("ready");
    expect(emulator.sessions()).toMatchObject([{ sessionId }]);
    expect(emulator.sessions()[0]!.connectionId).not.toBe(connectionId);
    expect(statuses).not.toContain("replaced");
    expect(syncs.map(({ reason }) => reason)).toEqual(["first", "gap"]);
    expect(syncs[1]!.downMs).toBeGreaterThan(0);
    const received = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify(post(2));
    expect((await received).payload).toEqual({ n: 2 });
  });

  test("a call without a reply makes the client probe the connection before the keep-alive does", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator, { keepAlive: { timeoutMs: 100 } });
    await gateway.setUserId(player);
    emulator.faults.set([{ fault: "halfOpen" }]);
    const call = { service: "chat", component: "message", function: "post" };
    expect(await rejectionOf(gateway.call(call, { timeoutMs: 50 }))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: false,
    });
    await becomes("reconnecting");
    await becomes("ready");
  });

  test("a client whose session another took meanwhile is replaced, and does not retry", async () => {
    const emulator = await startTestEmulator();
    const first = createTestClient(emulator, { keepAlive: { idleMs: 300, timeoutMs: 100 } });
    const second = createTestClient(emulator);
    await first.gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "halfOpen" }]);
    await second.gateway.connect();
    await second.gateway.setUserId({ ...exclusive, force: true });
    await first.becomes("replaced");
    const { length } = emulator.calls({ method: "setUserId" });
    first.gateway.retryNow();
    await first.gateway.ping();
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(length);
    expect(second.gateway.connection.status).toBe("ready");
  });
});

describe("drop", () => {
  test("without a close frame: onSync runs once for the gap, and later notifications are delivered", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes, diagnostics } = createTestClient(emulator);
    const events: string[] = [];
    gateway.onSync(({ reason }) => events.push(reason));
    gateway.on("Gs2Chat:Post", ({ payload }) => events.push(JSON.stringify(payload)));
    await gateway.setUserId(player);
    await emulator.notify(post(1));
    await until("the notification is delivered", () => events.length === 2);
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("network");
    await emulator.notify(post(2));
    await becomes("ready");
    await emulator.notify(post(3));
    await until("the notification is delivered", () => events.length === 4);
    expect(events).toEqual(["first", '{"n":1}', "gap", '{"n":3}']);
    expect(diagnostics.find(({ code }) => code === "socketEnded")?.detail).toMatchObject({
      code: 1006,
      clean: false,
    });
  });

  test("after each of four binds: the client retries, and is not replaced", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "drop", on: "bind", times: 4 }] });
    const { gateway, statuses } = createTestClient(emulator);
    await gateway.setUserId(exclusive);
    await until(
      "the fifth bind is accepted and the client is ready",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        // After the fourth bind the client is ready, too, until it notices the drop.
        const binds = emulator.calls({ method: "setUserId" }).length;
        return binds >= 5 && gateway.connection.status === "ready";
      },
      10_000,
    );
    expect(statuses).not.toContain("replaced");
    expect(emulator.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual(
      Array(5).fill(200),
    );
  });

  test("of one player's socket does not affect other players", async () => {
    const emulator = await startTestEmulator();
    const alice = createTestClient(emulator);
    const bob = createTestClient(emulator);
    await alice.gateway.setUserId(player);
    await bob.gateway.setUserId({ accessToken: "accessToken-0002" });
    emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await alice.becomes("reconnecting");
    await alice.becomes("ready");
    expect(bob.statuses).toEqual(["connecting", "connected", "ready"]);
  });
});

describe("close", () => {
  test.each([1000, 3000, 4001, 4999])(
    "with %i: the client rebinds, and a diagnostic has the code",
    async (code) => {
      const emulator = await startTestEmulator();
      const { gateway, becomes, diagnostics } = createTestClient(emulator);
      await gateway.setUserId(player);
      emulator.faults.set([{ fault: "close", code, reason: "maintenance" }]);
      await becomes("reconnecting");
      expect(gateway.connection.reason).toBe("serverClosed");
      await becomes("ready");
      expect(diagnostics.find((one) => one.code === "socketEnded")?.detail).toEqual({
        code,
        reason: "maintenance",
        clean: true,
      });
    },
  );

  test("five times soon after an exclusive bind: the client detects a shared session ID, and is replaced", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "close", on: "bind" }] });
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId(exclusive);
    await until(
      "the client is replaced",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        return gateway.connection.status === "replaced";
      },
      20_000,
    );
    expect(gateway.connection.reason).toBe("sessionIdShared");
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(5);
    // The client stays replaced until takeOver.
    emulator.faults.clear();
    gateway.retryNow();
    await gateway.ping();
    expect(emulator.sessions()).toEqual([]);
    await gateway.takeOver();
    await becomes("ready");
  }, 30_000);

  test("six times soon after a shared bind: the client retries, and is not replaced", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "close", on: "bind", times: 6 }],
    });
    const { gateway, statuses } = createTestClient(emulator);
    await gateway.setUserId(player);
    await until(
      "the fault is exhausted and the client is ready",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        return emulator.faults.list()[0]!.exhausted && gateway.connection.status === "ready";
      },
      20_000,
    );
    expect(statuses).not.toContain("replaced");
  }, 30_000);
});

describe("kick", () => {
  test("the client is replaced, sends nothing more, and binds again by takeOver", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    const replaced: string[] = [];
    gateway.lifecycle.on("replaced", ({ slot }) => replaced.push(slot));
    await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "kick", userId: "user-0001" }]);
    await becomes("replaced");
    expect(replaced).toEqual(["player"]);
    const statuses = () => emulator.calls({ method: "setUserId" }).map(({ status }) => status);
    expect(statuses()).toEqual([200, 409]);
    gateway.retryNow();
    gateway.hint("foreground");
    await gateway.ping();
    expect(statuses()).toEqual([200, 409]);
    expect(await rejectionOf(gateway.getFirebaseToken())).toMatchObject({ kind: "replaced" });

    await gateway.takeOver();
    expect(gateway.connection.status).toBe("ready");
    expect(emulator.sessions()).toMatchObject([
      { sessionId: gateway.connection.bindings["player"]!.sessionId },
    ]);
  });

  test("the client stays replaced when the other session ends, and binds again by setUserId", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "kick" }]);
    await becomes("replaced");
    emulator.faults.clear();
    expect(emulator.sessions()).toEqual([]);
    gateway.retryNow();
    await gateway.ping();
    expect(gateway.connection.status).toBe("replaced");
    await gateway.setUserId(exclusive);
    expect(gateway.connection.status).toBe("ready");
  });

  test("a client with concurrent access rebinds beside the other session", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId(player);
    emulator.faults.set([{ fault: "kick" }]);
    await becomes("reconnecting");
    await becomes("ready");
    expect(emulator.sessions()).toHaveLength(2);
  });

  test("a kick of one slot does not affect the others", async () => {
    const emulator = await startTestEmulator();
    const { gateway, becomes } = createTestClient(emulator);
    await gateway.setUserId(exclusive);
    await gateway.setUserId({ accessToken: "accessToken-0002", slot: "guild" });
    emulator.faults.set([{ fault: "kick", userId: "user-0001" }]);
    await becomes("replaced");
    await until("the guild is bound", () => gateway.connection.bindings["guild"]!.state === "held");
    const received = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify({ ...post(1), userId: "user-0002" });
    await received;
  });
});
