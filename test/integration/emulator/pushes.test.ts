import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { startEmulator, type DevicePush, type Emulator } from "../../../src/emulator/index.js";
import { readPush } from "../../../src/push/message.js";
import { rejectionOf } from "../../support/promises.js";

const namespaceName = "game-0001";
let emulator: Emulator;
let admin: GatewayAdmin;

beforeEach(async () => {
  emulator = await startEmulator();
  const credential = { clientId: "client", clientSecret: "secret" };
  admin = new GatewayAdmin({ namespaceName, credential, endpoints: emulator.endpoints });
  await admin.createNamespace({ name: namespaceName, firebaseSecret: "secret" });
  for (const userId of ["alice", "bob"]) {
    await admin.setFirebaseTokenByUserId({ userId, token: `token of ${userId}` });
  }
});
afterEach(() => emulator.stop());

const send = (userId: string, payload: string) =>
  admin.sendMobileNotificationByUserId({ userId, subject: "raid", payload, sound: "bell" });

const poll = (filter: object, init: RequestInit = {}) =>
  fetch(`${emulator.url}/_emulator/pushes/take`, {
    method: "POST",
    body: JSON.stringify(filter),
    ...init,
  });
const polled = async (filter: object) =>
  ((await (await poll(filter)).json()) as { item: DevicePush }).item;

describe("waitForPush", () => {
  test("resolves with the push in the form of the device's worker", async () => {
    const waiting = emulator.waitForPush({ userId: "alice" });
    await send("bob", "1");
    await send("alice", "2");
    const push = await waiting;
    expect(push).toMatchObject({ userId: "alice", payload: "2", sent: true });
    expect(readPush(push.message)).toMatchObject({
      key: "raid",
      payload: "2",
      userId: "alice",
      id: push.message.fcmMessageId,
    });
    expect(push.message.data["sound"]).toBe("bell");
  });

  test("returns each push once, oldest first, with an id of its own", async () => {
    for (const payload of ["1", "2", "3"]) await send("alice", payload);
    const taken = [
      await emulator.waitForPush(),
      await polled({ userId: "alice" }),
      await emulator.waitForPush({ token: "token of alice" }),
    ];
    expect(taken.map(({ payload }) => payload)).toEqual(["1", "2", "3"]);
    expect(new Set(taken.map(({ message }) => message.fcmMessageId)).size).toBe(3);
    expect((await poll({ userId: "alice" })).status).toBe(204);
    expect(emulator.outbox()).toHaveLength(3);
  });

  test("times out with the reason when the push was not sent", async () => {
    await rejectionOf(send("carol", "1"));
    const waiting = emulator.waitForPush({ userId: "carol", timeoutMs: 10 });
    expect(String(await rejectionOf(waiting))).toContain(
      "Waited for a push to carol; the last of 1 was raid to carol in game-0001. It is not sent to the device: the player has no Firebase token",
    );
  });

  test("long polling returns a push, and an aborted poll takes none", async () => {
    const abort = new AbortController();
    const aborted = poll({ timeoutMs: 20_000 }, { signal: abort.signal });
    const waiting = polled({ userId: "alice", timeoutMs: 20_000 });
    await expect.poll(async () => (await poll({ timeoutMs: 1 })).status).toBe(204);
    abort.abort();
    await aborted.catch(() => {});
    await expect
      .poll(async () => {
        await send("bob", "1");
        return (await poll({ userId: "bob" })).status;
      })
      .toBe(200);
    await send("alice", "2");
    expect(await waiting).toMatchObject({ userId: "alice", payload: "2" });
  });

  test.each(["soon", "1", -1, 60_001])(
    "long polling refuses the timeoutMs %j",
    async (timeoutMs) => {
      const response = await poll({ timeoutMs });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        message: "waitForPush: timeoutMs takes a number from 0 to 60,000",
        errors: [{ field: "timeoutMs", message: "takes a number from 0 to 60,000" }],
      });
    },
  );

  test("reset drops pending pushes", async () => {
    await send("alice", "1");
    await emulator.reset();
    expect((await poll({})).status).toBe(204);
  });
});
