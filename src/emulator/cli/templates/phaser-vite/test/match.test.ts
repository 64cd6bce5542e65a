import { GatewayClient } from "gs2-gateway";
import { signIn, type AccountStorage } from "gs2-gateway/calls";
import { startEmulator, type Emulator } from "gs2-gateway/emulator";
import { afterEach, expect, test } from "vitest";
import { handlers } from "../handlers.mjs";
import { findMatch } from "../src/match";

let emulator: Emulator;
let endHandlers: () => void;
const clients: GatewayClient[] = [];

async function start(robotAfterMs: number) {
  emulator = await startEmulator();
  endHandlers = handlers(emulator, { robotAfterMs });
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  endHandlers();
  await emulator.stop();
});

async function signInPlayer(storage: AccountStorage | null = null) {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  clients.push(gateway);
  const keyId = "grn:gs2:local:key:login";
  const options = { accountNamespaceName: "account-0001", keyId, storage };
  return { gateway, ...(await signIn(gateway, options)) };
}

test("a player whom no other joins is matched with a robot", async () => {
  await start(0);
  const { gateway, userId } = await signInPlayer();
  const seen: (readonly string[])[] = [];
  const match = await findMatch(gateway, (players) => seen.push(players));
  expect([...match.players].sort()).toEqual(["robot", userId].sort());
  expect(seen.at(-1)).toEqual(match.players);
});

test("two players who look for a match find each other", async () => {
  await start(60_000);
  const [alice, bob] = [await signInPlayer(), await signInPlayer()];
  let match: ReturnType<typeof findMatch> | undefined;
  await new Promise<unknown>((opened) => (match = findMatch(alice.gateway, opened)));
  const { name, players } = await findMatch(bob.gateway, () => undefined);
  expect(players).toEqual([alice.userId, bob.userId]);
  expect(await match).toEqual({ name, players });
});

test("a device stays the same player, and another device is another", async () => {
  await start(0);
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  const { userId } = await signInPlayer(storage);
  expect((await signInPlayer(storage)).userId).toBe(userId);
  expect((await signInPlayer()).userId).not.toBe(userId);
});
