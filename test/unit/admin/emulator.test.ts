import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GatewayAdmin } from "../../../src/admin/index.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { GatewayClient } from "../../../src/node.js";
import { rejectionOf } from "../../support/promises.js";
import { until } from "../../support/until.js";
import { credential } from "./fakes.js";

let emulator: Emulator;
let admin: GatewayAdmin;
const opened: { dispose: () => void }[] = [];

const startWith = async (settings: Parameters<typeof startEmulator>[0] = {}): Promise<void> => {
  emulator = await startEmulator({
    strict: true,
    credentials: [credential],
    namespaces: ["game-0001"],
    ...settings,
  });
  admin = new GatewayAdmin({
    namespaceName: "game-0001",
    credential,
    endpoints: emulator.endpoints,
    logger: false,
  });
};
beforeEach(() => startWith());
afterEach(async () => {
  for (const each of opened.splice(0)) each.dispose();
  await emulator.stop();
});

/** A bound player whose client collects notifications. */
const player = async (userId: string, subject = "sale") => {
  const client = new GatewayClient({
    namespaceName: "game-0001",
    credential,
    endpoints: emulator.endpoints,
    logger: false,
  });
  opened.push(client);
  const received: unknown[] = [];
  client.on({ subject }, ({ payload }) => received.push(payload));
  await client.setUserId({ accessToken: await emulator.issueAccessToken({ userId }) });
  return { client, received };
};

const collect = async <Item>(list: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of list) all.push(item);
  return all;
};

describe("the admin at the emulator", () => {
  test("creates, lists, updates and deletes namespaces", async () => {
    for (let nth = 1; nth <= 7; nth++) await admin.createNamespace({ name: `shop-${nth}` });
    expect(await rejectionOf(admin.createNamespace({ name: "shop-1" }))).toMatchObject({
      kind: "conflict",
      status: 409,
      outcome: "refused",
      errors: [{ component: "namespace" }],
    });
    const listed = await collect(admin.describeNamespaces.all({ namePrefix: "shop-", limit: 3 }));
    expect(listed.map(({ name }) => name)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((nth) => `shop-${nth}`),
    );
    const namespaceName = "shop-1";
    expect((await admin.getNamespaceStatus({ namespaceName })).status).toBeTypeOf("string");
    const changed = await admin.updateNamespace({ namespaceName, description: "new" });
    expect(changed.item).toMatchObject({ name: namespaceName, description: "new" });
    expect((await admin.getNamespace({ namespaceName })).item.description).toBe("new");
    expect((await admin.deleteNamespace({ namespaceName })).item.name).toBe(namespaceName);
    expect(await rejectionOf(admin.getNamespace({ namespaceName }))).toMatchObject({
      kind: "notFound",
    });
    expect((await admin.getServiceVersion()).item).toBeTypeOf("string");
  });

  test("sends notifications, lists sessions and closes them", async () => {
    const { received } = await player("user-0001");
    await player("user-0002");
    const sent = await admin.sendNotification({
      userId: "user-0001",
      subject: "sale",
      payload: { percent: 20 },
    });
    expect(sent.sendConnectionIds).toHaveLength(1);
    await until("the player receives it", () => received.length === 1);
    expect(received).toEqual([{ percent: 20 }]);

    const { items } = await admin.describeWebSocketSessionsByUserId({ userId: "user-0001" });
    expect(items).toMatchObject([{ userId: "user-0001" }]);
    const accessToken = await emulator.issueAccessToken({ userId: "user-0001" });
    expect(await collect(admin.describeWebSocketSessions.all({ accessToken }))).toEqual(items);
    expect((await admin.disconnectByUserId({ userId: "user-0001" })).items).toEqual(items);
    await admin.disconnectAll();
    const wrong = await rejectionOf(
      admin.describeWebSocketSessions({ accessToken: "unknown-token" }),
    );
    expect(wrong).toMatchObject({ kind: "unauthorized", outcome: "refused" });
  });

  test("binds a connection for a player and for a user", async () => {
    await player("user-0001");
    const { connectionId } = await emulator.waitForSession({ userId: "user-0001" });
    const accessToken = await emulator.issueAccessToken({ userId: "guild-0001" });
    const bound = await admin.setUserId({ accessToken, connectionId });
    expect(bound.item).toMatchObject({ userId: "guild-0001", connectionId });
    const other = await admin.setUserIdByUserId({ userId: "guild-0002", connectionId });
    expect(other.item).toMatchObject({ userId: "guild-0002", connectionId });
  });

  test("sets, gets and deletes Firebase tokens, and sends to devices", async () => {
    const accessToken = await emulator.issueAccessToken({ userId: "user-0001" });
    const userId = "user-0002";
    await admin.setFirebaseToken({ accessToken, token: "device-0001" });
    await admin.setFirebaseTokenByUserId({ userId, token: "device-0002" });
    expect((await admin.getFirebaseToken({ accessToken })).item.token).toBe("device-0001");
    expect((await admin.getFirebaseTokenByUserId({ userId })).item.token).toBe("device-0002");
    await admin.sendMobileNotificationByUserId({ userId, subject: "sale", payload: "now" });
    expect(emulator.outbox()).toHaveLength(1);
    expect((await admin.deleteFirebaseToken({ accessToken })).item!.token).toBe("device-0001");
    await admin.deleteFirebaseTokenByUserId({ userId });
    expect(await rejectionOf(admin.getFirebaseTokenByUserId({ userId }))).toMatchObject({
      kind: "notFound",
      errors: [{ component: "firebaseToken" }],
    });
  });

  test("logs in again when its token has expired", async () => {
    await admin.getNamespace();
    emulator.clock.advance(3_600_001);
    await Promise.all(
      [1, 2, 3].map((nth) =>
        admin.sendNotification({ userId: `user-${nth}`, subject: "sale", payload: "now" }),
      ),
    );
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
  });

  test("rejects with unauthorized when its secret is wrong", async () => {
    const wrongAdmin = new GatewayAdmin({
      credential: { clientId: "client-0001", clientSecret: "not-the-secret" },
      endpoints: emulator.endpoints,
      logger: false,
    });
    expect(await rejectionOf(wrongAdmin.describeNamespaces())).toMatchObject({
      kind: "unauthorized",
    });
  });

  test("sends to many users", async () => {
    const { received } = await player("user-0003");
    const userIds = Array.from({ length: 50 }, (_, nth) => `user-${String(nth).padStart(4, "0")}`);
    const summary = await admin.sendNotificationToUsers(userIds, {
      subject: "sale",
      payload: { a: 1 },
    });
    expect(summary).toEqual({ delivered: 1, forwarded: 0, undelivered: 49, failed: 0 });
    await until("the player receives it", () => received.length === 1);
    expect(emulator.calls({ method: "sendNotification" })).toHaveLength(50);
  });
});

