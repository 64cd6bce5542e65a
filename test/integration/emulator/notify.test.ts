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

const notify = (world: Store, given: EmulatorNotification) => notifyAt(world, given, START);

function worldWithPlayer(settings: Partial<EmulatorSettings> = {}) {
  const world = createTestStore(settings);
  const connectionId = openAndLogIn(world);
  call(world, connectionId, setUserId, { namespaceName, accessToken: "accessToken-0001" });
  return { world, connectionId };
}

const noticeFor = (
  given: Omit<EmulatorNotification, "userId" | "payload">,
  settings: Partial<EmulatorSettings> = {},
) => {
  const { world } = worldWithPlayer(settings);
  const { effects } = notify(world, { userId: "user-0001", payload: "{}", ...given });
  const [effect] = effects;
  return effect?.kind === "deliver" ? effect.notification : undefined;
};

describe("a notification out of the blue", () => {
  test.each<[string, Partial<EmulatorSettings>, string, string]>([
    ["both fields", {}, "Gs2Chat:Post", "Gs2Chat:Post"],
    ["the subject alone", { serviceNotificationKeyIn: "subject" }, "", "Gs2Chat:Post"],
    ["the issuer alone", { serviceNotificationKeyIn: "issuer" }, "Gs2Chat:Post", ""],
  ])("has the key of a GS2 service in %s", (_, settings, issuer, subject) => {
    expect(noticeFor({ key: "Gs2Chat:Post" }, settings)).toEqual({
      issuer,
      subject,
      payload: "{}",
    });
  });

  test("has a game's own key in the subject, as sendNotification would, whatever is set", () => {
    for (const serviceNotificationKeyIn of ["both", "subject", "issuer"] as const) {
      expect(noticeFor({ key: "raid-start" }, { serviceNotificationKeyIn })).toEqual({
        issuer: "Gs2Gateway:SendNotification",
        subject: "raid-start",
        payload: "{}",
      });
    }
  });

  test("has the issuer and subject it is given", () => {
    expect(noticeFor({ issuer: "i", subject: "s" })).toMatchObject({ issuer: "i", subject: "s" });
    expect(noticeFor({ subject: "s" }, { customNotificationIssuer: "mine" })).toMatchObject({
      issuer: "mine",
      subject: "s",
    });
  });

  test("may carry any of GS2's own keys", () => {
    for (const key of Object.keys(serviceNotifications)) {
      expect(noticeFor({ key })).toMatchObject({ issuer: key, subject: key });
    }
  });

  test("turns a payload that is no text into JSON", () => {
    const { world } = worldWithPlayer();
    const { effects } = notify(world, { userId: "user-0001", key: "k", payload: { raidId: 1 } });
    expect(effects[0]).toMatchObject({ notification: { payload: '{"raidId":1}' } });
  });

  test("goes to the latest session alone where that is set", () => {
    const { world } = worldWithPlayer({ notificationGoesTo: "latest" });
    const latest = openAndLogIn(world);
    call(world, latest, setUserId, { namespaceName, accessToken: "accessToken-0001" });
    const { result } = notify(world, { userId: "user-0001", key: "k", payload: "{}" });
    expect(result).toEqual({ protocol: "WebSocket", sendConnectionIds: [latest] });
  });

  test("goes once to a socket that holds the user in two namespaces", () => {
    const { world, connectionId } = worldWithPlayer();
    call(world, connectionId, setUserId, {
      namespaceName: "guild-0001",
      accessToken: "accessToken-0001",
    });
    const { result } = notify(world, { userId: "user-0001", key: "k", payload: "{}" });
    expect(result.sendConnectionIds).toEqual([connectionId]);
  });

  test.each<[string, Json, string]>([
    ["no user", { key: "k", payload: "" }, "A notification's userId is missing."],
    ["no payload", { userId: "u", key: "k" }, "A notification needs a payload."],
    ["neither key nor subject", { userId: "u", payload: "p" }, "needs a key or a subject"],
    [
      "key and subject",
      { userId: "u", key: "k", subject: "s", payload: "p" },
      "either key, or subject and issuer",
    ],
    [
      "a long payload",
      { userId: "u", key: "k", payload: "x".repeat(1_025) },
      "A notification's payload is too long.",
    ],
    [
      "a long subject",
      { userId: "u", key: "k".repeat(129), payload: "p" },
      "A notification's subject is too long.",
    ],
    ["a key that is no text", { userId: "u", key: 7, payload: "p" }, "is not a text"],
    [
      "a namespace that is no text",
      { userId: "u", key: "k", payload: "p", namespaceName: 7 },
      "namespaceName is a text",
    ],
  ])("is refused with %s", (_, given, said) => {
    const { world } = worldWithPlayer();
    expect(() => notify(world, given as unknown as EmulatorNotification)).toThrow(said);
  });
});

describe("nobody got it, because", () => {
  const reasonFor = (given: Partial<EmulatorNotification>) => {
    const { world } = worldWithPlayer();
    openAndLogIn(world);
    return notify(world, { userId: "user-0001", key: "k", payload: "{}", ...given }).result;
  };

  test.each<[string, Partial<EmulatorNotification>, string]>([
    [
      "the user has no session",
      { userId: "user-0002" },
      "user-0002 has no session. 2 sockets are open; sessions exist for user-0001 in game-0001.",
    ],
    [
      "the namespace is not there",
      { namespaceName: "game-0002" },
      "There is no namespace game-0002; there are: game-0001.",
    ],
  ])("%s", (_, given, reason) => {
    expect(reasonFor(given)).toEqual({ protocol: null, sendConnectionIds: [], reason });
  });

  test("the user's session is in another namespace", () => {
    const { world } = worldWithPlayer();
    call(world, openAndLogIn(world), setUserId, {
      namespaceName: "guild-0001",
      accessToken: "accessToken-0002",
    });
    const given = { userId: "user-0001", key: "k", payload: "{}", namespaceName: "guild-0001" };
    expect(notify(world, given).result.reason).toBe(
      "user-0001 has no session in guild-0001. 2 sockets are open; sessions exist for user-0001 in game-0001, user-0002 in guild-0001.",
    );
  });

  test("nobody is there at all", () => {
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

  test("says that it is ready", async () => {
    expect((await control("ready")).body).toEqual({ ready: true, url: emulator.url });
  });

  test("sends a SendNotificationEntry as it is, and tells to whom", async () => {
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

  test("explains what is wrong with a notification", async () => {
    expect(await control("notifications", { key: "k", payload: "p" })).toEqual({
      status: 400,
      body: { message: "A notification's userId is missing." },
    });
    expect((await control("access-tokens", {})).body["message"]).toContain("userId");
  });

  test("lists sessions and calls, and masks what is secret in them", async () => {
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

  test("resets: sockets are cut, calls and tokens forgotten", async () => {
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
