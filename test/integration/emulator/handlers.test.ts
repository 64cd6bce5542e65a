import { describe, expect, test } from "vitest";
import { handleCall } from "../../../src/emulator/calls/handleCall.js";
import type { ApiRequest } from "../../../src/emulator/calls/request.js";
import { redactFields } from "../../../src/core/redactFields.js";
import { notify } from "../../../src/emulator/controls/notify.js";
import { nextExpiryAt, expireDue } from "../../../src/emulator/store/expiry.js";
import type { EmulatorSettings } from "../../../src/emulator/settings.js";
import { applyState, readState, stateOf } from "../../../src/emulator/store/snapshot.js";
import { allSessions } from "../../../src/emulator/store/sessions.js";
import type { Effect, Store } from "../../../src/emulator/store/types.js";
import { bodyOf } from "../../../src/emulator/calls/result.js";
import * as methods from "../../../src/wire/methods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { errorsOf } from "./restCalls.js";
import type { Json } from "./rawSocket.js";
import { call, openAndLogIn, createTestStore, START } from "./stores.js";

// Effects of the handlers, and what the settings change.

const namespaceName = "game-0001";
const userId = "user-0001";
const byUser = { namespaceName, userId };
const byPlayer = { namespaceName, accessToken: "accessToken-0001" };

function storeWith(settings: Partial<EmulatorSettings> = {}) {
  const store = createTestStore(settings, { namespaces: [namespaceName] });
  const socket = openAndLogIn(store);
  const ask = (method: AnyMethod, params: Json, extra: Partial<ApiRequest> = {}, now = START) => {
    const { accessToken } = params;
    const { component, name } = method;
    const { result } = handleCall(
      store,
      {
        transport: "socket",
        target: { service: "gateway", component, function: name },
        params,
        projectToken: undefined,
        accessToken: typeof accessToken === "string" ? accessToken : undefined,
        connectionId: socket,
        ...extra,
      },
      now,
    );
    const { status, effects } = result;
    return { status, body: bodyOf(store, result) as Json, effects };
  };
  const bind = (accessToken = "accessToken-0001", namespace = namespaceName) => {
    const connectionId = openAndLogIn(store);
    call(store, connectionId, methods.setUserId, { namespaceName: namespace, accessToken });
    return connectionId;
  };
  return { store, socket, ask, bind };
}

const closed = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "close" ? [effect.connectionId] : []));
const outbox = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "mobile" ? [effect.entry] : []));
const messageOf = ({ body }: { body: Json }) =>
  (errorsOf(body) as { message: string }[]).map(({ message }) => message);

describe("handlers of namespaces", () => {
  test.each([
    ["keeps", "secret-1"],
    ["clears", null],
  ] as const)("updateNamespace %s omitted fields", (updateNamespaceOmitted, firebaseSecret) => {
    const { ask } = storeWith({ updateNamespaceOmitted });
    ask(methods.updateNamespace, { namespaceName, firebaseSecret: "secret-1" });
    const { body } = ask(methods.updateNamespace, {
      namespaceName,
      description: "d",
      firebaseSecret: null,
    });
    expect(body["item"]).toMatchObject({ description: "d", firebaseSecret, revision: 2 });
  });

  test("describeNamespaces pages through names with a prefix", () => {
    const { ask } = storeWith();
    for (const name of ["b-2", "b-1", "a-1"]) ask(methods.createNamespace, { name });
    const names = ({ body }: { body: Json }) => (body["items"] as Json[]).map(({ name }) => name);
    const first = ask(methods.describeNamespaces, { namePrefix: "b-", limit: 1 });
    const second = ask(methods.describeNamespaces, {
      namePrefix: "b-",
      limit: 1,
      pageToken: first.body["nextPageToken"],
    });
    expect([names(first), names(second)]).toEqual([["b-1"], ["b-2"]]);
    expect(second.body["nextPageToken"]).toBeNull();
  });

  test("deleteNamespace cuts the connections bound in it and deletes its tokens", () => {
    const { store, ask, bind } = storeWith();
    const inside = bind();
    const outside = bind("accessToken-0001", "game-0002");
    for (const place of [namespaceName, "game-0002"]) {
      ask(methods.setFirebaseTokenByUserId, { namespaceName: place, userId, token: "d" });
    }
    expect(closed(ask(methods.deleteNamespace, { namespaceName }).effects)).toEqual([inside]);
    expect(allSessions(store).map(({ connectionId }) => connectionId)).toEqual([outside]);
    ask(methods.createNamespace, { name: namespaceName });
    const read = (place: string) =>
      ask(methods.getFirebaseTokenByUserId, { namespaceName: place, userId }).status;
    expect([read(namespaceName), read("game-0002")]).toEqual([404, 200]);
  });

  test("createNamespace ignores fields whose condition does not hold", () => {
    const { ask } = storeWith();
    const transactionSetting = { enableAutoRun: false, enableAtomicCommit: true };
    const { status, body } = ask(methods.createNamespace, { name: "n", transactionSetting });
    expect(status).toBe(200);
    expect((body["item"] as Json)["transactionSetting"]).toMatchObject({
      enableAtomicCommit: false,
      transactionUseDistributor: false,
    });
  });

  test("strictConditions refuses a field whose condition does not hold, unless it has its default", () => {
    const { ask } = storeWith({ strictConditions: true });
    const refused = ask(methods.setUserId, { ...byPlayer, sessionId: "s", force: false });
    expect(refused.status).toBe(400);
    expect(messageOf(refused)).toEqual(["gateway.webSocketSession.sessionId.error.invalid"]);
    const sound = { ...byUser, subject: "s", payload: "p", sound: "bell" };
    expect(ask(methods.sendNotification, sound).status).toBe(400);
    expect(
      ask(methods.sendNotification, { ...sound, enableTransferMobileNotification: true }).status,
    ).toBe(200);
  });
});

