// What a port, a handler or a logger throws must not lose the rest of the step.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { setUpClient } from "../../support/faultClient.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a client", () => {
  test("reconnects and emits its status when closing the socket throws", async () => {
    const { network, gateway, diagnostics } = setUpClient();
    await Promise.all([gateway.connect(), vi.advanceTimersByTimeAsync(0)]);
    const statuses: string[] = [];
    gateway.lifecycle.on("status", ({ status }) => statuses.push(status));
    network.last.close = () => {
      throw new Error("close is broken");
    };
    await gateway.disconnect();
    expect(gateway.connection.status).toBe("closed");
    expect(statuses).toEqual(["closed"]);
    expect(diagnostics.map(({ code }) => code)).toContain("stepFailed");
    await Promise.all([gateway.connect(), vi.advanceTimersByTimeAsync(0)]);
    expect(gateway.connection.status).toBe("connected");
  });

  test("emits diagnostics and reconnects when its logger throws", async () => {
    const broken = (): never => {
      throw new Error("the logger is broken");
    };
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    const { network, gateway, diagnostics } = setUpClient({ logger });
    await Promise.all([gateway.connect(), vi.advanceTimersByTimeAsync(0)]);
    network.last.emitClose();
    expect(gateway.connection.status).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gateway.connection.status).toBe("connected");
    expect(diagnostics.map(({ code }) => code)).toEqual(["handlerThrew", "socketEnded"]);
  });

  test("binds a slot that a handler requests while the release is announced", async () => {
    const { gateway } = setUpClient();
    await Promise.all([
      gateway.setUserId({ accessToken: "alice-token" }),
      vi.advanceTimersByTimeAsync(0),
    ]);
    let isRequested = false;
    gateway.lifecycle.on("status", ({ bindings }) => {
      if (isRequested || bindings["player"]) return;
      isRequested = true;
      void gateway.setUserId({ accessToken: "bob-token" });
    });
    await gateway.release();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gateway.connection.bindings["player"]).toMatchObject({ userId: "bob", state: "held" });
  });
});
