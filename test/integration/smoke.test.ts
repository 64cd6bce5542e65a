import { afterAll, beforeAll, expect, test } from "vitest";
import { GatewayClient } from "../../src/node.js";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
});
afterAll(() => emulator.stop());

test("a player is bound and hears a typed notification", async () => {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "cid", clientSecret: "cs" },
    endpoints: emulator.endpoints,
  });
  const seen: unknown[] = [];
  gateway.lifecycle.on("status", (now) => seen.push(now.status));
  gateway.onSync(({ reason }) => seen.push(reason));
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  const binding = await gateway.setUserId({ accessToken });
  expect(binding).toMatchObject({ userId: "alice", state: "held", slot: "player" });
  const heard = gateway.waitFor("Gs2Matchmaking:Join");
  const sent = await emulator.notify({
    userId: "alice",
    key: "Gs2Matchmaking:Join",
    payload: { namespaceName: "m", gatheringName: "g", joinUserId: "bob" },
    namespaceName: "game-0001",
  } as never);
  expect((await heard).payload.joinUserId).toBe("bob");
  console.log(seen, sent, await gateway.ping());
  await gateway.disconnect();
  gateway.dispose();
});