describe("a user's data at the emulator", () => {
  const userId = "user-0001";
  const read = async (url: string): Promise<Record<string, unknown>> =>
    (await (await fetch(url)).json()) as Record<string, unknown>;

  test.each([404, 409, "nullUrl"] as const)(
    "is exported, erased and imported when early checks get %s",
    async (checkWhileRunning) => {
      await emulator.stop();
      await startWith({ settings: { jobDurationMs: 300, checkWhileRunning } });
      await admin.setFirebaseTokenByUserId({ userId, token: "device-0001" });
      const { url } = await admin.exportUserData({ userId });
      const data = await read(url);
      expect(data).toMatchObject({ userId, firebaseTokens: [{ token: "device-0001" }] });

      await admin.eraseUserData({ userId });
      expect(await rejectionOf(admin.getFirebaseTokenByUserId({ userId }))).toMatchObject({
        kind: "notFound",
      });
      const log = await admin.importUserData({ userId, data });
      expect(await read(log.url)).toMatchObject({ status: "succeeded", imported: 1 });
      expect((await admin.getFirebaseTokenByUserId({ userId })).item.token).toBe("device-0001");
    },
  );

  test("is exported and erased when a conflict has another status", async () => {
    await emulator.stop();
    await startWith({
      settings: { jobDurationMs: 300, checkWhileRunning: 409, conflictStatus: 405 },
    });
    await admin.setFirebaseTokenByUserId({ userId, token: "device-0001" });
    const { url } = await admin.exportUserData({ userId });
    expect(await read(url)).toMatchObject({ userId });
    await admin.eraseUserData({ userId });
    expect(emulator.state().firebaseTokens).toEqual([]);
  });

  test("is imported with a log of its errors when it is invalid", async () => {
    const { url } = await admin.importUserData({ userId, data: "{" });
    expect(await read(url)).toMatchObject({ status: "failed", imported: 0 });
  });
});