describe("handlers of sessions", () => {
  test("disconnectByUserId cuts the user's sessions in the namespace and returns them", () => {
    const { store, ask, bind } = storeWith();
    const meant = [bind(), bind()];
    const others = [bind("accessToken-0002"), bind("accessToken-0001", "game-0002")];
    const { body, effects } = ask(methods.disconnectByUserId, byUser);
    expect((body["items"] as Json[]).map((item) => item["connectionId"])).toEqual(meant);
    expect(closed(effects)).toEqual(meant);
    expect(allSessions(store).map(({ connectionId }) => connectionId)).toEqual(others);
  });

  test("disconnectAll cuts every session in the namespace", () => {
    const { ask, bind } = storeWith();
    const meant = [bind(), bind("accessToken-0002")];
    bind("accessToken-0001", "game-0002");
    expect(closed(ask(methods.disconnectAll, { namespaceName }).effects)).toEqual(meant);
  });

  test("setUserIdByUserId without connectionId binds the client's latest unbound connection", () => {
    const { store, socket, ask, bind } = storeWith({ restSetUserIdWithoutConnectionId: "latest" });
    const [free, strange] = [openAndLogIn(store), openAndLogIn(store)];
    store.connections.get(strange)!.clientId = "another-client";
    bind("accessToken-0002");
    const { projectToken } = store.connections.get(socket)!;
    const overRest = { connectionId: undefined, projectToken };
    const { body } = ask(methods.setUserIdByUserId, byUser, overRest);
    expect(body["item"]).toMatchObject({ connectionId: free, userId });
  });
});

