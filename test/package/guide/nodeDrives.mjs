// What is done with what a block exports, and what is to come of it; by the block's page and heading.
import assert from "node:assert/strict";
import { GatewayClient, GatewayError } from "gs2-gateway";
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
  });

/** Hears what a block prints from here on. */
function printed() {
  const lines = [];
  const { log } = console;
  console.log = (...said) => {
    lines.push(said.join(" "));
    log(...said);
  };
  return lines;
}

async function until(what, look) {
  for (const giveUpAt = performance.now() + 5_000; !(await look());) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A player is bound by then, and hears somebody join. */
async function playerHears(_, stage) {
  const lines = printed();
  const emulator = await connectEmulator(stage.emulator);
  await emulator.waitForSession({ userId: "user-0001" });
  await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
  await until("the block prints who joined", () => lines.join().includes("user-0002"));
}

export const drives = {
  "README.md, Ten lines": playerHears,
  "README.ja.md, 10 行で始める": playerHears,
  "docs/connect.md, Connect": playerHears,

  async "docs/connect.md, Several players on one connection"({ bindGuild }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await bindGuild(gateway, "accessToken-0002");
    const { player, guild } = gateway.connection.bindings;
    assert.deepEqual([player.state, guild.state], ["held", "held"]);
    assert.equal((await emulator.sessions()).length, 2);
  },

  async "docs/errors.md, Errors"({ sayWhatToDo }) {
    const error = (given) => new GatewayError({ kind: "conflict", message: "no", ...given });
    assert.equal(sayWhatToDo(new Error()), "not ours");
    assert.match(sayWhatToDo(error({ outcome: "unknown" })), /look/);
    assert.equal(sayWhatToDo(error({ outcome: "refused", retryable: true })), "try again");
    assert.equal(sayWhatToDo(error({ outcome: "refused" })), "conflict: no");
  },

  async "docs/errors.md, Diagnostics"({ count }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const gateway = newClient(emulator);
    const counted = [];
    count(gateway, (name) => counted.push(name));
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("the end of the socket is counted", () => counted.length > 0);
    assert.match(counted[0], /^socketEnded\.\d+$/);
  },

  async "docs/from-gs2.md, Then, where a player waits, `GatewayClient`"(_, stage) {
    const emulator = await connectEmulator(stage.emulator);
    assert.equal((await emulator.sessions()).length, 1);
  },

  async "docs/gaps.md, What is lost while away"({ keepFresh }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const gateway = newClient(emulator);
    let reloads = 0;
    keepFresh(gateway, async () => void reloads++);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    await until("it was loaded first", () => reloads === 1);
    await emulator.faults.set([{ fault: "drop", userId: "user-0001" }]);
    await until("it was loaded after the gap", () => reloads === 2);
  },

  async "docs/gaps.md, Waiting for what a call causes"({ findMatch }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const { joinUserId: _, ...payload } = join;
    // GS2-Matchmaking, which the emulator is not: here its notification is faster than its answer.
    gateway.call = async () => {
      const heard = gateway.waitFor("Gs2Matchmaking:Complete");
      await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
      await heard;
      // The one who waits for it has taken it: once more, for the block.
      const again = new Promise((resolve) => gateway.on("*", resolve));
      await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
      await again;
      return {};
    };
    assert.equal((await findMatch(gateway, {})).payload.gatheringName, "g-1");
  },

  async "docs/sessions.md, Exclusive sessions and take-over"({ enter }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const [first, second] = [newClient(emulator), newClient(emulator)];
    await enter(first, "accessToken-0001", () => assert.fail("nobody is there"));
    const asked = [];
    await enter(second, "accessToken-0001", async (question) => asked.push(question) > 0);
    assert.equal(asked.length, 1);
    assert.equal(second.connection.status, "ready");
    await until("the first has lost its place", () => first.connection.status === "replaced");
  },

  async "docs/tokens.md, In a shipped game"({ projectTokenForAPlayer }) {
    assert.equal(typeof (await projectTokenForAPlayer()), "string");
  },

  async "docs/tokens.md, In a shipped game 2"({ gateway }) {
    assert.equal(gateway.connection.status, "ready");
  },

  async "docs/calls-per-hour.md, Calls per hour"({ gateway }) {
    assert.equal(gateway.connection.status, "idle");
  },

  async "docs/recipes.md, Plain TypeScript"({ lobby, gateway }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const heard = gateway.waitFor("Gs2Matchmaking:Join");
    await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
    await heard;
    assert.deepEqual([...lobby.players], ["user-0002"]);
  },

  async "docs/recipes.md, Hot reload with Vite"({ gateway }, stage) {
    assert.equal(gateway.connection.status, "ready");
    stage.replace();
    assert.equal(gateway.connection.status, "closed");
  },

  async "docs/recipes.md, A server that sends notifications"({ tellOfSale, tellAll }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    assert.equal(await tellOfSale("user-0001", "sword"), false);
    const gateway = newClient(emulator);
    await gateway.setUserId({ accessToken: "accessToken-0001" });
    const heard = gateway.waitFor({ subject: "shop:sale" });
    assert.equal(await tellOfSale("user-0001", "sword"), true);
    assert.deepEqual((await heard).payload, { itemId: "sword", percent: 20 });
    const { delivered, undelivered } = await tellAll(["user-0001", "user-0002"], 10);
    assert.deepEqual([delivered, undelivered], [1, 1]);
  },

  async "docs/recipes.md, Handing out project tokens"({ server }, stage) {
    const emulator = await connectEmulator(stage.emulator);
    const ask = (cookie) =>
      fetch(`http://127.0.0.1:${server.address().port}/project-token`, {
        method: "POST",
        headers: { cookie },
      });
    assert.equal((await ask("")).status, 401);
    const projectToken = await (await ask("session=1")).text();
    const gateway = new GatewayClient({
      namespaceName: "game-0001",
      credential: { clientId: "your client id", projectToken },
      endpoints: emulator.endpoints,
    });
    await gateway.setUserId({ accessToken: "accessToken-0001" });
  },

  async "docs/recipes.md, Notifications of your own, checked"({ listen, Sale, RaidStart }) {
    const source = createTestGateway({ logger: false });
    const told = [];
    listen(source, (text) => told.push(text));
    source.emit(Sale, { itemId: "sword", percent: 20 });
    source.emit(Sale, { itemId: "sword", percent: 200 });
    source.emit(RaidStart, { raidId: "r-1" });
    source.emit(RaidStart, {});
    assert.deepEqual(told, ["sword: 20 % off", "raid r-1"]);
    assert.deepEqual(
      source.diagnostics.map(({ code }) => code),
      ["schemaMismatch", "schemaMismatch"],
    );
  },
};
