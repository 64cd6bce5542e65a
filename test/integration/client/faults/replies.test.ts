// Faults of replies, notifications and tokens after the bind.
import { describe, expect, test } from "vitest";
import { rejectionOf } from "../../../support/promises.js";
import { until } from "../../../support/until.js";
import { createTestClient, startTestEmulator } from "../testEmulator.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;
const post = (n: number) => ({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });

async function createBoundClient(
  options: Parameters<typeof createTestClient>[1] = {},
  emulatorOptions: Parameters<typeof startTestEmulator>[0] = {},
) {
  const emulator = await startTestEmulator(emulatorOptions);
  const client = createTestClient(emulator, options);
  await client.gateway.setUserId(exclusive);
  return { emulator, ...client };
}

describe("repliesOutOfOrder", () => {
  test("the client settles each call with its own reply", async () => {
    const { emulator, gateway } = await createBoundClient();
    emulator.faults.set([{ fault: "repliesOutOfOrder", withinMs: 10_000 }]);
    const settled: string[] = [];
    const note = (name: string) => (value: unknown) => {
      settled.push(name);
      return value;
    };
    const [set, sessions] = await Promise.all([
      gateway.setFirebaseToken({ token: "t-1" }).then(note("set")),
      gateway.describeWebSocketSessions().then(note("sessions")),
    ]);
    expect(settled).toEqual(["sessions", "set"]);
    expect(set).toMatchObject({ item: { token: "t-1" } });
    expect(sessions).toMatchObject({ items: [{ userId: "user-0001" }] });
  });

  test("a held reply arrives late when no other reply follows", async () => {
    const { emulator, gateway } = await createBoundClient();
    emulator.faults.set([{ fault: "repliesOutOfOrder", withinMs: 100 }]);
    expect(await gateway.setFirebaseToken({ token: "t" })).toMatchObject({ item: { token: "t" } });
  });
});

describe("replyLost", () => {
  test("a read rejects with the outcome unknown and retryable, and the connection stays open", async () => {
    const { emulator, gateway, statuses } = await createBoundClient();
    emulator.faults.set([{ fault: "replyLost", method: "getFirebaseToken" }]);
    await gateway.setFirebaseToken({ token: "t" });
    expect(await rejectionOf(gateway.getFirebaseToken({}, { timeoutMs: 100 }))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: true,
    });
    await gateway.ping();
    expect(statuses).toEqual(["connecting", "connected", "ready"]);
  });

  test("followed by a drop, the client repeats a read, a set and a delete within their deadline", async () => {
    // A server that runs a repeated request again.
    const settings = { duplicationAvoider: "ignore" } as const;
    const { emulator, gateway } = await createBoundClient({}, { settings });
    await gateway.setFirebaseToken({ token: "old" });
    const loseReplyAndDrop = async (method: string, call: () => Promise<unknown>) => {
      emulator.faults.set([{ fault: "replyLost", method, times: 1 }]);
      const { length } = emulator.calls({ method });
      const answer = call();
      await until(
        "the emulator has handled the call",
        () => emulator.calls({ method }).length > length,
      );
      emulator.faults.set([{ fault: "drop" }]);
      return answer;
    };
    expect(
      await loseReplyAndDrop("getFirebaseToken", () => gateway.getFirebaseToken()),
    ).toMatchObject({
      item: { token: "old" },
    });
    expect(
      await loseReplyAndDrop("setFirebaseToken", () => gateway.setFirebaseToken({ token: "new" })),
    ).toMatchObject({ item: { token: "new" } });
    // The first delete succeeded, so the repeated one gets 404, which counts as success.
    expect(
      await loseReplyAndDrop("deleteFirebaseToken", () => gateway.deleteFirebaseToken()),
    ).toEqual({});
    expect(emulator.calls({ method: "deleteFirebaseToken" }).map(({ status }) => status)).toEqual([
      200, 404,
    ]);
  });

  test("followed by a drop, the client does not repeat any other call, which rejects with the outcome unknown", async () => {
    const { emulator, gateway, becomes } = await createBoundClient();
    emulator.faults.set([{ fault: "replyLost", method: "doMatchmaking" }]);
    const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };
    const failed = rejectionOf(gateway.call(call));
    await until(
      "the emulator has received the call",
      () => emulator.calls({ method: "doMatchmaking" })[0],
    );
    emulator.faults.set([{ fault: "drop" }]);
    expect(await failed).toMatchObject({
      kind: "notConnected",
      outcome: "unknown",
      retryable: false,
    });
    await becomes("ready");
    expect(emulator.calls({ method: "doMatchmaking" })).toHaveLength(1);
  });

  test("of a bind: setUserId rejects with the outcome unknown, and the client retries the bind", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "replyLost", method: "setUserId", times: 1 }],
    });
    const { gateway, becomes } = createTestClient(emulator, { callTimeoutMs: 300 });
    expect(await rejectionOf(gateway.setUserId(exclusive))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: true,
    });
    await becomes("ready");
    expect(emulator.sessions()).toHaveLength(1);
  });

  test("of a forced bind: the client sends force once, and not in the retry", async () => {
    const { emulator, gateway, becomes } = await createBoundClient({ callTimeoutMs: 5_000 });
    emulator.faults.set([{ fault: "replyLost", method: "setUserId", times: 1 }]);
    const takeOver = gateway.takeOver().catch((error: unknown) => error);
    await until(
      "the emulator has handled the call",
      () => emulator.calls({ method: "setUserId" }).length === 2,
    );
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("reconnecting");
    await becomes("ready");
    await takeOver;
    expect(
      emulator
        .calls({ method: "setUserId" })
        .map(({ params, status }) => [params["force"], status]),
    ).toEqual([
      [undefined, 200],
      [true, 200],
      [undefined, 200],
    ]);
  });
});