describe("handlers of mobile notifications", () => {
  const notice = { ...byUser, subject: "s", payload: "p" };
  const ready = (settings: Partial<EmulatorSettings> = {}) => {
    const made = storeWith(settings);
    made.ask(methods.updateNamespace, { namespaceName, firebaseSecret: "secret" });
    made.ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "device-token-0001" });
    return made;
  };
  const transfer = { ...notice, enableTransferMobileNotification: true, sound: "bell" };

  test("sendNotification sends to the session and not to the device", () => {
    const { ask, bind } = ready();
    bind();
    const { body, effects } = ask(methods.sendNotification, transfer);
    expect(body["protocol"]).toBe("WebSocket");
    expect(outbox(effects)).toMatchObject([
      {
        sent: false,
        conditions: { away: false, transferEnabled: true, token: true, secret: true },
      },
    ]);
    expect(outbox(ask(methods.sendNotification, notice).effects)).toEqual([]);
  });

  test("sendNotification without transfer sends nothing to the device, and the outbox has the reason", () => {
    const { ask } = ready();
    const { body, effects } = ask(methods.sendNotification, notice);
    expect(body["protocol"]).toBeNull();
    expect(outbox(effects)).toMatchObject([
      {
        sent: false,
        conditions: { away: true, transferEnabled: false },
        reason: "It is not sent to the device: enableTransferMobileNotification is not true.",
      },
    ]);
  });

  test("sendNotification returns the protocol of the setting", () => {
    const { ask } = ready({ protocolOfMobile: "FCM" });
    expect(ask(methods.sendNotification, transfer).body["protocol"]).toBe("FCM");
  });

  test("sendMobileNotificationByUserId sends to the device of a player with a session", () => {
    const { ask, bind } = ready();
    bind();
    const { effects } = ask(methods.sendMobileNotificationByUserId, { ...notice, sound: "bell" });
    expect(effects.map(({ kind }) => kind)).toEqual(["mobile"]);
    expect(outbox(effects)).toMatchObject([{ sent: true, sound: "bell", token: "devi..." }]);
  });

  test.each([
    ["notFound", 404],
    ["ignored", 200],
  ] as const)(
    "sendMobileNotificationByUserId without a Firebase token is %s, and adds an outbox entry",
    (mobileNotificationWithoutToken, status) => {
      const { ask } = storeWith({ mobileNotificationWithoutToken });
      const sent = ask(methods.sendMobileNotificationByUserId, notice);
      expect(sent.status).toBe(status);
      expect(outbox(sent.effects)).toMatchObject([{ sent: false, token: null }]);
    },
  );

  test("notify sends to the device when transfer is enabled", () => {
    const { store } = ready();
    const given = { userId, key: "Gs2Inbox:ReceiveNotification", payload: {} };
    const plain = notify(store, given, START);
    expect([plain.result.protocol, outbox(plain.effects)]).toEqual([null, []]);
    const asked = notify(store, { ...given, enableTransferMobileNotification: true }, START);
    expect(asked.result).toEqual({ protocol: "Firebase", sendConnectionIds: [] });
    expect(outbox(asked.effects)).toMatchObject([{ method: "notify", namespaceName, sent: true }]);
  });
});

describe("handlers of user data", () => {
  const have = (store: Store) => [...store.firebaseTokens.values()].map(({ token }) => token);

  test("a job takes effect when it is due, by the timer or by the next call", () => {
    for (const byAlarm of [true, false]) {
      const { store, ask } = storeWith({ jobDurationMs: 1_000 });
      ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "d" });
      ask(methods.cleanUserDataByUserId, { userId });
      expect(nextExpiryAt(store)).toBe(START + 1_000);
      if (byAlarm) expireDue(store, START + 999);
      expect(have(store)).toEqual(["d"]);
      const later = START + 1_000;
      if (byAlarm) expireDue(store, later);
      else expect(ask(methods.getFirebaseTokenByUserId, byUser, {}, later).status).toBe(404);
      expect(have(store)).toEqual([]);
    }
  });

  test.each([true, false])(
    "cleanUserDataByUserId cuts the user's connections: %s",
    (cleanCutsSessions) => {
      const { ask, bind } = storeWith({ cleanCutsSessions });
      const mine = bind();
      bind("accessToken-0002");
      const { effects } = ask(methods.cleanUserDataByUserId, { userId });
      expect(closed(effects)).toEqual(cleanCutsSessions ? [mine] : []);
    },
  );

  test.each([
    [false, ["old", "new"]],
    [true, ["new"]],
  ])("an import replaces existing tokens: %s", (importReplaces, left) => {
    const { store, ask } = storeWith({ importReplaces });
    ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "old" });
    const { uploadToken } = ask(methods.prepareImportUserDataByUserId, { userId }).body;
    const text = JSON.stringify({ firebaseTokens: [{ namespaceName: "other", token: "new" }] });
    store.uploads.set(String(uploadToken), { userId, text });
    ask(methods.importUserDataByUserId, { userId, uploadToken });
    expect(have(store)).toEqual(left);
  });

  test.each([
    ["not JSON", "{", "The upload is not JSON."],
    ["an array", "[]", "The upload is not a JSON object."],
    ["of another service", '{"service":"inbox"}', "service is not gateway."],
    ["without an array", '{"firebaseTokens":{}}', "firebaseTokens is not an array."],
    [
      "with a token that is not a string",
      '{"firebaseTokens":[{"namespaceName":"game-0001","token":7}]}',
      "firebaseTokens[0].token is not a string of 1 to 1,024 characters.",
    ],
    ["missing", undefined, "Nothing was uploaded."],
  ])("an import of an upload that is %s fails and changes nothing", (_, text, error) => {
    const { store, ask } = storeWith();
    store.uploads.set("u", { userId, text });
    ask(methods.importUserDataByUserId, { userId, uploadToken: "u" });
    const [job] = store.jobs.values();
    expect(JSON.parse(job?.done?.text ?? "")).toMatchObject({ status: "failed", errors: [error] });
    expect(have(store)).toEqual([]);
  });

  test("importUserDataByUserId refuses another user's upload, and an unprepared one while strict", () => {
    const { ask } = storeWith();
    const { uploadToken } = ask(methods.prepareImportUserDataByUserId, { userId }).body;
    const other = { userId: "user-0002", uploadToken };
    expect(ask(methods.importUserDataByUserId, other).status).toBe(404);
    const strict = createTestStore({}, { strict: true });
    const sample = { userId, uploadToken: "upload-0001" };
    const { result } = call(strict, openAndLogIn(strict), methods.importUserDataByUserId, sample);
    expect(result.status).toBe(404);
  });
});

