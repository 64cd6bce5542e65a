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
  const received: string[] = [];
  const onSale = (one: { payload: unknown }) => received.push(String(one.payload));
  const send = (...payloads: string[]) => {
    for (const payload of payloads) network.last.notify("shop:sale", payload);
  };
  return { client, network, diagnostics, plugin, scene, open, net: open(), received, onSale, send };
}

const SALE = { subject: "shop:sale" };

test("a scene has one scope for each set of options, and a new one after a restart", async () => {
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

test.each(["shutdown", "destroy"] as const)("a scene's %s ends its subscriptions", async (end) => {
  const { client, scene, net, received, onSale, send, network } = await setUp();
  net.on(SALE, onSale);
  net.onStatus(({ status }) => received.push(status));
  net.onSync(({ reason }) => received.push(reason));
  send("one");
  scene[end]();
  send("two");
  network.last.emitClose();
  client.retryNow();
  await client.connect();
  expect(received).toEqual(["one"]);
  expect(scene.emitter.eventNames()).toEqual([]);
});

test("an ended scope subscribes to nothing, and its waitFor rejects with aborted", async () => {
  const { plugin, scene, net, received, onSale, send } = await setUp();
  const waiting = rejectionOf(net.waitFor(SALE));
  scene.destroy();
  expect(await waiting).toMatchObject({ kind: "aborted" });
  const late = plugin.scope(scene);
  expect(late.signal.aborted).toBe(true);
  for (const ended of [net, late]) {
    ended.on(SALE, onSale)();
    ended.onSync(onSale as never)();
    ended.onStatus(onSale as never)();
    expect(await rejectionOf(ended.waitFor(SALE))).toMatchObject({ kind: "aborted" });
  }
  send("one");
  expect(received).toEqual([]);
});

test("a definition gets the output of its schema, a handler of its key the payload", async () => {
  const { net, received, onSale, send } = await setUp();
  const Sale = defineNotification(
    "shop:sale",
    z.string().transform((text) => `checked ${text}`),
  );
  net.on(SALE, onSale);
  net.on("shop:sale" as never, onSale);
  net.on(Sale, ({ payload }) => received.push(payload));
  send("one");
  expect(received.sort()).toEqual(["checked one", "one", "one"]);
});

test("waitFor resolves, times out, and is aborted by its own signal", async () => {
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

test("a handler registered twice is called once, until both registrations are undone", async () => {
  const { net, received, onSale, send } = await setUp();
  const [first, second] = [net.on(SALE, onSale), net.on(SALE, onSale)];
  send("one");
  first();
  send("two");
  second();
  send("three");
  expect(received).toEqual(["one", "two"]);
});

test("a handler removed before its frame is not called, and `once` counts deliveries", async () => {
  const { scene, net, received, onSale, send } = await setUp({
    deliver: "frame",
    whileAsleep: "skip",
  });
  const undo = net.on(SALE, onSale);
  net.on("*", ({ payload }) => received.push(`once ${String(payload)}`), { once: true });
  scene.sleep();
  send("asleep");
  scene.wake();
  send("one", "two");
  undo();
  scene.step();
  expect(received).toEqual(["once one"]);
});

test("a handler that throws is reported with the name of its scene, and the others are called", async () => {
  const { scene, net, received, onSale, send, diagnostics } = await setUp({ deliver: "frame" });
  net.on(SALE, () => {
    throw new Error("no such sprite");
  });
  net.on(SALE, onSale);
  send("one");
  scene.step();
  expect(received).toEqual(["one"]);
  expect(diagnostics.find(({ code }) => code === "handlerThrew")?.message).toBe(
    '[gs2-gateway] handlerThrew: scene "lobby": Error: no such sprite',
  );
});

test("an overrun is reported, and no notification is lost", async () => {
  const { scene, net, received, onSale, send, diagnostics } = await setUp();
  net.on(SALE, onSale);
  scene.sleep();
  const all = Array.from({ length: 1_002 }, (_, i) => String(i));
  send(...all);
  expect(received).toEqual(["0", "1"]);
  expect(diagnostics.filter(({ code }) => code === "sceneOverrun")).toMatchObject([
    { level: "warn", detail: { scene: "lobby", held: 1_000 } },
  ]);
  scene.wake();
  expect(received).toEqual(all);
});

test("onSync is called at once, and ends by its undo or signal", async () => {
  const { client, network, scene, net } = await setUp({ deliver: "frame" });
  const received: string[] = [];
  const controller = new AbortController();
  net.onSync(({ reason }) => received.push(`remaining ${reason}`));
  net.onSync(() => received.push("undone"))();
  net.onSync(() => received.push("aborted"), { signal: controller.signal });
  controller.abort();
  scene.sleep();
  network.last.emitClose();
  client.retryNow();
  await client.setUserId({ accessToken: "alice-token" });
  expect(received).toEqual(["remaining gap"]);
});
