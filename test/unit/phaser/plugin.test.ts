import { expect, onTestFinished, test } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { isGatewayError } from "../../../src/errors.js";
import {
  attachGateway,
  GatewayPlugin,
  getGateway,
  type GatewayPluginData,
} from "../../../src/phaser/index.js";
import { faultNetwork, optionsFor } from "../../support/faultSocket.js";
import { fakeClient, fakeGame, FakeScene } from "./fakes.js";

function newClient() {
  const { client } = fakeClient();
  onTestFinished(() => client.dispose());
  return client;
}

/** What Phaser's plugin manager does with an entry of `plugins.global` (createEntry). */
function install(
  { manager }: ReturnType<typeof fakeGame>,
  data: GatewayPluginData | null,
  key = "gs2",
) {
  const plugin = new GatewayPlugin(manager);
  manager.plugins.push({ key, plugin: plugin as never, active: true, mapping: "gs2" });
  plugin.init(data);
  plugin.start();
  return plugin;
}

/** The message of the error that an action throws. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isGatewayError(error, "invalidArgument")) return error.message;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

test("the plugin is in the game's list and not in Phaser's list of the page", () => {
  const world = fakeGame();
  const plugin = install(world, { client: newClient() });
  expect(world.removed).toEqual(["gs2"]);
  expect(world.manager.plugins).toMatchObject([{ key: "gs2", active: true, mapping: "gs2" }]);
  expect(world.manager.plugins[0]?.plugin).toBe(plugin);
});

test("scenes that were created before the plugin get it too", () => {
  const world = fakeGame();
  const scene = new FakeScene(world.game);
  world.scenes.push(scene);
  const plugin = install(world, { client: newClient() });
  expect((scene as { gs2?: unknown }).gs2).toBe(plugin);
  expect(getGateway(scene)).toBe(plugin);
});

test("stopping the plugin and starting it again changes nothing", () => {
  const world = fakeGame();
  const client = newClient();
  const plugin = install(world, { client });
  plugin.stop();
  plugin.start();
  expect(world.manager.plugins).toHaveLength(1);
  expect(plugin.client).toBe(client);
});

test("destroying the game ends its scopes and disposes the client only with disposeWithGame", async () => {
  for (const disposeWithGame of [undefined, true]) {
    const world = fakeGame();
    const client = newClient();
    const plugin = install(world, { client, disposeWithGame });
    const net = plugin.scope(new FakeScene(world.game));
    plugin.destroy();
    expect(net.signal.aborted).toBe(true);
    const connecting = client.connect();
    await (disposeWithGame
      ? expect(connecting).rejects.toMatchObject({ kind: "notConnected" })
      : expect(connecting).resolves.toBeUndefined());
  }
});

test("options with the same region, namespace, client ID and endpoints share a client until it is disposed", () => {
  const options = () => optionsFor(faultNetwork());
  const first = install(fakeGame(), { options: options() }).client;
  expect(first).toBeInstanceOf(GatewayClient);
  expect(install(fakeGame(), { options: options() }).client).toBe(first);
  const elsewhere = { ...options(), namespaceName: "game-0002" };
  const other = install(fakeGame(), { options: elsewhere }).client;
  expect(other).not.toBe(first);
  first.dispose();
  const next = install(fakeGame(), { options: options() }).client;
  expect(next).not.toBe(first);
  next.dispose();
  other.dispose();
});

test("attachGateway adds one plugin, however often it is called", () => {
  const world = fakeGame();
  const client = newClient();
  const plugin = attachGateway(world.game, client);
  expect(attachGateway(world.game, client)).toBe(plugin);
  expect(world.manager.plugins).toMatchObject([{ key: "gs2", mapping: "gs2" }]);
  expect(world.removed, "another game's key is its own").toEqual([]);
});

test("getGateway finds one of several plugins by key or mapping", () => {
  const world = fakeGame();
  const first = install(world, { client: newClient() }, "Gs2GatewayPhaser");
  const second = attachGateway(world.game, newClient(), { key: "guild" });
  const scene = new FakeScene(world.game);
  expect(getGateway(scene)).toBe(first);
  expect(getGateway(scene, "Gs2GatewayPhaser")).toBe(first);
  expect(getGateway(scene, "gs2")).toBe(first);
  expect(getGateway(scene, "guild")).toBe(second);
});

test("misuse throws an error that names it", () => {
  const world = fakeGame();
  const bare = install(world, null);
  const scene = new FakeScene(world.game);
  const client = newClient();
  expect(refusal(() => bare.client)).toMatch(/^client: there is none yet: give the plugin `data/);
  expect(refusal(() => bare.scope(scene))).toMatch(/^client: there is none yet/);
  expect(refusal(() => bare.configure({} as never))).toBe(
    "configure: takes { client } or { options }",
  );
  expect(refusal(() => bare.configure({ client: {} } as never))).toBe(
    "configure: client must be a GatewayClient",
  );
  bare.configure({ client });
  expect(refusal(() => bare.configure({ client: newClient() }))).toBe(
    "configure: the game has another client already",
  );

  for (const nothing of [undefined, {}, { sys: { settings: { status: 0 } } }]) {
    expect(refusal(() => bare.scope(nothing as never))).toMatch(/^scope: takes a scene, /);
  }
  expect(refusal(() => bare.scope(scene, { deliver: "later" as never }))).toMatch(
    /^scope: deliver/,
  );
  expect(refusal(() => bare.scope(scene, { whileAsleep: "drop" as never }))).toMatch(
    /^scope: whileAsleep/,
  );

  expect(refusal(() => getGateway(scene, "gs3"))).toMatch(
    /^getGateway: the game has no GatewayPlugin under "gs3"/,
  );
  expect(refusal(() => getGateway({} as never))).toMatch(/^getGateway: takes a scene/);
  expect(refusal(() => attachGateway({} as never, client))).toMatch(
    /^attachGateway: takes a Phaser/,
  );
  world.manager.plugins.push({ key: "other", plugin: () => undefined });
  expect(refusal(() => attachGateway(world.game, client, { key: "other" }))).toBe(
    'attachGateway: another plugin has the key "other"',
  );
});
