import { describe, expect, test } from "vitest";
import { handleCall } from "../../../src/emulator/calls/handleCall.js";
import type { ApiRequest } from "../../../src/emulator/calls/request.js";
import { redact } from "../../../src/emulator/log/redact.js";
import { notify } from "../../../src/emulator/controls/notify.js";
import { nextExpiryAt, expireDue } from "../../../src/emulator/store/expiry.js";
import type { EmulatorSettings } from "../../../src/emulator/settings.js";
import { applyState, readState, stateOf } from "../../../src/emulator/store/snapshot.js";
import { allSessions } from "../../../src/emulator/store/sessions.js";
import type { Effect, Store } from "../../../src/emulator/store/types.js";
import * as methods from "../../../src/wire/methods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { errorsOf } from "./restCalls.js";
import type { Json } from "./rawSocket.js";
import { call, loggedIn, makeWorld, START } from "./stores.js";

// What the rules do besides answering, and what the settings change about it.

const namespaceName = "game-0001";
const userId = "user-0001";
const byUser = { namespaceName, userId };
const byPlayer = { namespaceName, accessToken: "accessToken-0001" };

function worldWith(settings: Partial<EmulatorSettings> = {}) {
  const world = makeWorld(settings, { namespaces: [namespaceName] });
  const socket = loggedIn(world);
  const ask = (method: AnyMethod, params: Json, extra: Partial<ApiRequest> = {}, now = START) => {
    const { accessToken } = params;
    const { component, name } = method;
    const { result } = handleCall(
      world,
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
    return { status: result.status, body: result.body as Json, effects: result.effects };
  };
  const bind = (accessToken = "accessToken-0001", place = namespaceName) => {
    const connectionId = loggedIn(world);
    call(world, connectionId, methods.setUserId, { namespaceName: place, accessToken });
    return connectionId;
  };
  return { world, socket, ask, bind };
}

const closed = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "close" ? [effect.connectionId] : []));
const outbox = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === "mobile" ? [effect.entry] : []));
const messageOf = ({ body }: { body: Json }) =>
  (errorsOf(body) as { message: string }[]).map(({ message }) => message);

