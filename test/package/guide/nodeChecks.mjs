// Checks of what a block exports and does, by the block's page and heading.
import assert from "node:assert/strict";
import { GatewayClient, GatewayError } from "gs2-gateway";
import * as calls from "gs2-gateway/calls";
import { connectEmulator, createTestGateway } from "gs2-gateway/testing";

const join = {
  namespaceName: "mm",
  gatheringName: "g-1",
  joinUserId: "user-0002",
};

const newClient = (emulator) =>
  new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
    // Of an emulator in the same program.
    WebSocket: emulator.WebSocket,
    fetch: emulator.fetch,
  });

/** The lines that a block prints from here on. */
function capturePrinted() {
  const lines = [];
  const { log } = console;
  console.log = (...args) => {
    lines.push(args.join(" "));
    log(...args);
  };
  return lines;
}

async function until(what, predicate) {
  for (const giveUpAt = performance.now() + 5_000; !(await predicate());) {
    if (performance.now() > giveUpAt) throw new Error(`Waited 5 s until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The block binds a player and prints the notification of a join. */
async function receivesJoin(_, environment) {
  const lines = capturePrinted();
  const emulator = await connectEmulator(environment.emulator);
  await emulator.waitForSession({ userId: "user-0001" });
  await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
  await until("the block prints who joined", () => lines.join().includes("user-0002"));
}

/** Runs the test with a client of an emulator that handles what a game calls. */
async function withServices(test) {
  // In a page, too: the guide's site runs these checks there. Other checks need not load it.
  const { createBrowserEmulator } = await import("gs2-gateway/emulator/browser");
  const emulator = createBrowserEmulator({ namespaces: ["game-0001"] });
  const gateway = newClient(emulator);
  const notify = (userId, key, payload) => emulator.notify({ userId, key, payload });
  let account;
  const create = (userId) => ({ item: (account = { userId, password: `password of ${userId}` }) });
  const handlers = {
    createAccount: () => create("user-0001"),
    doTakeOver: () => create("user-0002"),
    createTakeOver: ({ params, userId }) => ({ item: { ...params, userId } }),
    authentication: ({ params }) => {
      assert.equal(params.password, account.password);
      return { item: account, body: params.userId, signature: "signature" };
    },
    loginBySignature: async ({ params: { body: userId } }) => ({
      token: await emulator.issueAccessToken({ userId }),
      expire: Date.now() + 3_600_000,
    }),
    doMatchmaking: async ({ userId }) => {
      const item = { name: "gathering-0001" };
      await notify(userId, "Gs2Matchmaking:Complete", { gatheringName: item.name });
      return { item };
    },
    complete: async ({ userId }) => {
      const transactionId = "transaction-0001";
      await notify(userId, "Gs2Distributor:AutoRunTransactionNotification", { transactionId });
      return { transactionId, autoRunStampSheet: true };
    },
  };
  for (const [name, handler] of Object.entries(handlers)) emulator.handle(calls[name], handler);
  try {
    await test({ emulator, gateway });
  } finally {
    gateway.dispose();
    await emulator.stop();
  }
}

export const checks = {
  "README.md, Ten lines": receivesJoin,
  "README.ja.md, 10 行で始める": receivesJoin,
  "AGENTS.md, Using gs2-gateway: ten rules": receivesJoin,
  "docs/connect.md, Connect": receivesJoin,

  async "docs/connect.md, Several players on one connection"({ bindGuild }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await bindGuild(gateway, "accessToken-0002");
    const { player, guild } = gateway.connection.bindings;
    assert.deepEqual([player.state, guild.state], ["held", "held"]);
    assert.equal((await emulator.sessions()).length, 2);
  },

  "docs/calls.md, Sign in, call, wait": ({ play }) =>
    withServices(async ({ gateway }) => {
      assert.equal(await play(gateway), "user-0001");
      assert.equal(gateway.connection.bindings.player.state, "held");
    }),

  "docs/calls.md, Take an account over": ({ protect, moveHere }) =>
    withServices(async ({ gateway, emulator }) => {
      await gateway.setUserId({ accessToken: "accessToken-0001" });
      await protect(gateway, "correct horse");
      const [{ params }] = await emulator.calls({ method: "createTakeOver" });
      assert.deepEqual([params.type, params.password], [0, "***"]);
      assert.equal(await moveHere(gateway, "correct horse"), "user-0002");
    }),

  "docs/calls.md, Define a call": ({ introduce }) =>
    withServices(async ({ gateway, emulator }) => {
      const target = ["friend", "profile", "updateProfile"];
      const rest = { verb: "PUT", path: "/{namespaceName}/user/me/profile" };
      const handler = ({ params, userId }) => ({ item: { ...params, userId } });
      emulator.handle(...target, handler, { rest });
      await gateway.setUserId({ accessToken: "accessToken-0001" });
      assert.equal(await introduce(gateway, "hello"), "hello");
    }),

  async "docs/real-gs2.md, Is the credential right"(_, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const [login] = await emulator.calls({ method: "login" });
    assert.equal(login.status, 200);
  },

  "docs/real-gs2.md, Sign in, and find a match": ({ findMatch }) =>
    withServices(async ({ gateway, emulator }) => {
      const lines = capturePrinted();
      const tokens = [];
      emulator.handle(calls.doMatchmaking, ({ params }) => {
        tokens.push(params.matchmakingContextToken);
        return tokens.length === 1 ? { matchmakingContextToken: "context-0001" } : {};
      });
      emulator.handle(calls.createGathering, async ({ userId, params }) => {
        assert.equal(params.capacityOfRoles[0].capacity, 2);
        const about = { namespaceName: params.namespaceName, gatheringName: "gathering-0001" };
        const joined = { ...about, joinUserId: "user-0002" };
        await emulator.notify({ userId, key: "Gs2Matchmaking:Join", payload: joined });
        await emulator.notify({ userId, key: "Gs2Matchmaking:Complete", payload: about });
        return { item: { name: about.gatheringName } };
      });
      assert.equal(await findMatch(gateway), "gathering-0001");
      assert.deepEqual(tokens, [undefined, "context-0001"]);
      assert.match(lines.join(), /user-0002 joins/);
    }),

  "docs/real-gs2.md, Count on your server": ({ countMatch }) =>
    withServices(async ({ gateway, emulator }) => {
      const counted = [];
      emulator.handle(calls.increaseCounterByUserId, ({ params }) => {
        counted.push([params.counterName, params.userId, params.value]);
        return { item: { values: [{ value: 1 }] } };
      });
      await countMatch(gateway, "gathering-0001", "user-0001");
      assert.deepEqual(counted, [["matches", "user-0001", 1]]);
    }),

  "docs/real-gs2.md, Receive the reward": ({ receiveRewards }) =>
    withServices(async ({ gateway, emulator }) => {
      const read = [];
      emulator.handle(calls.getStampSheetResult, ({ params: { transactionId } }) => {
        read.push(transactionId);
        return { item: { transactionId, taskResultCodes: [200], sheetResultCode: 200 } };
      });
      await gateway.setUserId({ accessToken: "accessToken-0001" });
      const shown = [];
      const stop = receiveRewards(gateway, (taskName) => shown.push(taskName));
      const done = { namespaceName: "mission-0001", groupName: "daily", taskName: "first-match" };
      const payload = { ...done, userId: "user-0001" };
      await emulator.notify({ userId: "user-0001", key: "Gs2Mission:Complete", payload });
      await until("the reward is shown", () => shown.length > 0);
      assert.deepEqual([shown, read], [["first-match"], ["transaction-0001"]]);
      stop();
    }),

  async "docs/errors.md, Errors"({ adviceFor }) {
    const error = (given) => new GatewayError({ kind: "conflict", message: "no", ...given });
    assert.equal(adviceFor(new Error()), "not from gs2-gateway");
    assert.match(adviceFor(error({ outcome: "unknown" })), /check whether/);
    assert.equal(adviceFor(error({ outcome: "refused", retryable: true })), "try again");
    assert.equal(adviceFor(error({ outcome: "refused" })), "conflict: no");
  },

  async "docs/errors.md, Diagnostics"({ count }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    const counted = [];
    count(gateway, (name) => counted.push(name));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("the end of the socket is counted", () => counted.length > 0);
    assert.match(counted[0], /^socketEnded\.\d+$/);
  },

  async "docs/from-gs2.md, Then `GatewayClient` for players"(_, environment) {
    const emulator = await connectEmulator(environment.emulator);
    assert.equal((await emulator.sessions()).length, 1);
  },

  async "docs/gaps.md, Missed notifications"({ keepFresh }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    let reloads = 0;
    keepFresh(gateway, async () => void reloads++);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await until("it was loaded first", () => reloads === 1);
    await emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("it was loaded after the gap", () => reloads === 2);
  },

  async "docs/gaps.md, Waiting for what a call causes"({ findMatch }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const { joinUserId: _, ...payload } = join;
    // Stands in for GS2-Matchmaking, whose notification arrives before its reply here.
    gateway.call = async () => {
      const received = gateway.waitFor("Gs2Matchmaking:Complete");
      await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
      await received;
      // That waiter has claimed the notification: a second one is for the block.
      const again = new Promise((resolve) => gateway.on("*", resolve));
      await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
      await again;
      return {};
    };
    assert.equal((await findMatch(gateway, {})).payload.gatheringName, "g-1");
  },

  async "docs/testing.md, In the page, Storybook and component tests 2"({ createStage }) {
    const { emulator, gateway, end } = await createStage("alice");
    const received = gateway.waitFor("Gs2Matchmaking:Join");
    await emulator.notify({ userId: "alice", key: "Gs2Matchmaking:Join", payload: join });
    assert.equal((await received).payload.joinUserId, "user-0002");
    await end();
    assert.equal(emulator.sessions().length, 0);
  },

  async "docs/sessions.md, Exclusive sessions and take-over"({ enter }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const [first, second] = [newClient(emulator), newClient(emulator)];
    await enter(first, "accessToken-0001", () => assert.fail("there is no other session"));
    const asked = [];
    await enter(second, "accessToken-0001", async (question) => asked.push(question) > 0);
    assert.equal(asked.length, 1);
    assert.equal(second.connection.status, "ready");
    await until("the first client is replaced", () => first.connection.status === "replaced");
  },

  async "docs/tokens.md, In a shipped game"({ projectTokenForAPlayer }) {
    const { token, expiresInSeconds } = await projectTokenForAPlayer("first");
    assert.ok(expiresInSeconds > 3_500 && expiresInSeconds <= 3_600);
    assert.equal((await projectTokenForAPlayer("old")).token, token);
    assert.equal((await projectTokenForAPlayer("unauthorized")).token, token);
  },

  async "docs/tokens.md, In a shipped game 2"({ gateway }) {
    assert.equal(gateway.connection.status, "ready");
  },

  async "docs/access-token.md, On your server"({ accessTokenFor }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: await accessTokenFor("alice") });
    assert.equal((await emulator.sessions())[0].userId, "alice");
    // The project token that the server keeps is refused, and not one of the last 10 seconds.
    environment.refuseProjectToken();
    const { now } = performance;
    performance.now = () => now.call(performance) + 11_000;
    assert.equal(typeof (await accessTokenFor("bob")), "string");
  },

  async "docs/calls-per-hour.md, Calls per hour"({ gateway }) {
    assert.equal(gateway.connection.status, "idle");
  },

  async "docs/devtools.md, OpenTelemetry"({ exportMetrics }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const gateway = newClient(emulator);
    const { AggregationTemporality, InMemoryMetricExporter, PeriodicExportingMetricReader } =
      await import("@opentelemetry/sdk-metrics");
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter });
    const stop = exportMetrics(gateway, reader);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.disconnect({ userId: "user-0001" });
    await emulator.waitForSession({ userId: "user-0001" });
    await gateway.describeWebSocketSessions();
    stop();
    await reader.forceFlush();
    const [metric] = exporter.getMetrics().at(-1).scopeMetrics[0].metrics;
    assert.equal(metric.descriptor.name, "gs2_gateway.duration");
    const counted = metric.dataPoints.map(({ attributes: { name, outcome, method = "" }, value }) =>
      [name, outcome, method.split(".").at(-1), value.count].join(" ").replace("  ", " "),
    );
    assert.deepEqual(counted.sort(), [
      "call ok describeWebSocketSessions 1",
      "call ok login 1",
      "call ok setUserId 2",
      "connect ok 1",
      "gap ok 1",
      "reconnect ok 1",
    ]);
    gateway.dispose();
  },

  async "docs/recipes.md, Plain TypeScript"({ lobby, gateway }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const received = gateway.waitFor("Gs2Matchmaking:Join");
    await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
    await received;
    assert.deepEqual([...lobby.players], ["user-0002"]);
  },

  async "docs/recipes.md, Hot reload with Vite"({ gateway }, environment) {
    assert.equal(gateway.connection.status, "ready");
    let reloads = 0;
    globalThis.location = { reload: () => reloads++ };
    environment.replace();
    assert.equal(reloads, 1);
  },

  async "docs/recipes.md, A server that sends notifications"(
    { announceSale, announceMaintenance },
    environment,
  ) {
    const emulator = await connectEmulator(environment.emulator);
    assert.equal(await announceSale("user-0001", "sword"), false);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const received = gateway.waitFor({ subject: "shop:sale" });
    assert.equal(await announceSale("user-0001", "sword"), true);
    assert.deepEqual((await received).payload, { itemId: "sword", percent: 20 });
    const { delivered, undelivered } = await announceMaintenance(["user-0001", "user-0002"], 10);
    assert.deepEqual([delivered, undelivered], [1, 1]);
  },

  async "docs/recipes.md, Every method, for servers and tools"({ namespacesOf, exportOf }) {
    assert.deepEqual(await namespacesOf("game-"), ["game-0001"]);
    assert.match(await exportOf("user-0001"), /^http/);
  },

  "docs/recipes.md, Notifications of your own, typed"({ showSales }) {
    const source = createTestGateway({ logger: false });
    const printed = [];
    showSales(source, (text) => printed.push(text));
    source.emit("shop:sale", { itemId: "sword", percent: 20 });
    assert.deepEqual(printed, ["sword: 20 % off"]);
  },

  async "docs/recipes.md, Handing out project tokens"({ server }, environment) {
    const emulator = await connectEmulator(environment.emulator);
    const request = (cookie, reason) =>
      fetch(`http://127.0.0.1:${server.address().port}/project-token`, {
        method: "POST",
        headers: { cookie },
        body: JSON.stringify({ reason }),
      });
    assert.equal((await request("", "first")).status, 401);
    const reasons = [];
    const gateway = new GatewayClient({
      namespaceName: "game-0001",
      credential: {
        clientId: "your client id",
        async projectToken({ reason }) {
          reasons.push(reason);
          const response = await request("session=1", reason);
          return response.json();
        },
      },
      endpoints: emulator.endpoints,
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    // The token that the server keeps is refused from here on, and no longer of the last 10 seconds.
    await emulator.faults.set([{ fault: "expireTokens", tokens: "project" }]);
    const { now } = performance;
    performance.now = () => now.call(performance) + 11_000;
    await emulator.faults.set([{ fault: "drop" }]);
    await until("the token is replaced", () => reasons.includes("unauthorized"));
    await emulator.waitForSession({ userId: "user-0001" });
    await until("the player is bound again", () => gateway.connection.status === "ready");
    assert.deepEqual(reasons, ["first", "unauthorized"]);
  },

  async "docs/recipes.md, Notifications of your own, checked"({ listen, Sale, RaidStart }) {
    const source = createTestGateway({ logger: false });
    const printed = [];
    listen(source, (text) => printed.push(text));
    source.emit(Sale, { itemId: "sword", percent: 20 });
    source.emit(Sale, { itemId: "sword", percent: 200 });
    source.emit(RaidStart, { raidId: "r-1" });
    source.emit(RaidStart, {});
    assert.deepEqual(printed, ["sword: 20 % off", "raid r-1"]);
    assert.deepEqual(
      source.diagnostics.map(({ code }) => code),
      ["schemaMismatch", "schemaMismatch"],
    );
  },
};
