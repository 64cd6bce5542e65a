import { describe, expect, test } from "vitest";
import type { GatewayClient } from "../../../src/node.js";
import { until } from "../../support/until.js";
import { createTestClient, startTestEmulator } from "./testEmulator.js";

const player = { accessToken: "accessToken-0001", allowConcurrentAccess: false } as const;

type Action = (gateway: GatewayClient) => unknown;

/** Every public method, called from inside a handler. */
const actions: Record<string, Action> = {
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

/** Registers a handler for each event of the client. */
const registrations: Record<string, (gateway: GatewayClient, handle: () => void) => void> = {
  "status connecting": (g, handle) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "connecting" && before.status !== status) handle();
    }),
  "status ready": (g, handle) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "ready" && before.status !== status) handle();
    }),
  "status reconnecting": (g, handle) =>
    g.lifecycle.on("status", ({ status }, before) => {
      if (status === "reconnecting" && before.status !== status) handle();
    }),
  diagnostic: (g, handle) =>
    g.lifecycle.on("diagnostic", ({ code }) => {
      if (code === "socketEnded") handle();
    }),
  onSync: (g, handle) => g.onSync(handle),
  notification: (g, handle) => g.on("Gs2Chat:Post", handle),
  replaced: (g, handle) => g.lifecycle.on("replaced", handle),
  unauthorized: (g, handle) => g.lifecycle.on("unauthorized", handle),
};

const SETTLED = ["idle", "closed", "unauthorized", "replaced"];

describe.each(Object.keys(registrations))("inside the handler of %s", (event) => {
  test.each(Object.keys(actions))("%s leads to a settled status", async (name) => {
    const emulator = await startTestEmulator();
    const { gateway, diagnostics } = createTestClient(emulator, { callTimeoutMs: 1_000 });
    let handlerCalls = 0;
    const results: Promise<unknown>[] = [];
    registrations[event]!(gateway, () => {
      if (handlerCalls++) return;
      results.push(
        (async () => actions[name]!(gateway))().then(
          () => undefined,
          (error: unknown) => {
            // No error of another class escapes.
            expect(error).toMatchObject({ name: "GatewayError" });
          },
        ),
      );
    });
    await gateway.setUserId(player).catch(() => undefined);
    if (event === "unauthorized") {
      await gateway.setUserId({ accessToken: "never issued" }).catch(() => undefined);
    } else if (event === "notification") {
      await emulator.notify({ userId: "user-0001", key: "Gs2Chat:Post", payload: {} });
    } else if (event === "replaced") {
      const other = createTestClient(emulator).gateway;
      await other.connect();
      await other.setUserId({ ...player, force: true });
    } else if (event === "diagnostic" || event === "status reconnecting") {
      emulator.disconnect({ userId: "user-0001" });
    }
    await until("the handler is called", () => handlerCalls > 0);
    await Promise.all(results);

    expect(diagnostics.filter(({ code }) => code === "handlerThrew")).toEqual([]);
    const { connection } = gateway;
    if (name === "dispose" || name === "disconnect") expect(connection.status).toBe("closed");
    if (name === "hint offline") gateway.hint("online");
    gateway.retryNow();
    await until(
      `the client leaves ${gateway.connection.status}`,
      () =>
        SETTLED.includes(gateway.connection.status) ||
        (["connected", "ready"].includes(gateway.connection.status) &&
          Object.values(gateway.connection.bindings).every(
            ({ state }) => !["wanted", "binding"].includes(state),
          )),
    );
    // The client still binds, unless it was disposed.
    if (name !== "dispose") {
      await gateway.connect();
      await gateway.setUserId({ accessToken: "accessToken-0009", slot: "proof" });
      expect(["ready", "replaced"]).toContain(gateway.connection.status);
    }
  });
});
