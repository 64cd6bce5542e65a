import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { handlers } from "../../../demo/server/handlers.js";
import {
  accountNamespace,
  gatewayNamespace,
  keyId,
  matchmakingNamespace,
  missionGroup,
  missionNamespace,
  sizeAttribute,
} from "../../../demo/shared/services.js";
import * as calls from "../../../src/calls/index.js";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { GatewayClient } from "../../../src/node.js";

// Account, login, match, notification and mission against the demo's handlers: by the untouched
// official clients, and by this package.

type Builder = Record<string, (value: unknown) => Builder>;
type Read = Record<string, () => never>;
type Models = Record<string, { fromDict(data: unknown): unknown }>;
type Client = Record<string, (request: unknown) => Promise<Read>>;

const official = createRequire(import.meta.url);
const core = official("gs2/core/model") as {
  Gs2Constant: { ENDPOINT_HOST: string };
  BasicGs2Credential: new (clientId: string, clientSecret: string) => object;
  Gs2RestSession: new (credential: object, region: string) => { connect(): Promise<unknown> };
};

const account = { accountNamespaceName: accountNamespace, keyId, storage: null };
const mm = { namespaceName: matchmakingNamespace };
const mission = { namespaceName: missionNamespace, missionGroupName: missionGroup };
const ofTwo = { attributes: [{ name: sizeAttribute, value: 2 }] };

let emulator: Emulator;
let stopHandlers: () => void;
const clients: GatewayClient[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ namespaces: [gatewayNamespace] });
  stopHandlers = await handlers(emulator);
  core.Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});
afterAll(async () => {
  stopHandlers();
  await emulator.stop();
});

// Other files of a worker get the same object.
const hosts = { ...core.Gs2Constant };
afterAll(() => Object.assign(core.Gs2Constant, hosts));

const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;

/** A value as the official client takes it: objects are models, built from plain data. */
function modelOf(models: Models, field: string, value: unknown): unknown {
  if (field === "player") return models["Player"]!.fromDict(value);
  if (field !== "capacityOfRoles") return value;
  return (value as unknown[]).map((one) => models["CapacityOfRole"]!.fromDict(one));
}

async function officialSession() {
  const credential = new core.BasicGs2Credential("client-0001", "secret-0001");
  const session = new core.Gs2RestSession(credential, "ap-northeast-1");
  await session.connect();
  return async (service: string, method: string, values: object): Promise<Read> => {
    const { default: Rest } = official(`gs2/${service}/rest`) as {
      default: new (session: object) => Client;
    };
    const requests = official(`gs2/${service}/request`) as Record<string, new () => Builder>;
    let request = new requests[`${capital(method)}Request`]!();
    const models = official(`gs2/${service}/model`) as Models;
    for (const [field, value] of Object.entries(values)) {
      request = request[`with${capital(field)}`]!(modelOf(models, field, value));
    }
    return new Rest(session)[method]!(request);
  };
}

