import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as calls from "../../../src/calls/index.js";
import { EmulatorError, startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { GatewayClient } from "../../../src/node.js";

// Account, login, match, notification and mission against handlers of the emulator: by the
// untouched official clients, and by this package.

type Builder = Record<string, (value: unknown) => Builder>;
type Read = Record<string, () => never>;
type Client = Record<string, (request: unknown) => Promise<Read>>;

const official = createRequire(import.meta.url);
const core = official("gs2/core/model") as {
  Gs2Constant: { ENDPOINT_HOST: string };
  BasicGs2Credential: new (clientId: string, clientSecret: string) => object;
  Gs2RestSession: new (credential: object, region: string) => { connect(): Promise<unknown> };
};

const accountNamespaceName = "account-0001";
const mm = { namespaceName: "matchmaking-0001" };
const mission = { namespaceName: "mission-0001", missionGroupName: "daily" };
const keyId = "grn:gs2:ap-northeast-1:owner-0001:key:key-0001:key:login";
const refuse = (status: number, component: string, message: string) => {
  throw new EmulatorError(status, [{ component, message }]);
};

/** Just enough of four services for one story. */
async function handleServices(emulator: Emulator): Promise<void> {
  const passwords = new Map<string, string>();
  const waiting: string[] = [];
  const completed = new Set<string>();
  const model = { createdAt: 1, updatedAt: 1, revision: 0 };
  emulator.handle(calls.createAccount, () => {
    const userId = `player-${passwords.size + 1}`;
    passwords.set(userId, `password-of-${userId}`);
    return { item: { accountId: "grn", userId, password: `password-of-${userId}`, ...model } };
  });
  emulator.handle(calls.authentication, ({ params: { userId, password } }) => {
    if (!passwords.has(userId)) refuse(404, "account", "account.account.error.notFound");
    if (passwords.get(userId) !== password) refuse(401, "password", "account.password.invalid");
    const item = { accountId: "grn", userId, password: "", ...model };
    return { item, body: userId, signature: `signature-of-${userId}` };
  });
  emulator.handle(calls.loginBySignature, async ({ params: { body: userId, signature } }) => {
    if (signature !== `signature-of-${userId}`) refuse(400, "signature", "auth.signature.invalid");
    const token = await emulator.issueAccessToken({ userId });
    return { token, userId, expire: Date.now() + 3_600_000 };
  });
  emulator.handle(calls.doMatchmaking, async ({ userId }) => {
    waiting.push(userId!);
    const gathering = { gatheringId: "grn", name: "gathering-0001", capacityOfRoles: [], ...model };
    if (waiting.length === 2) {
      // Before the reply, as GS2 may.
      for (const one of waiting.splice(0)) {
        await emulator.notify({
          userId: one,
          key: "Gs2Matchmaking:Complete",
          payload: { ...mm, gatheringName: gathering.name },
        });
      }
    }
    return { item: gathering, matchmakingContextToken: null };
  });
  emulator.handle(calls.increaseCounterByUserId, async ({ params: { userId, value } }) => {
    completed.add(userId);
    await emulator.notify({
      userId,
      key: "Gs2Mission:Complete",
      payload: { namespaceName: mission.namespaceName, groupName: "daily", userId, taskName: "m1" },
    });
    const item = { counterId: "grn", userId, name: "wins", values: [{ value }], ...model };
    return { item };
  });
  emulator.handle(calls.complete, async ({ userId, afterReply }) => {
    if (!completed.has(userId!)) refuse(400, "complete", "mission.complete.error.notCompleted");
    const transactionId = `transaction-of-${userId}`;
    afterReply(() =>
      emulator.notify({
        userId: userId!,
        key: "Gs2Distributor:AutoRunStampSheetNotification",
        payload: { namespaceName: "distributor-0001", userId: userId!, transactionId },
      }),
    );
    return { transactionId, autoRunStampSheet: true };
  });
}

let emulator: Emulator;
const clients: GatewayClient[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  await handleServices(emulator);
  core.Gs2Constant.ENDPOINT_HOST = emulator.endpoints.rest;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});
afterAll(() => emulator.stop());

