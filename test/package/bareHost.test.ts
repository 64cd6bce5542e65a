// The script for pages in a host with little beside JavaScript, as those of mini-games.
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import type * as Entry from "../../src/index.js";
import { readInRepo } from "../support/repo.js";

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  onTestFinished(() => emulator.stop());
});

const script = `${readInRepo("dist", "gs2-gateway.global.js")}\n;Gs2Gateway`;

/** All that the script finds in its host: no fetch, Headers, URL, crypto, performance or console. */
const globals = { WebSocket, setTimeout, clearTimeout };

function createClient(host: object, options: Partial<Entry.GatewayClientOptions> = {}) {
  const { GatewayClient, emulatorEndpoints } = runInNewContext(script, host) as typeof Entry;
  const client = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(emulator.url),
    ...options,
  });
  onTestFinished(() => client.dispose());
  return client;
}

describe("a host without fetch, Headers and URL", () => {
  test("binds a player, hears, pings and reconnects", async () => {
    const client = createClient({ ...globals });
    const received = client.waitFor("Gs2Mission:Complete");
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const { state } = await client.setUserId({ accessToken, allowConcurrentAccess: false });
    expect(state).toBe("held");
    expect(await client.ping()).toBeGreaterThan(0);
    await emulator.notify({ userId: "alice", key: "Gs2Mission:Complete", payload: { n: 1 } });
    expect((await received).payload).toEqual({ n: 1 });

    const returned = new Promise((resolve) =>
      client.onSync(({ reason }) => {
        if (reason === "gap") resolve(reason);
      }),
    );
    emulator.disconnect({ userId: "alice", code: 1006 });
    await returned;
    expect(client.connection.status).toBe("ready");
  });

  test("gets a project token over the socket", async () => {
    const client = createClient({ ...globals });
    await client.connect();
    expect(await client.getProjectToken()).toMatch(/./);
  });

  test("rejects with notConnected where a token needs REST", async () => {
    const client = createClient({ ...globals });
    await expect(client.getProjectToken()).rejects.toMatchObject({ kind: "notConnected" });
  });
});

test("a host without a WebSocket takes that of the game, and says so without one", async () => {
  const { WebSocket: ofTheGame, ...host } = globals;
  expect(() => createClient({ ...host })).toThrow("GatewayClient: WebSocket must be supplied");
  const client = createClient({ ...host }, { WebSocket: ofTheGame });
  await client.connect();
  expect(client.connection.status).toBe("connected");
});
