import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { defineNotification } from "../../../src/notify/schema.js";
import { GatewayPlugin, type ScopeOptions } from "../../../src/phaser/index.js";
import { rejectionOf } from "../../support/promises.js";
import { fakeClient, fakeGame, FakeScene } from "./fakes.js";

async function setUp(options: ScopeOptions = {}) {
  const { game, manager } = fakeGame();
  const { client, network, diagnostics } = fakeClient();
  onTestFinished(() => client.dispose());
  await client.setUserId({ accessToken: "alice-token" });
  const plugin = new GatewayPlugin(manager).configure({ client });
  const scene = new FakeScene(game);
  const open = () => plugin.scope(scene, options);
  const heard: string[] = [];
  const hear = (one: { payload: unknown }) => heard.push(String(one.payload));
  const send = (...payloads: string[]) => {
    for (const payload of payloads) network.last.notify("shop:sale", payload);
  };
  return { client, network, diagnostics, plugin, scene, open, net: open(), heard, hear, send };
}

const SALE = { subject: "shop:sale" };

test("a scope is the same for the same options, another for others, and a new one in the next run", async () => {
  const { plugin, scene, net } = await setUp();
  expect(plugin.scope(scene)).toBe(net);
  expect(plugin.scope(scene, { deliver: "now", whileAsleep: "hold" })).toBe(net);
  const byFrame = plugin.scope(scene, { deliver: "frame" });
  expect(byFrame).not.toBe(net);
  scene.shutdown();
  expect([net.signal.aborted, byFrame.signal.aborted]).toEqual([true, true]);
  scene.start();
  expect(plugin.scope(scene)).not.toBe(net);
});

test.each(["shutdown", "destroy"] as const)("a scene's %s ends all it listens to", async (end) => {
  const { client, scene, net, heard, hear, send, network } = await setUp();
  net.on(SALE, hear);
  net.onStatus(({ status }) => heard.push(status));
  net.onSync(({ reason }) => heard.push(reason));
  send("one");
  scene[end]();
  send("two");
  network.last.emitClose();
  client.retryNow();
  await client.connect();
  expect(heard).toEqual(["one"]);
  expect(scene.emitter.eventNames()).toEqual([]);
});

test("what is asked of a scope that has ended does nothing, and a wait rejects as aborted", async () => {
  const { plugin, scene, net, heard, hear, send } = await setUp();
  const waiting = rejectionOf(net.waitFor(SALE));
  scene.destroy();
  expect(await waiting).toMatchObject({ kind: "aborted" });
  const late = plugin.scope(scene);
  expect(late.signal.aborted).toBe(true);
  for (const ended of [net, late]) {
    ended.on(SALE, hear)();
    ended.onSync(hear as never)();
    ended.onStatus(hear as never)();
    expect(await rejectionOf(ended.waitFor(SALE))).toMatchObject({ kind: "aborted" });
  }
  send("one");
  expect(heard).toEqual([]);
});

test("a definition hears what its schema makes of it, beside a handler of the key itself", async () => {
  const { net, heard, hear, send } = await setUp();
  const Sale = defineNotification(
    "shop:sale",
    z.string().transform((text) => `checked ${text}`),
  );
  net.on(SALE, hear);
  net.on("shop:sale" as never, hear);
  net.on(Sale, ({ payload }) => heard.push(payload));
  send("one");
  expect(heard.sort()).toEqual(["checked one", "one", "one"]);
});

test("a wait answers, times out and is given up by a signal of its own", async () => {
  const { net, send } = await setUp();
  const found = net.waitFor(SALE, { where: ({ payload }) => payload === "two" });
  send("one", "two");
  expect((await found).payload).toBe("two");
  expect(await rejectionOf(net.waitFor(SALE, { timeoutMs: 1 }))).toMatchObject({
    kind: "requestTimeout",
  });
  const controller = new AbortController();
  const given = rejectionOf(net.waitFor(SALE, { signal: controller.signal }));
  controller.abort();
  expect(await given).toMatchObject({ kind: "aborted" });
});

test("a function registered twice is called once, until the last of the two is undone", async () => {
  const { net, heard, hear, send } = await setUp();
  const [first, second] = [net.on(SALE, hear), net.on(SALE, hear)];
  send("one");
  first();
  send("two");
  second();
  send("three");
  expect(heard).toEqual(["one", "two"]);
});

test("what is undone before its frame is not called, and `once` counts what was delivered", async () => {
  const { scene, net, heard, hear, send } = await setUp({ deliver: "frame", whileAsleep: "skip" });
  const undo = net.on(SALE, hear);
  net.on("*", ({ payload }) => heard.push(`once ${String(payload)}`), { once: true });
  scene.sleep();
  send("asleep");
  scene.wake();
  send("one", "two");
  undo();
  scene.step();
  expect(heard).toEqual(["once one"]);
});

test("a handler that throws stops nobody and is told with the name of its scene", async () => {
  const { scene, net, heard, hear, send, diagnostics } = await setUp({ deliver: "frame" });
  net.on(SALE, () => {
    throw new Error("no such sprite");
  });
  net.on(SALE, hear);
  send("one");
  scene.step();
  expect(heard).toEqual(["one"]);
  expect(diagnostics.find(({ code }) => code === "handlerThrew")?.message).toBe(
    '[gs2-gateway] handlerThrew: scene "lobby": Error: no such sprite',
  );
});

test("more than a thousand that wait are told of, and none is lost", async () => {
  const { scene, net, heard, hear, send, diagnostics } = await setUp();
  net.on(SALE, hear);
  scene.sleep();
  const all = Array.from({ length: 1_002 }, (_, i) => String(i));
  send(...all);
  expect(heard).toEqual(["0", "1"]);
  expect(diagnostics.filter(({ code }) => code === "sceneOverrun")).toMatchObject([
    { level: "warn", detail: { scene: "lobby", held: 1_000 } },
  ]);
  scene.wake();
  expect(heard).toEqual(all);
});

test("the game's onSync runs as it comes, and ends by its own undo or signal", async () => {
  const { client, network, scene, net } = await setUp({ deliver: "frame" });
  const heard: string[] = [];
  const controller = new AbortController();
  net.onSync(({ reason }) => heard.push(`kept ${reason}`));
  net.onSync(() => heard.push("undone"))();
  net.onSync(() => heard.push("aborted"), { signal: controller.signal });
  controller.abort();
  scene.sleep();
  network.last.emitClose();
  client.retryNow();
  await client.setUserId({ accessToken: "alice-token" });
  expect(heard).toEqual(["kept gap"]);
});
