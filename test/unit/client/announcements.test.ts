import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const setUp = () => {
  const gateway = new GatewayClient(optionsFor(faultNetwork(acceptingServer), {}));
  onTestFinished(() => gateway.dispose());
  const events: string[] = [];
  return { gateway, events };
};

test("changes made by a status handler reach the handlers registered after it in order", async () => {
  const { gateway, events } = setUp();
  gateway.lifecycle.on("status", ({ status }) => {
    if (status !== "ready" || events.includes("closed")) return;
    void gateway.disconnect();
    gateway.connect().catch(() => undefined);
  });
  gateway.lifecycle.on("status", (now, before) => {
    if (now.status !== before.status) events.push(now.status);
  });
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(events).toEqual(["connecting", "connected", "ready", "closed", "connecting"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(events.slice(5)).toEqual(["connected", "ready"]);
});

test("status events are emitted before the other events of the same step", async () => {
  const { gateway, events } = setUp();
  gateway.lifecycle.on("status", ({ status }) => events.push(status));
  gateway.onSync(({ reason, binding }) => events.push(reason, binding.state));
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(events.slice(-3)).toEqual(["ready", "first", "held"]);
});

test("onSync does not run for a slot that a status handler has released", async () => {
  const { gateway, events } = setUp();
  gateway.lifecycle.on("status", ({ status }) => {
    if (status === "ready") void gateway.release();
  });
  gateway.lifecycle.on("diagnostic", ({ code }) => events.push(code));
  gateway.onSync(({ binding }) => events.push(binding.slot));
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(events).toEqual([]);
});
