// What servers and networks do to answers and notifications, and to the tokens behind them.
import { describe, expect, test } from "vitest";
import { rejectionOf, until } from "../../../support/until.js";
import { aClient, anEmulator } from "../emulatorWorld.js";

const player = { accessToken: "accessToken-0001" } as const;
const exclusive = { ...player, allowConcurrentAccess: false } as const;
const post = (n: number) => ({ userId: "user-0001", key: "Gs2Chat:Post", payload: { n } });

async function aBoundClient(
  options: Parameters<typeof aClient>[1] = {},
  ofEmulator: Parameters<typeof anEmulator>[0] = {},
) {
  const emulator = await anEmulator(ofEmulator);
  const client = aClient(emulator, options);
  await client.gateway.setUserId(exclusive);
  return { emulator, ...client };
}

describe("repliesOutOfOrder", () => {
  test("each call gets its own answer, whichever comes first", async () => {
    const { emulator, gateway } = await aBoundClient();
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

  test("an answer that waits for one that never comes is only late", async () => {
    const { emulator, gateway } = await aBoundClient();
    emulator.faults.set([{ fault: "repliesOutOfOrder", withinMs: 100 }]);
    expect(await gateway.setFirebaseToken({ token: "t" })).toMatchObject({ item: { token: "t" } });
  });
});

describe("replyLost", () => {
  test("a read times out as unknown and harmless, and the line is asked whether it lives", async () => {
    const { emulator, gateway, statuses } = await aBoundClient();
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

  test("and then the line: a read, a set and a delete are asked again within their deadline", async () => {
    // A server that does everything it is asked, however often.
    const settings = { duplicationAvoider: "ignore" } as const;
    const { emulator, gateway } = await aBoundClient({}, { settings });
    await gateway.setFirebaseToken({ token: "old" });
    const lostThen = async (method: string, call: () => Promise<unknown>) => {
      emulator.faults.set([{ fault: "replyLost", method, times: 1 }]);
      const { length } = emulator.calls({ method });
      const answer = call();
      await until("it was done", () => emulator.calls({ method }).length > length);
      emulator.faults.set([{ fault: "drop" }]);
      return answer;
    };
    expect(await lostThen("getFirebaseToken", () => gateway.getFirebaseToken())).toMatchObject({
      item: { token: "old" },
    });
    expect(
      await lostThen("setFirebaseToken", () => gateway.setFirebaseToken({ token: "new" })),
    ).toMatchObject({ item: { token: "new" } });
    // Done the first time, so the second finds nothing: that counts as done.
    expect(await lostThen("deleteFirebaseToken", () => gateway.deleteFirebaseToken())).toEqual({});
    expect(emulator.calls({ method: "deleteFirebaseToken" }).map(({ status }) => status)).toEqual([
      200, 404,
    ]);
  });

  test("and then the line: any other call is not asked again, and told as unknown", async () => {
    const { emulator, gateway, becomes } = await aBoundClient();
    emulator.faults.set([{ fault: "replyLost", method: "doMatchmaking" }]);
    const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };
    const failed = rejectionOf(gateway.call(call));
    await until("it has arrived", () => emulator.calls({ method: "doMatchmaking" })[0]);
    emulator.faults.set([{ fault: "drop" }]);
    expect(await failed).toMatchObject({
      kind: "notConnected",
      outcome: "unknown",
      retryable: false,
    });
    await becomes("ready");
    expect(emulator.calls({ method: "doMatchmaking" })).toHaveLength(1);
  });

  test("of a bind: the call says it does not know, the binding tries on and gets in", async () => {
    const emulator = await anEmulator({
      faults: [{ fault: "replyLost", method: "setUserId", times: 1 }],
    });
    const { gateway, becomes } = aClient(emulator, { callTimeoutMs: 300 });
    expect(await rejectionOf(gateway.setUserId(exclusive))).toMatchObject({
      kind: "requestTimeout",
      outcome: "unknown",
      retryable: true,
    });
    await becomes("ready");
    expect(emulator.sessions()).toHaveLength(1);
  });

  test("of a forced bind: force has left once and never does again", async () => {
    const { emulator, gateway, becomes } = await aBoundClient({ callTimeoutMs: 5_000 });
    emulator.faults.set([{ fault: "replyLost", method: "setUserId", times: 1 }]);
    const taking = gateway.takeOver().catch((error: unknown) => error);
    await until("it was done", () => emulator.calls({ method: "setUserId" }).length === 2);
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("reconnecting");
    await becomes("ready");
    await taking;
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
  test("the first settles the call, the second is a word in the diagnostics", async () => {
    const { emulator, gateway, diagnostic, statuses } = await aBoundClient();
    emulator.faults.set([{ fault: "replyDuplicated" }]);
    expect(await gateway.setFirebaseToken({ token: "t" })).toMatchObject({ item: { token: "t" } });
    expect((await diagnostic("unmatchedReply")).detail).toMatchObject({ status: 200 });
    expect(statuses.at(-1)).toBe("ready");
  });

  test("of login and bind leads in once", async () => {
    const emulator = await anEmulator({ faults: [{ fault: "replyDuplicated" }] });
    const { gateway, statuses } = aClient(emulator);
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
  test("an answer to a call that was asked again settles it once", async () => {
    const { emulator, gateway, becomes, diagnostic } = await aBoundClient();
    emulator.faults.set([{ fault: "replyAfterReconnect", method: "setFirebaseToken", times: 1 }]);
    const set = gateway.setFirebaseToken({ token: "t" });
    await until("it was done", () => emulator.calls({ method: "setFirebaseToken" })[0]);
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    await becomes("reconnecting");
    expect(await set).toMatchObject({ item: { token: "t" } });
    await diagnostic("unmatchedReply");
    expect(emulator.calls({ method: "setFirebaseToken" })).toHaveLength(2);
  });

  test("an answer to a call that was given up answers nobody", async () => {
    const { emulator, gateway, becomes, diagnostic } = await aBoundClient();
    emulator.faults.set([{ fault: "replyAfterReconnect", method: "doMatchmaking" }]);
    const call = { service: "matchmaking", component: "gathering", function: "doMatchmaking" };
    const failed = rejectionOf(gateway.call(call));
    await until("it has arrived", () => emulator.calls({ method: "doMatchmaking" })[0]);
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    expect(await failed).toMatchObject({ outcome: "unknown" });
    await becomes("ready");
    expect((await diagnostic("unmatchedReply")).detail).toMatchObject({ status: 501 });
    expect(await gateway.describeWebSocketSessions()).toMatchObject({ items: [{}] });
  });

  test("the answer to a bind of the old socket binds nobody on the new one", async () => {
    const emulator = await anEmulator({
      faults: [{ fault: "replyAfterReconnect", method: "setUserId", times: 1 }],
    });
    const { gateway, diagnostic } = aClient(emulator);
    const bound = gateway.setUserId(exclusive);
    await until("it was done", () => emulator.sessions().length === 1);
    emulator.disconnect({ userId: "user-0001", code: 1006 });
    const { connectionId } = await bound;
    await diagnostic("unmatchedReply");
    expect(emulator.sessions()).toMatchObject([{ connectionId }]);
    expect(gateway.connection.bindings["player"]!.connectionId).toBe(connectionId);
  });
});

describe("notificationBeforeReply", () => {
  test("news of what a call caused is found by the mark set before the call", async () => {
    const { emulator, gateway } = await aBoundClient();
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

  test("before the answer to the bind it waits until onSync is through", async () => {
    const emulator = await anEmulator({
      faults: [
        {
          fault: "notificationBeforeReply",
          method: "setUserId",
          key: "Gs2Chat:Post",
          payload: { n: 1 },
        },
      ],
    });
    const { gateway } = aClient(emulator);
    const story: string[] = [];
    gateway.on("Gs2Chat:Post", () => story.push("heard"));
    gateway.onSync(async () => {
      story.push("sync begins");
      await gateway.ping();
      story.push("sync ends");
    });
    await gateway.setUserId(player);
    await until("it is heard", () => story.includes("heard"));
    expect(story).toEqual(["sync begins", "sync ends", "heard"]);
  });
});

describe("malformedFrame", () => {
  test.each([
    ["{", "notJson"],
    ["", "notJson"],
    ["[]", "notAnObject"],
    ['{"type":"news","body":{}}', "unknownType"],
  ])("%j is left aside with a diagnostic, and the line goes on", async (text, why) => {
    const { emulator, gateway, diagnostic, statuses } = await aBoundClient();
    const heard = gateway.waitFor("Gs2Chat:Post");
    emulator.faults.set([{ fault: "malformedFrame", text }]);
    await emulator.notify(post(1));
    await heard;
    expect((await diagnostic("unreadableFrame")).detail).toEqual({ why });
    expect(statuses.at(-1)).toBe("ready");
  });
});

describe("duplicateNotification", () => {
  test("GS2 numbers nothing, so both are heard, in order; one answers one waiter", async () => {
    const { emulator, gateway } = await aBoundClient();
    const heard: number[] = [];
    gateway.on("Gs2Chat:Post", ({ payload }) => heard.push((payload as { n?: number }).n!));
    const mark = gateway.mark();
    emulator.faults.set([{ fault: "duplicateNotification", times: 1 }]);
    await emulator.notify(post(1));
    await emulator.notify(post(2));
    await until("all are heard", () => heard.length === 3);
    expect(heard).toEqual([1, 1, 2]);
    const found = [1, 2, 3].map(() => gateway.waitFor("Gs2Chat:Post", { since: mark }));
    expect((await Promise.all(found)).map(({ payload }) => payload)).toEqual([
      { n: 1 },
      { n: 1 },
      { n: 2 },
    ]);
  });
});

describe("expireTokens", () => {
  test("a call is refused once, what may be stale is renewed once, and the call is repeated once", async () => {
    const emulator = await anEmulator();
    const { gateway, statuses } = aClient(emulator);
    const asked: string[] = [];
    await gateway.setUserId({
      accessToken: ({ reason }) => {
        asked.push(reason);
        return emulator.issueAccessToken({ userId: "alice" });
      },
    });
    emulator.faults.set([{ fault: "expireTokens", userId: "alice" }]);
    const answers = await Promise.all([
      gateway.setFirebaseToken({ token: "t" }),
      gateway.describeWebSocketSessions(),
    ]);
    expect(answers).toMatchObject([{ item: { token: "t" } }, { items: [{ userId: "alice" }] }]);
    expect(asked).toEqual(["bind", "unauthorized"]);
    expect(emulator.calls({ method: "login" })).toHaveLength(2);
    expect(statuses.at(-1)).toBe("ready");
  });

  test.each(["project", "access"] as const)(
    "%s tokens that died while the line was down are renewed on the way back",
    async (tokens) => {
      const emulator = await anEmulator();
      const { gateway, becomes } = aClient(emulator);
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

  test("a token there is no other of leads to unauthorized when it is needed, and setUserId leads out", async () => {
    const { emulator, gateway, becomes } = await aBoundClient();
    emulator.faults.set([{ fault: "expireTokens", tokens: "access" }]);
    // The session itself lives on.
    const heard = gateway.waitFor("Gs2Chat:Post");
    await emulator.notify(post(1));
    await heard;
    emulator.faults.set([{ fault: "drop" }]);
    await becomes("unauthorized");
    const accessToken = await emulator.issueAccessToken({ userId: "user-0001" });
    await gateway.setUserId({ ...exclusive, accessToken });
    expect(gateway.connection.status).toBe("ready");
  });
});
