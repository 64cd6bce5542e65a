import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  startEmulator,
  type Emulator,
  type EmulatorNotification,
} from "../../../src/emulator/index.js";
import { notify as notifyAt } from "../../../src/emulator/controls/notify.js";
import type { Store } from "../../../src/emulator/store/types.js";
import type { EmulatorSettings } from "../../../src/emulator/settings.js";
import { serviceNotifications } from "../../../src/wire/notifications.js";
import { setUserId } from "../../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { call, openAndLogIn, createTestStore, START } from "./stores.js";

const namespaceName = "game-0001";

const notify = (store: Store, given: EmulatorNotification) => notifyAt(store, given, START);

function storeWithPlayer(settings: Partial<EmulatorSettings> = {}) {
  const store = createTestStore(settings);
  const connectionId = openAndLogIn(store);
  call(store, connectionId, setUserId, { namespaceName, accessToken: "accessToken-0001" });
  return { store, connectionId };
}

const noticeFor = (
  given: Omit<EmulatorNotification, "userId" | "payload">,
  settings: Partial<EmulatorSettings> = {},
) => {
  const { store } = storeWithPlayer(settings);
  const { effects } = notify(store, { userId: "user-0001", payload: "{}", ...given });
  const [effect] = effects;
  return effect?.kind === "deliver" ? effect.notification : undefined;
};

describe("notify", () => {
  test.each<[string, Partial<EmulatorSettings>, string, string]>([
    ["both fields", {}, "Gs2Chat:Post", "Gs2Chat:Post"],
    ["the subject alone", { serviceNotificationKeyIn: "subject" }, "", "Gs2Chat:Post"],
    ["the issuer alone", { serviceNotificationKeyIn: "issuer" }, "Gs2Chat:Post", ""],
  ])("sends the key of a GS2 service in %s", (_, settings, issuer, subject) => {
    expect(noticeFor({ key: "Gs2Chat:Post" }, settings)).toEqual({
      issuer,
      subject,
      payload: "{}",
    });
  });

  test("sends a game's own key in the subject, as sendNotification would, with every setting", () => {
    for (const serviceNotificationKeyIn of ["both", "subject", "issuer"] as const) {
      expect(noticeFor({ key: "raid-start" }, { serviceNotificationKeyIn })).toEqual({
        issuer: "Gs2Gateway:SendNotification",
        subject: "raid-start",
        payload: "{}",
      });
    }
  });

  test("sends the given issuer and subject", () => {
    expect(noticeFor({ issuer: "i", subject: "s" })).toMatchObject({ issuer: "i", subject: "s" });
    expect(noticeFor({ subject: "s" }, { customNotificationIssuer: "mine" })).toMatchObject({
      issuer: "mine",
      subject: "s",
    });
  });

  test("accepts each of GS2's own keys", () => {
    for (const key of Object.keys(serviceNotifications)) {
      expect(noticeFor({ key })).toMatchObject({ issuer: key, subject: key });
    }
  });

  test("sends a payload that is not a text as JSON", () => {
    const { store } = storeWithPlayer();
    const { effects } = notify(store, { userId: "user-0001", key: "k", payload: { raidId: 1 } });
    expect(effects[0]).toMatchObject({ notification: { payload: '{"raidId":1}' } });
  });

  test("sends to the latest session only with notificationGoesTo latest", () => {
    const { store } = storeWithPlayer({ notificationGoesTo: "latest" });
    const latest = openAndLogIn(store);
    call(store, latest, setUserId, { namespaceName, accessToken: "accessToken-0001" });
    const { result } = notify(store, { userId: "user-0001", key: "k", payload: "{}" });
    expect(result).toEqual({ protocol: "WebSocket", sendConnectionIds: [latest] });
  });

  test("sends once to a socket on which the user is bound in two namespaces", () => {
    const { store, connectionId } = storeWithPlayer();
    call(store, connectionId, setUserId, {
      namespaceName: "guild-0001",
      accessToken: "accessToken-0001",
    });
    const { result } = notify(store, { userId: "user-0001", key: "k", payload: "{}" });
    expect(result.sendConnectionIds).toEqual([connectionId]);
  });

  const valid = { userId: "u", key: "k", payload: "p" };

  test.each<[string, Json, field: string, problem: string]>([
    ["without a user", { ...valid, userId: undefined }, "userId", "takes a text of 1 to 128"],
    ["without a userId field", { key: "k", payload: "p" }, "userId", "must be supplied"],
    ["without a payload", { userId: "u", key: "k" }, "payload", "must be supplied"],
    ["with an empty payload", { ...valid, payload: "" }, "payload", "must be supplied"],
    ["with neither key nor subject", { userId: "u", payload: "p" }, "key", "or subject must be"],
    ["with key and subject", { ...valid, subject: "s" }, "key", "cannot be combined with subject"],
    ["with key and issuer", { ...valid, issuer: "i" }, "key", "cannot be combined with subject"],
    [
      "with a long payload",
      { ...valid, payload: "x".repeat(1_025) },
      "payload",
      "1,024 characters",
    ],
    ["with a long key", { ...valid, key: "k".repeat(129) }, "key", "a text of 1 to 128 characters"],
    ["with a key that is not a text", { ...valid, key: 7 }, "key", "takes a text"],
    ["with a numeric namespace", { ...valid, namespaceName: 7 }, "namespaceName", "takes a text"],
    [
      "with a numeric transfer",
      { ...valid, enableTransferMobileNotification: 1 },
      "enableTransferMobileNotification",
      "takes true or false",
    ],
    [
      "with an unknown field",
      { ...valid, topic: "t" },
      "topic",
      "is unknown; known are userId, key",
    ],
  ])("throws %s, and names the field", (_, given, field, problem) => {
    const { store } = storeWithPlayer();
    const run = () => notify(store, given as unknown as EmulatorNotification);
    expect(run).toThrow(
      expect.objectContaining({
        kind: "invalidArgument",
        message: expect.stringContaining(`notify: ${field} `) as string,
        errors: [{ component: field, message: expect.stringContaining(problem) as string }],
      }) as Error,
    );
  });
});