const newGateway = () => {
  const gateway = new GatewayClient({
    namespaceName: gatewayNamespace,
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  clients.push(gateway);
  return gateway;
};

/** The official clients' sign-in: three calls, each with the result of the one before. */
async function signInOfficially(call: Awaited<ReturnType<typeof officialSession>>) {
  const namespaceName = accountNamespace;
  const item: Read = (await call("account", "createAccount", { namespaceName }))["getItem"]!();
  const userId: string = item["getUserId"]!();
  const password: string = item["getPassword"]!();
  const proof = await call("account", "authentication", { namespaceName, userId, password, keyId });
  const [body, signature]: string[] = [proof["getBody"]!(), proof["getSignature"]!()];
  const token = await call("auth", "loginBySignature", { keyId, body, signature });
  const accessToken: string = token["getToken"]!();
  const listener = newGateway();
  await listener.setUserId({ accessToken });
  return { userId, password, accessToken, listener };
}

describe("from an account to a completed mission", () => {
  test("the official clients and this package play one match", async () => {
    const call = await officialSession();
    const { userId: theirId, accessToken, listener } = await signInOfficially(call);
    const theirs = { ...mm, accessToken, player: ofTwo };
    const theirMatch = listener.waitFor("Gs2Matchmaking:Complete", { timeoutMs: 5_000 });
    const theirJoin = listener.waitFor("Gs2Matchmaking:Join", { timeoutMs: 5_000 });
    const gateway = newGateway();
    const { userId } = await calls.signIn(gateway, account);
    expect(userId).not.toBe(theirId);

    const found = await call("matchmaking", "doMatchmaking", theirs);
    expect(found["getItem"]!()).toBeNull();
    const capacityOfRoles = [{ roleName: "default", capacity: 2 }];
    const opened = await call("matchmaking", "createGathering", { ...theirs, capacityOfRoles });
    const gathering: Read = opened["getItem"]!();

    const since = gateway.mark();
    const { item } = await gateway.call(calls.doMatchmaking, { ...mm, player: ofTwo });
    expect(item!.name).toBe(gathering["getName"]!());
    const seats = item!.capacityOfRoles[0]!.participants!;
    expect(seats.map((seat) => seat.userId)).toEqual([theirId, userId]);
    expect((await theirJoin).payload.joinUserId).toBe(userId);
    const match = await gateway.waitFor("Gs2Matchmaking:Complete", { since, timeoutMs: 5_000 });
    expect(match.payload.gatheringName).toBe(item!.name);
    expect((await theirMatch).payload).toEqual(match.payload);
    expect(emulator.calls({ method: "doMatchmaking" })).toMatchObject([
      { transport: "rest", userId: theirId, status: 200 },
      { transport: "socket", userId, status: 200 },
    ]);
  });

  test("each completes the mission of its player, once", async () => {
    const call = await officialSession();
    const { userId: theirId, accessToken, listener } = await signInOfficially(call);
    const { namespaceName } = mission;
    const counter = { namespaceName, counterName: "win-round", value: 1 };
    const task = { ...mission, missionTaskName: "win-round" };
    const refusal = { component: "complete", message: "mission.complete.error.notComplete" };
    const completeTheirs = () => call("mission", "complete", { ...task, accessToken });
    await expect(completeTheirs()).rejects.toMatchObject([refusal]);
    const theirs = listener.waitFor("Gs2Mission:Complete", { timeoutMs: 5_000 });
    await call("mission", "increaseCounterByUserId", { ...counter, userId: theirId });
    expect((await theirs).payload).toMatchObject({ userId: theirId, taskName: "win-round" });
    const given = await completeTheirs();
    // The demo keeps its rewards itself: no transaction.
    expect(given["getTransactionId"]!()).toBeUndefined();
    await expect(completeTheirs()).rejects.toMatchObject([refusal]);
    const read = await call("mission", "describeCompletes", { namespaceName, accessToken });
    const [completes] = read["getItems"]!() as Read[];
    expect(completes!["getReceivedMissionTaskNames"]!()).toEqual(["win-round"]);

    const gateway = newGateway();
    const { userId } = await calls.signIn(gateway, account);
    await expect(gateway.call(calls.complete, task)).rejects.toMatchObject({
      ...{ kind: "badRequest", errors: [refusal] },
    });
    const since = gateway.mark();
    const { item } = await gateway.call(calls.increaseCounterByUserId, { ...counter, userId });
    expect(item.values).toMatchObject([{ value: 1 }]);
    const done = await gateway.waitFor("Gs2Mission:Complete", { since, timeoutMs: 5_000 });
    expect(done.payload).toMatchObject({ userId, taskName: "win-round" });
    const issued = await gateway.call(calls.complete, task);
    expect(await calls.transaction(gateway, issued)).toMatchObject({ transactionId: undefined });
  });

  test("both are refused with the same error where the password is wrong", async () => {
    const call = await officialSession();
    const { userId } = await signInOfficially(call);
    const wrong = { namespaceName: accountNamespace, userId, password: "wrong", keyId };
    const refusal = { component: "account", message: "account.account.error.notMatch" };
    await expect(call("account", "authentication", wrong)).rejects.toMatchObject([refusal]);
    await expect(newGateway().call(calls.authentication, wrong)).rejects.toMatchObject({
      ...{ kind: "unauthorized", errors: [refusal] },
    });
  });

  test("the emulator's log shows no password, signature or token of either", async () => {
    const { password, accessToken } = await signInOfficially(await officialSession());
    const text = JSON.stringify(emulator.calls());
    expect(text).toContain("authentication");
    expect(text).not.toContain(password);
    expect(text).not.toContain(accessToken);
    expect(text).not.toContain('"local"');
  });
});