describe("replyDuplicated", () => {
  test("the first reply settles the call, and the second is a diagnostic", async () => {
    const { emulator, gateway, diagnostic, statuses } = await createBoundClient();
    emulator.faults.set([{ fault: "replyDuplicated" }]);
    expect(await gateway.setFirebaseToken({ token: "t" })).toMatchObject({ item: { token: "t" } });
    expect((await diagnostic("unmatchedReply")).detail).toMatchObject({ status: 200 });
    expect(statuses.at(-1)).toBe("ready");
  });

  test("of login and bind: the client binds once", async () => {
    const emulator = await startTestEmulator({ faults: [{ fault: "replyDuplicated" }] });
    const { gateway, statuses } = createTestClient(emulator);
    const reasons: string[] = [];
    gateway.onSync(({ reason }) => reasons.push(reason));
    await gateway.setUserId(exclusive);
    await gateway.ping();
    expect(statuses).toEqual(["connecting", "connected", "ready"]);
    expect(reasons).toEqual(["first"]);
    expect(emulator.calls({ method: "setUserId" })).toHaveLength(1);
  });
});

describe("replyAfterReconnect", () => {
  test("a late reply to a repeated call settles nothing more", async () => {
    const { emulator, gateway, becomes, diagnostic } = await createBoundClient();
    emulator.faults.set([{ fault: "replyAfterReconnect", method: "setFirebaseToken", times: 1 }]);
    const set = gateway.setFirebaseToken({ token: "t" });
    await until(
      "the emulator has handled the call",
      () => emulator.calls({ method: "setFirebaseToken" })[0],
    );
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    await becomes("reconnecting");
    expect(await set).toMatchObject({ item: { token: "t" } });
    await diagnostic("unmatchedReply");
    expect(emulator.calls({ method: "setFirebaseToken" })).toHaveLength(2);
  });

  test("a late reply to a rejected call is a diagnostic", async () => {
    const { emulator, gateway, becomes, diagnostic } = await createBoundClient();
    emulator.faults.set([{ fault: "replyAfterReconnect", method: "doMatchmaking" }]);
    const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };
    const failed = rejectionOf(gateway.call(call));
    await until(
      "the emulator has received the call",
      () => emulator.calls({ method: "doMatchmaking" })[0],
    );
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    expect(await failed).toMatchObject({ outcome: "unknown" });
    await becomes("ready");
    expect((await diagnostic("unmatchedReply")).detail).toMatchObject({ status: 501 });
    expect(await gateway.describeWebSocketSessions()).toMatchObject({ items: [{}] });
  });

  test("a late reply to a bind on the old socket does not bind on the new one", async () => {
    const emulator = await startTestEmulator({
      faults: [{ fault: "replyAfterReconnect", method: "setUserId", times: 1 }],
    });
    const { gateway, diagnostic } = createTestClient(emulator);
    const bound = gateway.setUserId(exclusive);
    await until("the emulator has handled the call", () => emulator.sessions().length === 1);
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    const { connectionId } = await bound;
    await diagnostic("unmatchedReply");
    expect(emulator.sessions()).toMatchObject([{ connectionId }]);
    expect(gateway.connection.bindings["player"]!.connectionId).toBe(connectionId);
  });
});

