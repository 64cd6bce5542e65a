import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Clients of one page, and which of them were told of another one. */
function setUp() {
  const told: string[] = [];
  const newClient = (name: string) => {
    const gateway = new GatewayClient(optionsFor(faultNetwork(acceptingServer), {}));
    gateway.lifecycle.on("diagnostic", ({ code, level, detail }) => {
      if (code === "duplicateClient") told.push(`${name} ${level} ${JSON.stringify(detail)}`);
    });
    onTestFinished(() => gateway.dispose());
    return gateway;
  };
  return { told, newClient };
}

const bind = (gateway: GatewayClient, accessToken = "alice") =>
  Promise.all([gateway.setUserId({ accessToken }), vi.advanceTimersByTimeAsync(0)]);

test("a client is told when another client of the page has its player", async () => {
  const { told, newClient } = setUp();
  await bind(newClient("first"));
  expect(told).toEqual([]);
  await bind(newClient("second"));
  expect(told).toEqual(['second warn {"slot":"player"}']);
});

test.each([
  ["was disposed", (gateway: GatewayClient) => gateway.dispose()],
  ["was disconnected", (gateway: GatewayClient) => void gateway.disconnect()],
  ["has released it", (gateway: GatewayClient) => void gateway.release()],
])("nobody is told when the other one %s", async (_what, end) => {
  const { told, newClient } = setUp();
  const first = newClient("first");
  await bind(first);
  end(first);
  await bind(newClient("second"));
  expect(told).toEqual([]);
});

test("nobody is told of a client that has a player of that name in another namespace", async () => {
  const { told, newClient } = setUp();
  await bind(newClient("first"));
  const second = newClient("second");
  await Promise.all([
    second.setUserId({ accessToken: "alice", namespaceName: "game-0002" }),
    vi.advanceTimersByTimeAsync(0),
  ]);
  expect(told).toEqual([]);
});

test("nobody is told of a client that has another player, nor of itself", async () => {
  const { told, newClient } = setUp();
  await bind(newClient("first"), "bob");
  const second = newClient("second");
  await bind(second);
  await bind(second);
  expect(told).toEqual([]);
});