const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;

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
    for (const [field, value] of Object.entries(values)) {
      request = request[`with${capital(field)}`]!(value);
    }
    return new Rest(session)[method]!(request);
  };
}

const newGateway = () => {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  clients.push(gateway);
  return gateway;
};

/** The official clients' sign-in: three calls, each with the result of the one before. */
async function signInOfficially(call: Awaited<ReturnType<typeof officialSession>>) {
  const namespaceName = accountNamespaceName;
  const account: Read = (await call("account", "createAccount", { namespaceName }))["getItem"]!();
  const userId: string = account["getUserId"]!();
  const password: string = account["getPassword"]!();
  const proof = await call("account", "authentication", { namespaceName, userId, password, keyId });
  const [body, signature]: string[] = [proof["getBody"]!(), proof["getSignature"]!()];
  const token = await call("auth", "loginBySignature", { keyId, body, signature });
  const accessToken: string = token["getToken"]!();
  return { userId, accessToken };
}

describe("from an account to a completed mission", () => {
  test("the official clients and this package play one match", async () => {
    const call = await officialSession();
    const theirs = await signInOfficially(call);
    const listener = newGateway();
    await listener.setUserId({ accessToken: theirs.accessToken });
    const theirMatch = listener.waitFor("Gs2Matchmaking:Complete", { timeoutMs: 5_000 });

    const gateway = newGateway();
    const { userId } = await calls.signIn(gateway, { accountNamespaceName, keyId, storage: null });
    expect(userId).not.toBe(theirs.userId);

    const { Player } = official("gs2/matchmaking/model") as { Player: new () => Builder };
    const player = new Player()["withUserId"]!(theirs.userId);
    const { accessToken } = theirs;
    const joined = await call("matchmaking", "doMatchmaking", { ...mm, accessToken, player });
    expect((joined["getItem"]!() as Read)["getName"]!()).toBe("gathering-0001");

    const since = gateway.mark();
    const { item } = await gateway.call(calls.doMatchmaking, { ...mm, player: {} });
    const match = await gateway.waitFor("Gs2Matchmaking:Complete", { since, timeoutMs: 5_000 });
    expect(match.payload.gatheringName).toBe(item!.name);
    expect((await theirMatch).payload).toEqual(match.payload);
    expect(emulator.calls({ method: "doMatchmaking" })).toMatchObject([
      { transport: "rest", userId: theirs.userId, status: 200 },
      { transport: "socket", userId, status: 200 },
    ]);
  });

  test("each completes the mission of its player", async () => {
    const call = await officialSession();
    const theirs = await signInOfficially(call);
    const counter = { namespaceName: mission.namespaceName, counterName: "wins", value: 1 };
    await call("mission", "increaseCounterByUserId", { ...counter, userId: theirs.userId });
    const { accessToken } = theirs;
    const task = { ...mission, missionTaskName: "m1" };
    const result = await call("mission", "complete", { ...task, accessToken });
    expect(result["getTransactionId"]!()).toBe(`transaction-of-${theirs.userId}`);

    const gateway = newGateway();
    const { userId } = await calls.signIn(gateway, { accountNamespaceName, keyId, storage: null });
    await expect(gateway.call(calls.complete, task)).rejects.toMatchObject({ kind: "badRequest" });
    const since = gateway.mark();
    const { item } = await gateway.call(calls.increaseCounterByUserId, { ...counter, userId });
    expect(item.values).toEqual([{ value: 1 }]);
    const done = await gateway.waitFor("Gs2Mission:Complete", { since, timeoutMs: 5_000 });
    expect(done.payload.taskName).toBe("m1");
    const issued = await gateway.call(calls.complete, task);
    const { transactionId, notification } = await calls.transaction(gateway, issued);
    expect(transactionId).toBe(`transaction-of-${userId}`);
    expect(notification!.payload).toMatchObject({ userId });
  });

  test("the emulator's log shows no password, signature or token of either", async () => {
    const text = JSON.stringify(emulator.calls());
    expect(text).toContain("doMatchmaking");
    expect(text).not.toMatch(/password-of-|signature-of-/);
  });
});