describe("notify gives as the reason that", () => {
  const reasonFor = (given: Partial<EmulatorNotification>) => {
    const { store } = storeWithPlayer();
    openAndLogIn(store);
    return notify(store, { userId: "user-0001", key: "k", payload: "{}", ...given }).result;
  };

  test.each<[string, Partial<EmulatorNotification>, string]>([
    [
      "the user has no session",
      { userId: "user-0002" },
      "user-0002 has no session. 2 sockets are open; sessions exist for user-0001 in game-0001.",
    ],
    [
      "the namespace does not exist",
      { namespaceName: "game-0002" },
      "There is no namespace game-0002; there are: game-0001.",
    ],
  ])("%s", (_, given, reason) => {
    expect(reasonFor(given)).toEqual({ protocol: null, sendConnectionIds: [], reason });
  });

  test("the user's session is in another namespace", () => {
    const { store } = storeWithPlayer();
    call(store, openAndLogIn(store), setUserId, {
      namespaceName: "guild-0001",
      accessToken: "accessToken-0002",
    });
    const given = { userId: "user-0001", key: "k", payload: "{}", namespaceName: "guild-0001" };
    expect(notify(store, given).result.reason).toBe(
      "user-0001 has no session in guild-0001. 2 sockets are open; sessions exist for user-0001 in game-0001, user-0002 in guild-0001.",
    );
  });

  test("there are no sessions", () => {
    const { result } = notify(createTestStore(), { userId: "user-0001", key: "k", payload: "{}" });
    expect(result.reason).toBe("user-0001 has no session. 0 sockets are open; no session exists.");
  });
});

