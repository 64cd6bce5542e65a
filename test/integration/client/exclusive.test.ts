import { expect, test } from "vitest";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { createTestClient, startTestEmulator } from "./testEmulator.js";

const exclusive = { accessToken: "accessToken-0001", allowConcurrentAccess: false } as const;

test("a second client is refused, takeOver binds it, and the first is replaced and does not retry", async () => {
  const emulator = await startTestEmulator();
  const first = createTestClient(emulator);
  const second = createTestClient(emulator);
  const replaced: unknown[] = [];
  first.gateway.lifecycle.on("replaced", (binding) => replaced.push(binding));
  const syncs: string[] = [];
  second.gateway.onSync(({ reason }) => syncs.push(reason));

  await first.gateway.setUserId(exclusive);
  const refused = await rejectionOf(second.gateway.setUserId(exclusive));
  expect(refused).toMatchObject({
    kind: "conflict",
    status: 409,
    method: "setUserId",
    outcome: "refused",
  });
  expect(second.gateway.connection).toMatchObject({
    status: "connected",
    bindings: { player: { state: "failed", error: refused } },
  });
  expect(first.gateway.connection.status).toBe("ready");
  await expect(second.gateway.describeWebSocketSessions()).rejects.toMatchObject({
    kind: "conflict",
    outcome: "notSent",
  });

  const binding = await second.gateway.takeOver();
  expect(binding).toMatchObject({ state: "held", userId: "user-0001" });
  expect(syncs).toEqual(["takeOver"]);
  await first.becomes("replaced");
  expect(first.gateway.connection).toMatchObject({
    reason: "conflict",
    bindings: { player: { state: "replaced" } },
  });
  expect(replaced).toHaveLength(1);

  // The replaced client sends no bind: not by itself, not on a hint, not when the other reconnects.
  const { length } = emulator.calls({ method: "setUserId" });
  first.gateway.retryNow();
  first.gateway.hint("online");
  emulator.disconnect({ userId: "user-0001" });
  await second.becomes("reconnecting");
  await second.becomes("ready");
  await first.gateway.ping();
  expect(emulator.calls({ method: "setUserId" }).slice(length)).toMatchObject([{ status: 200 }]);
  expect(emulator.sessions()).toMatchObject([{ sessionId: binding.sessionId }]);
  expect(first.gateway.connection.status).toBe("replaced");
  await expect(first.gateway.getFirebaseToken()).rejects.toMatchObject({
    kind: "replaced",
    outcome: "notSent",
  });

  await first.gateway.takeOver();
  expect(first.gateway.connection.status).toBe("ready");
  await second.becomes("replaced");
});

test("a client that reconnects with its own session ID is not refused", async () => {
  const emulator = await startTestEmulator();
  const { gateway, becomes, statuses } = createTestClient(emulator);
  const { sessionId } = await gateway.setUserId(exclusive);
  emulator.disconnect({ userId: "user-0001", code: 1006 });
  await becomes("reconnecting");
  await becomes("ready");
  expect(statuses).not.toContain("replaced");
  expect(emulator.sessions()).toMatchObject([{ sessionId }]);
});

test("of two clients that share a session ID one is replaced", async () => {
  const emulator = await startTestEmulator();
  const shared = { ...exclusive, sessionId: "shared" };
  const clients = [createTestClient(emulator), createTestClient(emulator)];
  for (const { gateway } of clients) await gateway.setUserId(shared);
  const loser = await until(
    "one of them is replaced",
    () => {
      for (const { gateway } of clients) {
        if (gateway.connection.status === "reconnecting") gateway.retryNow();
      }
      return clients.find(({ gateway }) => gateway.connection.status === "replaced");
    },
    20_000,
  );
  expect(loser.gateway.connection).toMatchObject({ reason: "sessionIdShared" });
  const winner = clients.find((one) => one !== loser)!;
  await winner.becomes("ready");
  expect(emulator.sessions()).toHaveLength(1);
}, 30_000);

test("a forced bind without an open connection rejects, and nothing is sent", async () => {
  const emulator = await startTestEmulator();
  const { gateway } = createTestClient(emulator);
  const forced = { ...exclusive, force: true };
  expect(await rejectionOf(gateway.setUserId(forced))).toMatchObject({
    kind: "notConnected",
    outcome: "notSent",
    method: "setUserId",
  });
  expect(emulator.calls()).toEqual([]);
  await gateway.connect();
  await gateway.setUserId(forced);
  expect(gateway.connection.status).toBe("ready");
});

test("setUserId rejects with conflict for a 405, too", async () => {
  const emulator = await startTestEmulator({ settings: { conflictStatus: 405 } });
  await createTestClient(emulator).gateway.setUserId(exclusive);
  await expect(createTestClient(emulator).gateway.setUserId(exclusive)).rejects.toMatchObject({
    kind: "conflict",
    status: 405,
  });
});