describe("notificationBeforeReply", () => {
  test("waitFor finds a notification that arrives before the reply, by a mark set before the call", async () => {
    const { emulator, gateway } = await createBoundClient();
    emulator.faults.set([
      {
        fault: "notificationBeforeReply",
        method: "doMatchmaking",
        key: "Gs2Matchmaking:Complete",
        payload: { namespaceName: "m", gatheringName: "g-1" },
      },
    ]);
    const mark = gateway.mark();
    const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };
    await rejectionOf(gateway.call(call, { slot: "player" }));
    const { payload } = await gateway.waitFor("Gs2Matchmaking:Complete", { since: mark });
    expect(payload.gatheringName).toBe("g-1");
  });

  test("a notification before the reply to the bind is delivered after onSync", async () => {
    const emulator = await startTestEmulator({
      faults: [
        {
          fault: "notificationBeforeReply",
          method: "setUserId",
          key: "Gs2Chat:Post",
          payload: { n: 1 },
        },
      ],
    });
    const { gateway } = createTestClient(emulator);
    const events: string[] = [];
    gateway.on("Gs2Chat:Post", () => events.push("notification"));
    gateway.onSync(async () => {
      events.push("sync begins");
      await gateway.ping();
      events.push("sync ends");
    });
    await gateway.setUserId(player);
    await until("the notification is delivered", () => events.includes("notification"));
    expect(events).toEqual(["sync begins", "sync ends", "notification"]);
  });
});

describe("malformedFrame", () => {
  test.each([
    ["{", "notJson"],
    ["", "notJson"],
    ["[]", "notAnObject"],
    ['{"type":"news","body":{}}', "unknownType"],
  ])("%j is a diagnostic, and the connection stays open", async (text, why) => {
    const { emulator, gateway, diagnostic, statuses } = await createBoundClient();
    const received = gateway.waitFor("Gs2Chat:Post");
    emulator.faults.set([{ fault: "malformedFrame", text }]);
    await emulator.notify(post(1));
    await received;
    expect((await diagnostic("unreadableFrame")).detail).toEqual({ why });
    expect(statuses.at(-1)).toBe("ready");
  });
});

describe("duplicateNotification", () => {
  test("the client delivers both in order, as GS2 numbers nothing, and each settles one waiter", async () => {
    const { emulator, gateway } = await createBoundClient();
    const received: number[] = [];
    gateway.on("Gs2Chat:Post", ({ payload }) => received.push((payload as { n?: number }).n!));
    const mark = gateway.mark();
    emulator.faults.set([{ fault: "duplicateNotification", times: 1 }]);
    await emulator.notify(post(1));
    await emulator.notify(post(2));
    await until("all are delivered", () => received.length === 3);
    expect(received).toEqual([1, 1, 2]);
    const found = [1, 2, 3].map(() => gateway.waitFor("Gs2Chat:Post", { since: mark }));
    expect((await Promise.all(found)).map(({ payload }) => payload)).toEqual([
      { n: 1 },
      { n: 1 },
      { n: 2 },
    ]);
  });
});

describe("expireTokens", () => {
  test("after a 401 the client renews both tokens once and repeats each call once", async () => {
    const emulator = await startTestEmulator();
    const { gateway, statuses } = createTestClient(emulator);
    const reasons: string[] = [];
    await gateway.setUserId({
      accessToken: ({ reason }) => {
        reasons.push(reason);
        return emulator.issueAccessToken({ userId: "alice" });
      },
    });
    emulator.faults.set([{ fault: "expireTokens", userId: "alice" }]);
    const answers = await Promise.all([
      gateway.setFirebaseToken({ token: "t" }),
      gateway.describeWebSocketSessions(),
    ]);
    expect(answers).toMatchObject([{ item: { token: "t" } }, { items: [{ userId: "alice" }] }]);
    expect(reasons).toEqual(["bind", "unauthorized"]);
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
    expect(statuses.at(-1)).toBe("ready");
  });

  test.each(["project", "access"] as const)(
    "the client renews %s tokens that expired while it was disconnected",
    async (tokens) => {
      const emulator = await startTestEmulator();
      const { gateway, becomes } = createTestClient(emulator);
      await gateway.setUserId({
        accessToken: () => emulator.issueAccessToken({ userId: "alice" }),
      });
      emulator.faults.set([{ fault: "expireTokens", tokens }, { fault: "drop" }]);
      await becomes("reconnecting");
      await becomes("ready");
      expect(gateway.connection.error).toBeUndefined();
      expect(emulator.sessions()).toMatchObject([{ userId: "alice" }]);
    },
  );

  test("an expired token without a provider is unauthorized on reconnect, and a new setUserId binds", async () => {
    const { emulator, gateway, becomes } = await createBoundClient();
    emulator.faults.set([{ fault: "expireTokens", tokens: "access" }]);
    // The session itself stays valid.
    const received = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify(post(1));
    await received;
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("unauthorized");
    const accessToken = await emulator.issueAccessToken({ userId: "user-0001" });
    await gateway.setUserId({ ...exclusive, accessToken });
    expect(gateway.connection.status).toBe("ready");
  });
});
