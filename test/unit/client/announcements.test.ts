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
  const heard: string[] = [];
  return { gateway, heard };
};

test("changes that a status handler causes are told to the handlers after it in their order", async () => {
  const { gateway, heard } = setUp();
  gateway.lifecycle.on("status", ({ status }) => {
    if (status !== "ready" || heard.includes("closed")) return;
    void gateway.disconnect();
    gateway.connect().catch(() => undefined);
  });
  gateway.lifecycle.on("status", (now, before) => {
    if (now.status !== before.status) heard.push(now.status);
  });
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(heard).toEqual(["connecting", "connected", "ready", "closed", "connecting"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(heard.slice(5)).toEqual(["connected", "ready"]);
});

test("the status is told before what else comes of the same step", async () => {
  const { gateway, heard } = setUp();
  gateway.lifecycle.on("status", ({ status }) => heard.push(status));
  gateway.onSync(({ reason, binding }) => heard.push(reason, binding.state));
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(heard.slice(-3)).toEqual(["ready", "first", "held"]);
});

test("nobody is asked to refetch for a slot that a handler has just released", async () => {
  const { gateway, heard } = setUp();
  gateway.lifecycle.on("status", ({ status }) => {
    if (status === "ready") void gateway.release();
  });
  gateway.lifecycle.on("diagnostic", ({ code }) => heard.push(code));
  gateway.onSync(({ binding }) => heard.push(binding.slot));
  await Promise.all([gateway.setUserId({ accessToken: "alice" }), vi.advanceTimersByTimeAsync(0)]);
  expect(heard).toEqual([]);
});