describe("the idempotency cache", () => {
  const once = { duplicationAvoider: "once" };
  const revision = ({ body }: { body: Json }) => (body["item"] as Json)["revision"];
  const set = { ...byPlayer, token: "d" };

  test("is keyed by caller and method, and expires", () => {
    const { ask } = storeWith({ duplicationAvoiderLastsMs: 1_000 });
    expect(revision(ask(methods.setFirebaseToken, set, once))).toBe(0);
    expect(revision(ask(methods.setFirebaseToken, set, once, START + 999))).toBe(0);
    const other = { ...set, accessToken: "accessToken-0002" };
    expect(ask(methods.setFirebaseToken, other, once).body["item"]).toMatchObject({
      userId: "user-0002",
    });
    expect(revision(ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "d" }, once))).toBe(
      1,
    );
    expect(revision(ask(methods.setFirebaseToken, set, once, START + 1_000))).toBe(2);
  });

  test("does not mix up methods", () => {
    const { ask } = storeWith();
    ask(methods.setFirebaseToken, set, once);
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(200);
    expect(ask(methods.getFirebaseToken, byPlayer).status).toBe(404);
  });

  test("does not keep failures", () => {
    const { ask } = storeWith();
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(404);
    ask(methods.setFirebaseToken, set);
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(200);
  });

  test("does not apply to a bind on another connection", () => {
    const { store, socket, ask } = storeWith();
    const back = openAndLogIn(store);
    ask(methods.setUserId, byPlayer, once);
    ask(methods.setUserId, byPlayer, { ...once, connectionId: back });
    expect(allSessions(store).map(({ connectionId }) => connectionId)).toEqual([socket, back]);
  });
});

test("a dry run has no effects and returns the reply of a real call", () => {
  const { store, ask, bind } = storeWith();
  bind();
  const before = JSON.stringify(stateOf(store, START));
  const dry = { dryRun: true };
  const { status, body, effects } = ask(methods.disconnectByUserId, byUser, dry);
  expect([status, (body["items"] as Json[]).length, effects]).toEqual([200, 1, []]);
  ask(methods.setUserId, { ...byPlayer, allowConcurrentAccess: false, force: true }, dry);
  ask(methods.sendNotification, { namespaceName: "new", userId, subject: "s", payload: "p" }, dry);
  expect(allSessions(store)).toHaveLength(1);
  expect(JSON.stringify(stateOf(store, START))).toBe(before);
});

describe("applyState", () => {
  test("continues the sequence of identifiers", () => {
    const first = createTestStore();
    const given = [first.ids.next("t"), first.ids.next("t")];
    const second = createTestStore();
    applyState(second, readState(stateOf(first, START)), START);
    expect(given).not.toContain(second.ids.next("t"));
  });

  test("cuts only the connections of a removed namespace", () => {
    const { store, bind } = storeWith();
    const gone = bind();
    bind("accessToken-0001", "game-0002");
    const state = readState({ version: 1, namespaces: [{ name: "game-0002" }] });
    expect(closed(applyState(store, state, START))).toEqual([gone]);
  });

  test("stateOf omits expired tokens", () => {
    const { store } = storeWith();
    store.accessTokens.set("old", { userId, expiresAt: START });
    store.accessTokens.set("new", { userId, expiresAt: START + 1 });
    expect(stateOf(store, START).accessTokens).toEqual([
      { accessToken: "new", userId, expiresAt: START + 1 },
    ]);
  });
});

test("redactFields truncates deeply nested values", () => {
  const text = `${'{"a":['.repeat(10_000)}1${"]}".repeat(10_000)}`;
  expect(JSON.stringify(redactFields(JSON.parse(text) as Json)).length).toBeLessThan(100);
});
