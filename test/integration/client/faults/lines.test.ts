// A line that dies under a bound player, in every way it can.
import { describe, expect, test } from "vitest";
import type { Sync } from "../../../../src/node.js";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { aClient, anEmulator } from "../emulatorWorld.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;
const post = (n: number) => ({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });

describe("halfOpen", () => {
  test("is found out by a ping without an answer, left at once, and the player is back on the same session", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes, statuses } = aClient(emulator, {
      keepAlive: { idleMs: 100, timeoutMs: 100 },
    });
    const syncs: Sync[] = [];
    gateway.onSync((sync) => syncs.push(sync));
    const { sessionId, connectionId } = await gateway.setUserId(exclusive);
    emulator.faults.set([{ fault: "halfOpen" }]);
    await emulator.notify(post(1));
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("probeFailed");
    // The server has not noticed yet.
    expect(emulator.sessions()).toMatchObject([{ connectionId }]);
    await becomes("ready");
    expect(emulator.sessions()).toMatchObject([{ sessionId }]);
    expect(emulator.sessions()[0]!.connectionId).not.toBe(connectionId);
    expect(statuses).not.toContain("replaced");
    expect(syncs.map(({ reason }) => reason)).toEqual(["first", "gap"]);
    expect(syncs[1]!.downMs).toBeGreaterThan(0);
    const heard = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify(post(2));
    expect((await heard).payload).toEqual({ n: 2 });
  });

  test("is suspected by the first call without an answer, long before the keep-alive would look", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator, { keepAlive: { timeoutMs: 100 } });
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

  test("of a line whose place another has taken meanwhile ends in replaced, and in no war", async () => {
    const emulator = await anEmulator();
    const first = aClient(emulator, { keepAlive: { idleMs: 300, timeoutMs: 100 } });
    const second = aClient(emulator);
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
  test("without a close frame: the gap is told once, and what comes after it is heard", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes, diagnostics } = aClient(emulator);
    const story: string[] = [];
    gateway.onSync(({ reason }) => story.push(reason));
    gateway.on("Gs2Chat:Post", ({ payload }) => story.push(JSON.stringify(payload)));
    await gateway.setUserId(player);
    await emulator.notify(post(1));
    await until("it is heard", () => story.length === 2);
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("reconnecting");
    expect(gateway.connection.reason).toBe("network");
    await emulator.notify(post(2));
    await becomes("ready");
    await emulator.notify(post(3));
    await until("it is heard", () => story.length === 4);
    expect(story).toEqual(["first", '{"n":1}', "gap", '{"n":3}']);
    expect(diagnostics.find(({ code }) => code === "socketEnded")?.detail).toMatchObject({
      code: 1006,
      clean: false,
    });
  });

  test("after each bind, again and again, is a bad network and nobody's rival", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "drop", on: "bind", times: 4 }] });
    const { gateway, statuses } = aClient(emulator);
    await gateway.setUserId(exclusive);
    await until(
      "the network is good again",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        return emulator.faults.list()[0]!.exhausted && gateway.connection.status === "ready";
      },
      10_000,
    );
    expect(statuses).not.toContain("replaced");
    expect(emulator.calls({ method: "setUserId" }).map(({ status }) => status)).toEqual(
      Array(5).fill(200),
    );
  });

  test("of one player's socket leaves the others alone", async () => {
    const emulator = await anEmulator();
    const alice = aClient(emulator);
    const bob = aClient(emulator);
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
    "with %i is like any other end: bound again, the code told",
    async (code) => {
      const emulator = await anEmulator();
      const { gateway, becomes, diagnostics } = aClient(emulator);
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

  test("three times soon after an exclusive bind is another holder of the session: the client steps back", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "close", on: "bind" }] });
    const { gateway, becomes } = aClient(emulator);
    await gateway.setUserId(exclusive);
    await until(
      "it steps back",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        return gateway.connection.status === "replaced";
      },
      10_000,
    );
    expect(gateway.connection.reason).toBe("sessionIdShared");
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(3);
    // It stays where it is until the player says otherwise.
    emulator.faults.clear();
    gateway.retryNow();
    await gateway.ping();
    expect(emulator.sessions()).toEqual([]);
    await gateway.takeOver();
    await becomes("ready");
  });

  test("again and again after a shared bind is only a restless server", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "close", on: "bind", times: 4 }] });
    const { gateway, statuses } = aClient(emulator);
    await gateway.setUserId(player);
    await until(
      "it rests",
      () => {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
        return emulator.faults.list()[0]!.exhausted && gateway.connection.status === "ready";
      },
      10_000,
    );
    expect(statuses).not.toContain("replaced");
  });
});

describe("kick", () => {
  test("the winner stays: the client is replaced, sends nothing, and comes back by the player's own hand", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
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

  test("when the winner goes away the loser still waits for the player", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
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

  test("a player who allows others beside comes back beside the winner", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
    await gateway.setUserId(player);
    emulator.faults.set([{ fault: "kick" }]);
    await becomes("reconnecting");
    await becomes("ready");
    expect(emulator.sessions()).toHaveLength(2);
  });

  test("one slot that is kicked stops no other", async () => {
    const emulator = await anEmulator();
    const { gateway, becomes } = aClient(emulator);
    await gateway.setUserId(exclusive);
    await gateway.setUserId({ accessToken: "accessToken-0002", slot: "guild" });
    emulator.faults.set([{ fault: "kick", userId: "user-0001" }]);
    await becomes("replaced");
    await until("the guild holds", () => gateway.connection.bindings["guild"]!.state === "held");
    const heard = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify({ ...post(1), userId: "user-0002" });
    await heard;
  });
});