describe("namespaces", () => {
  test.each([
    ["keeps", "secret-1"],
    ["clears", null],
  ] as const)("an update %s what it leaves out", (updateNamespaceOmitted, firebaseSecret) => {
    const { ask } = worldWith({ updateNamespaceOmitted });
    ask(methods.updateNamespace, { namespaceName, firebaseSecret: "secret-1" });
    const { body } = ask(methods.updateNamespace, {
      namespaceName,
      description: "d",
      firebaseSecret: null,
    });
    expect(body["item"]).toMatchObject({ description: "d", firebaseSecret, revision: 3 });
  });

  test("are listed in pages, by the beginning of their names", () => {
    const { ask } = worldWith();
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

  test("deleting one cuts the sockets bound in it, and forgets its tokens, no others", () => {
    const { world, ask, bind } = worldWith();
    const inside = bind();
    const outside = bind("accessToken-0001", "game-0002");
    for (const place of [namespaceName, "game-0002"]) {
      ask(methods.setFirebaseTokenByUserId, { namespaceName: place, userId, token: "d" });
    }
    expect(closed(ask(methods.deleteNamespace, { namespaceName }).effects)).toEqual([inside]);
    expect(allSessions(world).map(({ connectionId }) => connectionId)).toEqual([outside]);
    ask(methods.createNamespace, { name: namespaceName });
    const read = (place: string) =>
      ask(methods.getFirebaseTokenByUserId, { namespaceName: place, userId }).status;
    expect([read(namespaceName), read("game-0002")]).toEqual([404, 200]);
  });

  test("a field against its condition is passed over, and so is what depends on it", () => {
    const { ask } = worldWith();
    const transactionSetting = { enableAutoRun: false, enableAtomicCommit: true };
    const { status, body } = ask(methods.createNamespace, { name: "n", transactionSetting });
    expect(status).toBe(200);
    expect((body["item"] as Json)["transactionSetting"]).toMatchObject({
      enableAtomicCommit: false,
      transactionUseDistributor: false,
    });
  });

  test("a field against its condition is refused where that is set, a default is not", () => {
    const { ask } = worldWith({ strictConditions: true });
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

describe("sessions", () => {
  test("disconnectByUserId answers and cuts those of the user in the namespace alone", () => {
    const { world, ask, bind } = worldWith();
    const meant = [bind(), bind()];
    const others = [bind("accessToken-0002"), bind("accessToken-0001", "game-0002")];
    const { body, effects } = ask(methods.disconnectByUserId, byUser);
    expect((body["items"] as Json[]).map((item) => item["connectionId"])).toEqual(meant);
    expect(closed(effects)).toEqual(meant);
    expect(allSessions(world).map(({ connectionId }) => connectionId)).toEqual(others);
  });

  test("disconnectAll cuts everybody in the namespace", () => {
    const { ask, bind } = worldWith();
    const meant = [bind(), bind("accessToken-0002")];
    bind("accessToken-0001", "game-0002");
    expect(closed(ask(methods.disconnectAll, { namespaceName }).effects)).toEqual(meant);
  });

  test("without a connectionId the latest free socket of that client is bound", () => {
    const { world, socket, ask, bind } = worldWith({ restSetUserIdWithoutConnectionId: "latest" });
    const [free, strange] = [loggedIn(world), loggedIn(world)];
    world.connections.get(strange)!.clientId = "another-client";
    bind("accessToken-0002");
    const { projectToken } = world.connections.get(socket)!;
    const overRest = { connectionId: undefined, projectToken };
    const { body } = ask(methods.setUserIdByUserId, byUser, overRest);
    expect(body["item"]).toMatchObject({ connectionId: free, userId });
  });
});

describe("mobile notifications", () => {
  const notice = { ...byUser, subject: "s", payload: "p" };
  const ready = (settings: Partial<EmulatorSettings> = {}) => {
    const made = worldWith(settings);
    made.ask(methods.updateNamespace, { namespaceName, firebaseSecret: "secret" });
    made.ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "device-token-0001" });
    return made;
  };
  const transfer = { ...notice, enableTransferMobileNotification: true, sound: "bell" };

  test("a player who is there hears it on the socket, and not on the device", () => {
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

  test("without the transfer it does not go out, and the outbox says so", () => {
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

  test("names the protocol that is set", () => {
    const { ask } = ready({ protocolOfMobile: "FCM" });
    expect(ask(methods.sendNotification, transfer).body["protocol"]).toBe("FCM");
  });

  test("sendMobileNotificationByUserId reaches the device of a player who is there", () => {
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
    "to a player without a device is %s, and in the outbox either way",
    (mobileNotificationWithoutToken, status) => {
      const { ask } = worldWith({ mobileNotificationWithoutToken });
      const sent = ask(methods.sendMobileNotificationByUserId, notice);
      expect(sent.status).toBe(status);
      expect(outbox(sent.effects)).toMatchObject([{ sent: false, token: null }]);
    },
  );

  test("a notification out of the blue goes to the device too, if asked", () => {
    const { world } = ready();
    const given = { userId, key: "Gs2Inbox:ReceiveNotification", payload: {} };
    const plain = notify(world, given, START);
    expect([plain.result.protocol, outbox(plain.effects)]).toEqual([null, []]);
    const asked = notify(world, { ...given, enableTransferMobileNotification: true }, START);
    expect(asked.result).toEqual({ protocol: "Firebase", sendConnectionIds: [] });
    expect(outbox(asked.effects)).toMatchObject([{ method: "notify", namespaceName, sent: true }]);
  });
});

describe("user data", () => {
  const have = (world: Store) => [...world.firebaseTokens.values()].map(({ token }) => token);

  test("a job takes effect when its time has come, by the alarm or by the next call", () => {
    for (const byAlarm of [true, false]) {
      const { world, ask } = worldWith({ jobDurationMs: 1_000 });
      ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "d" });
      ask(methods.cleanUserDataByUserId, { userId });
      expect(nextExpiryAt(world)).toBe(START + 1_000);
      if (byAlarm) expireDue(world, START + 999);
      expect(have(world)).toEqual(["d"]);
      const later = START + 1_000;
      if (byAlarm) expireDue(world, later);
      else expect(ask(methods.getFirebaseTokenByUserId, byUser, {}, later).status).toBe(404);
      expect(have(world)).toEqual([]);
    }
  });

  test.each([true, false])("cleaning cuts the user's sockets: %s", (cleanCutsSessions) => {
    const { ask, bind } = worldWith({ cleanCutsSessions });
    const mine = bind();
    bind("accessToken-0002");
    const { effects } = ask(methods.cleanUserDataByUserId, { userId });
    expect(closed(effects)).toEqual(cleanCutsSessions ? [mine] : []);
  });

  test.each([
    [false, ["old", "new"]],
    [true, ["new"]],
  ])("an import replaces what was there: %s", (importReplaces, left) => {
    const { world, ask } = worldWith({ importReplaces });
    ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "old" });
    const { uploadToken } = ask(methods.prepareImportUserDataByUserId, { userId }).body;
    const text = JSON.stringify({ firebaseTokens: [{ namespaceName: "other", token: "new" }] });
    world.uploads.set(String(uploadToken), { userId, text });
    ask(methods.importUserDataByUserId, { userId, uploadToken });
    expect(have(world)).toEqual(left);
  });

  test.each([
    ["no JSON", "{", "The upload is not JSON."],
    ["a list", "[]", "The upload is not a JSON object."],
    ["another service's", '{"service":"inbox"}', "service is not gateway."],
    ["without a list", '{"firebaseTokens":{}}', "firebaseTokens is not an array."],
    [
      "with a token that is no text",
      '{"firebaseTokens":[{"namespaceName":"game-0001","token":7}]}',
      "firebaseTokens[0].token is not a string of 1 to 1,024 characters.",
    ],
    ["not there", undefined, "Nothing was uploaded."],
  ])("an upload that is %s changes nothing", (_, text, error) => {
    const { world, ask } = worldWith();
    world.uploads.set("u", { userId, text });
    ask(methods.importUserDataByUserId, { userId, uploadToken: "u" });
    const [job] = world.jobs.values();
    expect(JSON.parse(job?.done?.text ?? "")).toMatchObject({ status: "failed", errors: [error] });
    expect(have(world)).toEqual([]);
  });

  test("an upload is its user's alone, and one nobody prepared is none while strict", () => {
    const { ask } = worldWith();
    const { uploadToken } = ask(methods.prepareImportUserDataByUserId, { userId }).body;
    const other = { userId: "user-0002", uploadToken };
    expect(ask(methods.importUserDataByUserId, other).status).toBe(404);
    const strict = makeWorld({}, { strict: true });
    const sample = { userId, uploadToken: "upload-0001" };
    const { result: outcome } = call(
      strict,
      loggedIn(strict),
      methods.importUserDataByUserId,
      sample,
    );
    expect(outcome.status).toBe(404);
  });
});

describe("a duplicationAvoider", () => {
  const once = { duplicationAvoider: "once" };
  const revision = ({ body }: { body: Json }) => (body["item"] as Json)["revision"];
  const set = { ...byPlayer, token: "d" };

  test("counts for the caller and the method it came with, and for a time", () => {
    const { ask } = worldWith({ duplicationAvoiderLastsMs: 1_000 });
    expect(revision(ask(methods.setFirebaseToken, set, once))).toBe(1);
    expect(revision(ask(methods.setFirebaseToken, set, once, START + 999))).toBe(1);
    const other = { ...set, accessToken: "accessToken-0002" };
    expect(ask(methods.setFirebaseToken, other, once).body["item"]).toMatchObject({
      userId: "user-0002",
    });
    expect(revision(ask(methods.setFirebaseTokenByUserId, { ...byUser, token: "d" }, once))).toBe(
      2,
    );
    expect(revision(ask(methods.setFirebaseToken, set, once, START + 1_000))).toBe(3);
  });

  test("of one method is none of another", () => {
    const { ask } = worldWith();
    ask(methods.setFirebaseToken, set, once);
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(200);
    expect(ask(methods.getFirebaseToken, byPlayer).status).toBe(404);
  });

  test("does not hold a refusal fast", () => {
    const { ask } = worldWith();
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(404);
    ask(methods.setFirebaseToken, set);
    expect(ask(methods.deleteFirebaseToken, byPlayer, once).status).toBe(200);
  });

  test("does not keep a player who came back on another socket from being bound", () => {
    const { world, socket, ask } = worldWith();
    const back = loggedIn(world);
    ask(methods.setUserId, byPlayer, once);
    ask(methods.setUserId, byPlayer, { ...once, connectionId: back });
    expect(allSessions(world).map(({ connectionId }) => connectionId)).toEqual([socket, back]);
  });
});

test("a dry run does nothing outside, and its answer is what would have been", () => {
  const { world, ask, bind } = worldWith();
  bind();
  const before = JSON.stringify(stateOf(world, START));
  const dry = { dryRun: true };
  const { status, body, effects } = ask(methods.disconnectByUserId, byUser, dry);
  expect([status, (body["items"] as Json[]).length, effects]).toEqual([200, 1, []]);
  ask(methods.setUserId, { ...byPlayer, allowConcurrentAccess: false, force: true }, dry);
  ask(methods.sendNotification, { namespaceName: "new", userId, subject: "s", payload: "p" }, dry);
  expect(allSessions(world)).toHaveLength(1);
  expect(JSON.stringify(stateOf(world, START))).toBe(before);
});

describe("a state", () => {
  test("goes on with its identifiers, so that none is given out twice", () => {
    const first = makeWorld();
    const given = [first.ids.next("t"), first.ids.next("t")];
    const second = makeWorld();
    applyState(second, readState(stateOf(first, START)), START);
    expect(given).not.toContain(second.ids.next("t"));
  });

  test("leaves the sockets open but for those of a namespace that is gone", () => {
    const { world, bind } = worldWith();
    const gone = bind();
    bind("accessToken-0001", "game-0002");
    const wish = readState({ version: 1, namespaces: [{ name: "game-0002" }] });
    expect(closed(applyState(world, wish, START))).toEqual([gone]);
  });

  test("has no tokens that are expired", () => {
    const { world } = worldWith();
    world.accessTokens.set("old", { userId, expiresAt: START });
    world.accessTokens.set("new", { userId, expiresAt: START + 1 });
    expect(stateOf(world, START).accessTokens).toEqual([
      { accessToken: "new", userId, expiresAt: START + 1 },
    ]);
  });
});

test("what is nested without end can still be kept and shown", () => {
  const text = `${'{"a":['.repeat(10_000)}1${"]}".repeat(10_000)}`;
  expect(JSON.stringify(redact(JSON.parse(text) as Json)).length).toBeLessThan(100);
});
