import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Clients of one page, and the duplicateClient diagnostics each of them emits. */
function setUp() {
  const reports: string[] = [];
  const newClient = (name: string) => {
    const gateway = new GatewayClient(optionsFor(faultNetwork(acceptingServer), {}));
    gateway.lifecycle.on("diagnostic", ({ code, level, detail }) => {
      if (code === "duplicateClient") reports.push(`${name} ${level} ${JSON.stringify(detail)}`);
    });
    onTestFinished(() => gateway.dispose());
    return gateway;
  };
  return { reports, newClient };
}

const bind = (gateway: GatewayClient, accessToken = "alice") =>
  Promise.all([gateway.setUserId({ accessToken }), vi.advanceTimersByTimeAsync(0)]);

test("a client reports duplicateClient when another client of the page holds its player", async () => {
  const { reports, newClient } = setUp();
  await bind(newClient("first"));
  expect(reports).toEqual([]);
  await bind(newClient("second"));
  expect(reports).toEqual(['second warn {"slot":"player"}']);
});

test.each([
  ["was disposed", (gateway: GatewayClient) => gateway.dispose()],
  ["was disconnected", (gateway: GatewayClient) => void gateway.disconnect()],
  ["has released the player", (gateway: GatewayClient) => void gateway.release()],
])("a client does not report duplicateClient when the other client %s", async (_what, end) => {
  const { reports, newClient } = setUp();
  const first = newClient("first");
  await bind(first);
  end(first);
  await bind(newClient("second"));
  expect(reports).toEqual([]);
});

test("a client does not report duplicateClient for the same user ID in another namespace", async () => {
  const { reports, newClient } = setUp();
  await bind(newClient("first"));
  const second = newClient("second");
  await Promise.all([
    second.setUserId({ accessToken: "alice", namespaceName: "game-0002" }),
    vi.advanceTimersByTimeAsync(0),
  ]);
  expect(reports).toEqual([]);
});

test("a client does not report duplicateClient for another player or for itself", async () => {
  const { reports, newClient } = setUp();
  await bind(newClient("first"), "bob");
  const second = newClient("second");
  await bind(second);
  await bind(second);
  expect(reports).toEqual([]);
});
