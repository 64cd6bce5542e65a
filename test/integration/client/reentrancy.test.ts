import { describe, expect, test } from "vitest";
import type { GatewayClient } from "../../../src/node.js";
import { until } from "../../support/until.js";
import { aClient, anEmulator } from "./emulatorWorld.js";

const player = { accessToken: "accessToken-0001", allowConcurrentAccess: false } as const;

type Act = (gateway: GatewayClient) => unknown;

/** Every public method, called from inside a handler. */
const acts: Record<string, Act> = {
  connect: (g) => g.connect(),
  disconnect: (g) => g.disconnect(),
  dispose: (g) => g.dispose(),
  setUserId: (g) => g.setUserId(player),
  "setUserId for another slot": (g) => g.setUserId({ ...player, slot: "guild" }),
  takeOver: (g) => g.takeOver(),
  release: (g) => g.release(),
  mark: (g) => g.mark(),
  waitFor: (g) => g.waitFor("*", { timeoutMs: 10 }),
  on: (g) => g.on("*", () => undefined)(),
  onSync: (g) => g.onSync(() => undefined)(),
  retryNow: (g) => g.retryNow(),
  "hint offline": (g) => g.hint("offline"),
  "hint online": (g) => g.hint("online"),
  ping: (g) => g.ping(),
  setFirebaseToken: (g) => g.setFirebaseToken({ token: "device" }),
  getFirebaseToken: (g) => g.getFirebaseToken(),
  deleteFirebaseToken: (g) => g.deleteFirebaseToken(),
  describeWebSocketSessions: (g) => g.describeWebSocketSessions(),
  call: (g) => g.call({ service: "s", component: "c", function: "f" }),
  getProjectToken: (g) => g.getProjectToken(),
  setProjectToken: (g) => g.setProjectToken("project"),
};

/** Where a handler is called, and what makes it be called. */
const places: Record<string, (gateway: GatewayClient, act: () => void) => void> = {
  "status connecting": (g, act) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "connecting" && before.status !== status) act();
    }),
  "status ready": (g, act) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "ready" && before.status !== status) act();
    }),
  "status reconnecting": (g, act) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "reconnecting" && before.status !== status) act();
    }),
  diagnostic: (g, act) =>
    g.lifecycle.on("diagnostic", ({ code }) => {
      if (code === "socketEnded") act();
    }),
  onSync: (g, act) => g.onSync(act),
  notification: (g, act) => g.on("Gs2Chat:Post", act),
  replaced: (g, act) => g.lifecycle.on("replaced", act),
  unauthorized: (g, act) => g.lifecycle.on("unauthorized", act),
};

const RESTING = ["idle", "closed", "unauthorized", "replaced"];

describe.each(Object.keys(places))("inside the handler of %s", (place) => {
  test.each(Object.keys(acts))("%s leaves a legal status", async (name) => {
    const emulator = await anEmulator();
    const { gateway, diagnostics } = aClient(emulator, { callTimeoutMs: 1_000 });
    let acted = 0;
    const ends: Promise<unknown>[] = [];
    places[place]!(gateway, () => {
      if (acted++) return;
      ends.push(
        (async () => acts[name]!(gateway))().then(
          () => undefined,
          (error: unknown) => {
            // Every rejection is one of ours.
            expect(error).toMatchObject({ name: "GatewayError" });
          },
        ),
      );
    });
    await gateway.setUserId(player).catch(() => undefined);
    if (place === "unauthorized") {
      await gateway.setUserId({ accessToken: "nobody's" }).catch(() => undefined);
    } else if (place === "notification") {
      await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: {} });
    } else if (place === "replaced") {
      const other = aClient(emulator).gateway;
      await other.connect();
      await other.setUserId({ ...player, force: true });
    } else if (place === "diagnostic" || place === "status reconnecting") {
      emulator.disconnect({ userId: "user-0001" });
    }
    await until("the handler has been called", () => acted > 0);
    await Promise.all(ends);

    expect(diagnostics.filter(({ code }) => code === "handlerThrew")).toEqual([]);
    // It comes to rest: nothing is stuck half way.
    const { connection } = gateway;
    if (name === "dispose" || name === "disconnect") expect(connection.status).toBe("closed");
    if (name === "hint offline") gateway.hint("online");
    gateway.retryNow();
    await until(
      `${gateway.connection.status} has come to rest`,
      () =>
        RESTING.includes(gateway.connection.status) ||
        (["connected", "ready"].includes(gateway.connection.status) &&
          Object.values(gateway.connection.bindings).every(
            ({ state }) => !["wanted", "binding"].includes(state),
          )),
    );
    // And it still works, unless it was disposed of.
    if (name !== "dispose") {
      await gateway.connect();
      await gateway.setUserId({ accessToken: "accessToken-0009", slot: "proof" });
      expect(["ready", "replaced"]).toContain(gateway.connection.status);
    }
  });
});
