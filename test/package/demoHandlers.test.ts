// The demo's handlers as a module of the command, and a whole game by GS2's own calls.
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fillWithRobots, getState } from "../../demo/shared/calls.js";
import { namedAccount } from "../../demo/shared/players.js";
import {
  cancelMatchmaking,
  complete,
  createGathering,
  describeCompletes,
  describeMissionTaskModels,
  doMatchmaking,
  increaseCounterByUserId,
  signIn,
} from "../../src/calls/index.js";
import { emulatorEndpoints } from "../../src/index.js";
import { GatewayClient } from "../../src/node.js";
import { inRepo } from "../support/repo.js";

let command: ChildProcess;
let url: string;
const clients: GatewayClient[] = [];

beforeAll(async () => {
  const args = ["emulator", "--port", "0", "--handlers", inRepo("build/demo/handlers.js")];
  command = spawn(process.execPath, [inRepo("dist/cli.js"), ...args]);
  let output = "";
  url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text.toString();
      const [, found] = /emulator: (http:\/\/\S+)/.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    };
    command.stdout!.on("data", read);
    command.stderr!.on("data", read);
    command.once("exit", () => reject(new Error(`It ended: ${output}`)));
  });
  expect(output).toMatch(/Handlers: \d+ of /);
});
afterAll(() => void command.kill("SIGTERM"));
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

function createClient(): GatewayClient {
  const client = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "any", clientSecret: "any" },
    endpoints: emulatorEndpoints(url),
    logger: false,
  });
  clients.push(client);
  return client;
}

const account = { accountNamespaceName: "account", keyId: "grn:gs2:local:key:login" };

async function signInAs(name: string, change: object = {}) {
  const gateway = createClient();
  const text = JSON.stringify({ ...namedAccount(name), ...change });
  const none = () => undefined;
  const storage = { getItem: () => text, setItem: none, removeItem: none };
  await signIn(gateway, { ...account, storage });
  return gateway;
}

const namespaceName = "matchmaking";
const player = { attributes: [{ name: "size", value: 2 }] };
const capacityOfRoles = [{ roleName: "default", capacity: 2 }];

describe("the demo's handlers", () => {
  test("sign in a player by name, and an anonymous one whom they create", async () => {
    const { userId } = await signIn(createClient(), { ...account, storage: null });
    expect(userId).toMatch(/^account:/);
    const gateway = await signInAs("Alice");
    expect(gateway.connection.bindings["player"]).toMatchObject({ userId: "Alice", state: "held" });
    await expect(signInAs("Alice", { password: "wrong" })).rejects.toMatchObject({
      kind: "unauthorized",
    });
  });

  test("match two players, who get Join, Leave and Complete", async () => {
    const [alice, bob] = [await signInAs("Alice"), await signInAs("Bob")];
    const since = alice.mark();
    expect(await alice.call(doMatchmaking, { namespaceName, player })).toEqual({});
    const opened = await alice.call(createGathering, { namespaceName, player, capacityOfRoles });
    const { name: gatheringName } = opened.item;
    const joined = await bob.call(doMatchmaking, { namespaceName, player });
    expect(joined.item?.capacityOfRoles[0]?.participants).toEqual([
      { userId: "Alice" },
      { userId: "Bob" },
    ]);
    const join = await alice.waitFor("Gs2Matchmaking:Join", { since });
    expect(join.payload).toEqual({ namespaceName, gatheringName, joinUserId: "Bob" });
    await alice.waitFor("Gs2Matchmaking:Complete", { since });
    const { match } = await bob.call(getState, {});
    expect(match?.standings.map(({ userId }) => userId)).toEqual(["Alice", "Bob"]);
    await expect(
      bob.call(cancelMatchmaking, { namespaceName, gatheringName }),
    ).rejects.toMatchObject({ kind: "notFound" });
  });

  test("notify a waiting player of one who leaves, and fill free seats with robots", async () => {
    const [carol, dave] = [await signInAs("Carol"), await signInAs("Dave")];
    const params = {
      namespaceName,
      player: { attributes: [{ name: "size", value: 3 }] },
      capacityOfRoles: [{ roleName: "default", capacity: 3 }],
    };
    const { item } = await carol.call(createGathering, params);
    await dave.call(doMatchmaking, params);
    const since = carol.mark();
    await dave.call(cancelMatchmaking, { namespaceName, gatheringName: item.name });
    const leave = await carol.waitFor("Gs2Matchmaking:Leave", { since });
    expect(leave.payload.leaveUserId).toBe("Dave");
    await carol.call(fillWithRobots, {});
    await carol.waitFor("Gs2Matchmaking:Complete", { since });
    const { match } = await carol.call(getState, {});
    expect(match?.standings.map(({ isRobot }) => isRobot)).toEqual([false, true, true]);
  });

  test("count a mission, notify of its completion, and give its reward once", async () => {
    const erin = await signInAs("Erin");
    const mission = { namespaceName: "mission", missionGroupName: "daily" };
    const { items } = await erin.call(describeMissionTaskModels, mission);
    expect(items.map(({ name, targetCounter }) => [name, targetCounter?.value])).toEqual([
      ["catch-stars", 30],
      ["catch-gold", 5],
      ["play-rounds", 3],
      ["win-round", 1],
    ]);
    const since = erin.mark();
    const win = { namespaceName: "mission", counterName: "win-round", userId: "Erin", value: 1 };
    await createClient().call(increaseCounterByUserId, win, { via: "rest" });
    const { payload } = await erin.waitFor("Gs2Mission:Complete", { since });
    expect(payload).toMatchObject({ groupName: "daily", taskName: "win-round" });
    const reward = { ...mission, missionTaskName: "win-round" };
    await erin.call(complete, reward);
    await expect(erin.call(complete, reward)).rejects.toMatchObject({ kind: "badRequest" });
    const completes = await erin.call(describeCompletes, { namespaceName: "mission" });
    expect(completes.items[0]).toMatchObject({
      completedMissionTaskNames: ["win-round"],
      receivedMissionTaskNames: ["win-round"],
    });
  });
});

test("the game's code has no address of a server", () => {
  const folder = inRepo("demo/game");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.tsx?$/.test(file));
  expect(sources.length).toBeGreaterThan(20);
  const found = sources.filter((file) =>
    /\bfetch\(|XMLHttpRequest|_emulator|https?:\/\/|wss?:\/\//.test(
      readFileSync(join(folder, file), "utf8"),
    ),
  );
  expect(found).toEqual([]);
});
