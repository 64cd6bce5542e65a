import { expect, test } from "vitest";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { aClient, anEmulator } from "./emulatorWorld.js";

const exclusive = { accessToken: "accessToken-0001", allowConcurrentAccess: false } as const;

test("a second client is refused, takes over when told to, and the first steps back without a fight", async () => {
  const emulator = await anEmulator();
  const first = aClient(emulator);
  const second = aClient(emulator);
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

  // No kick war: neither by itself, nor when woken, nor when the winner drops for a moment.
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

test("a client that comes back with its own session ID is let in at once", async () => {
  const emulator = await anEmulator();
  const { gateway, becomes, statuses } = aClient(emulator);
  const { sessionId } = await gateway.setUserId(exclusive);
  emulator.disconnect({ userId: "user-0001", code: 1006 });
  await becomes("reconnecting");
  await becomes("ready");
  expect(statuses).not.toContain("replaced");
  expect(emulator.sessions()).toMatchObject([{ sessionId }]);
});

test("two clients that share a session ID stop cutting each other", async () => {
  const emulator = await anEmulator();
  const shared = { ...exclusive, sessionId: "shared" };
  const clients = [aClient(emulator), aClient(emulator)];
  for (const { gateway } of clients) await gateway.setUserId(shared);
  const loser = await until("one of them steps back", () =>
    clients.find(({ gateway }) => gateway.connection.status === "replaced"),
  );
  expect(loser.gateway.connection).toMatchObject({ reason: "sessionIdShared" });
  const winner = clients.find((one) => one !== loser)!;
  await winner.becomes("ready");
  expect(emulator.sessions()).toHaveLength(1);
});

test("a forced bind without an open connection is refused before anything is sent", async () => {
  const emulator = await anEmulator();
  const { gateway } = aClient(emulator);
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

test("a conflict that the server tells with 405 is the same conflict", async () => {
  const emulator = await anEmulator({ settings: { conflictStatus: 405 } });
  await aClient(emulator).gateway.setUserId(exclusive);
  await expect(aClient(emulator).gateway.setUserId(exclusive)).rejects.toMatchObject({
    kind: "conflict",
    status: 405,
  });
});