describe("the control plane", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  afterAll(() => emulator.stop());

  const control = async (path: string, body?: unknown): Promise<{ status: number; body: Json }> => {
    const response = await fetch(
      `${emulator.url}/_emulator/${path}`,
      body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
    );
    return { status: response.status, body: (await response.json()) as Json };
  };

  async function bound(userNumber: string): Promise<RawSocket> {
    const socket = await RawSocket.open(emulator.endpoints.webSocket);
    const token = await restLogin(emulator.url);
    const params = { namespaceName, accessToken: `accessToken-${userNumber}` };
    await socket.ask(frame("setUserId", params, token));
    return socket;
  }

  test("reports that it is ready", async () => {
    expect((await control("ready")).body).toEqual({ ready: true, url: emulator.url });
  });

  test("sends a SendNotificationEntry as it is, and returns the connections", async () => {
    const socket = await bound("0001");
    const entry = { userId: "user-0001", issuer: "i", subject: "s", payload: '{"a":1}' };
    const [session] = emulator.sessions();
    expect(await control("notifications", { ...entry, namespaceName })).toEqual({
      status: 200,
      body: { protocol: "WebSocket", sendConnectionIds: [session!.connectionId] },
    });
    expect(await socket.notification()).toEqual({
      type: "notification",
      body: { issuer: "i", subject: "s", payload: '{"a":1}' },
    });
    await socket.close();
  });

  test("delivers notifications in the order they were sent", async () => {
    const socket = await bound("0001");
    for (let number = 1; number <= 100; number++) {
      await emulator.notify({ userId: "user-0001", key: "count", payload: String(number) });
    }
    await socket.waitFor("the last", (one) => (one["body"] as Json)["payload"] === "100");
    const payloads = socket.frames
      .filter((one) => one["type"] === "notification")
      .map((one) => (one["body"] as Json)["payload"]);
    expect(payloads).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
    await socket.close();
  });

  test("answers a wrong notification with a sentence, the field and its problem", async () => {
    expect(await control("notifications", { key: "k", payload: "p" })).toEqual({
      status: 400,
      body: {
        message: "notify: userId must be supplied",
        errors: [{ field: "userId", message: "must be supplied" }],
      },
    });
    expect((await control("access-tokens", {})).body["message"]).toContain("userId");
  });

  test.each<[path: string, body: Json, field: string, problem: string]>([
    ["disconnect", {}, "userId", "or connectionId must be supplied, and not both"],
    ["disconnect", { userId: "u", connectionId: "c" }, "userId", "or connectionId must be"],
    ["disconnect", { userId: "u", code: 1005 }, "code", "takes 1000 to 1003, 1006 to 1014 or"],
    [
      "disconnect",
      { userid: "u" },
      "userid",
      "is unknown (did you mean userId?); known are userId, namespaceName",
    ],
    ["clock", { advanceMs: -1 }, "advanceMs", "takes a number of milliseconds, 0 or more"],
    ["namespaces", { name: "" }, "name", "takes a text of 1 to 128 characters"],
    ["sessions/wait", {}, "userId", "must be supplied"],
    ["sessions/wait", { userId: "u", timeoutMs: "1" }, "timeoutMs", "takes a number of milli"],
  ])("refuses POST %s with %j, and names the field", async (path, body, field, problem) => {
    expect(await control(path, body)).toEqual({
      status: 400,
      body: {
        message: expect.stringContaining(`: ${field} ${problem}`) as string,
        errors: [{ field, message: expect.stringContaining(problem) as string }],
      },
    });
  });

  test("lists sessions and calls with their secrets redacted", async () => {
    const socket = await bound("0001");
    await fetch(`${emulator.url}/gateway/game-0001/user/me/firebase/token`, {
      method: "PUT",
      body: JSON.stringify({ token: "device-secret" }),
    });
    expect((await control("sessions")).body["items"]).toEqual(emulator.sessions());
    const { body } = await control("calls?method=setUserId&userId=user-0001");
    expect(body["items"]).toEqual([
      {
        at: expect.any(Number) as number,
        transport: "socket",
        service: "gateway",
        component: "webSocketSession",
        method: "setUserId",
        namespaceName,
        userId: "user-0001",
        connectionId: emulator.sessions()[0]!.connectionId,
        requestId: expect.any(String) as string,
        status: 200,
        outcome: "ok",
        errors: [],
        params: { namespaceName, accessToken: "***" },
      },
    ]);
    const all = JSON.stringify((await control("calls")).body);
    for (const secret of ["secret-0001", "device-secret", "accessToken-0001", "projectToken-"]) {
      expect(all).not.toContain(secret);
    }
    expect(emulator.calls().map((one) => [one.method, one.transport, one.outcome])).toEqual([
      ["login", "rest", "ok"],
      ["setUserId", "socket", "ok"],
      ["setFirebaseToken", "rest", "unauthorized"],
    ]);
    await socket.close();
  });

  test("cuts sockets and forgets calls and tokens on reset", async () => {
    const socket = await bound("0001");
    const token = await restLogin(emulator.url);
    expect(await control("reset", {})).toEqual({ status: 200, body: {} });
    expect(await socket.closed()).toBe(1000);
    expect([emulator.sessions(), emulator.calls()]).toEqual([[], []]);
    const response = await fetch(`${emulator.url}/gateway/system/version`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
  });
});
