import { randomInt } from "node:crypto";
import { GatewayClient, isGatewayError } from "gs2-gateway";
import { GatewayAdmin } from "gs2-gateway/admin";
import { increaseCounterByUserId } from "gs2-gateway/calls";
import type { Emulator } from "gs2-gateway/emulator";
import { WebSocket } from "ws";
import type { Notice } from "../shared/api.js";
import { gatewayNamespace, missionNamespace } from "../shared/services.js";
import { handleAccounts } from "./handlers/account.js";
import { handleMatchmaking } from "./handlers/matchmaking.js";
import { handleMissions } from "./handlers/mission.js";
import { handleStarfall } from "./handlers/starfall.js";
import { createMissions, type Counts } from "./missions.js";
import { createStore } from "./store.js";
import { World } from "./world.js";

const TICK_MS = 250;

interface StarfallOptions {
  /** Keeps matches and missions across a restart. Default: they are lost. */
  file?: string | undefined;
  /** The clock by which rounds begin and end, in milliseconds. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

const credential = { clientId: "demo-server", clientSecret: "demo-secret" };

/**
 * The handlers of Starfall: what the game calls of GS2-Account, GS2-Auth, GS2-Matchmaking and
 * GS2-Mission, and its own server. Also for `gs2-gateway emulator --handlers`.
 *
 * @returns a function that ends it
 */
export async function handlers(
  emulator: Emulator,
  { file, now = Date.now }: StarfallOptions = {},
): Promise<() => void> {
  const { endpoints } = emulator;
  const shared = { namespaceName: gatewayNamespace, credential, endpoints, logger: false } as const;
  const admin = new GatewayAdmin(shared);
  const client = new GatewayClient({
    ...shared,
    WebSocket,
  });

  const store = createStore(file);
  const saved = store.read();
  const online = () => emulator.sessions().map(({ userId }) => userId);
  const hasPushToken = (userId: string) =>
    emulator.state().firebaseTokens.some((one) => one.userId === userId);
  const today = () => new Date().toISOString().slice(0, 10);
  const missions = createMissions(today, saved?.missions);
  const world = new World({
    now,
    seed: () => randomInt(2 ** 31),
    online,
    isReachable: (userId) => online().includes(userId) || hasPushToken(userId),
    count: (userId, counts) => void count(client, userId, counts),
    saved,
  });
  const save = () => store.write({ ...world.save(), missions: missions.save() });
  const deliver = async (notices: readonly Notice[]) => {
    save();
    // A client that misses a notification fetches the state after the gap.
    await Promise.allSettled(notices.map((notice) => send(emulator, admin, notice)));
  };

  handleAccounts(emulator);
  handleMatchmaking(emulator, world, deliver);
  handleMissions(emulator, missions, deliver);
  handleStarfall({ emulator, admin, world, deliver });
  await enablePush(admin);
  const ticker = setInterval(() => void deliver(world.tick()), TICK_MS);
  return () => {
    clearInterval(ticker);
    client.dispose();
    save();
  };
}

/** GS2 forwards to devices only with a firebaseSecret; on GS2, the one of your Firebase project. */
async function enablePush(admin: GatewayAdmin): Promise<void> {
  const firebaseSecret = "demo-secret";
  try {
    await admin.updateNamespace({ firebaseSecret });
  } catch (error) {
    if (!isGatewayError(error, "notFound")) throw error;
    await admin.createNamespace({ name: gatewayNamespace, firebaseSecret });
  }
}

/** Counts by GS2-Mission. A count that fails is not repeated, since it may have been counted. */
async function count(client: GatewayClient, userId: string, counts: Counts): Promise<void> {
  const increases = Object.entries(counts).filter(([, value]) => value > 0);
  await Promise.allSettled(
    increases.map(([counterName, value]) =>
      client.call(
        increaseCounterByUserId,
        { namespaceName: missionNamespace, counterName, userId, value },
        { via: "rest" },
      ),
    ),
  );
}

function send(emulator: Emulator, admin: GatewayAdmin, { userId, key, payload }: Notice) {
  // GS2-Matchmaking and GS2-Mission send theirs themselves; here the emulator sends them.
  if (key.startsWith("Gs2")) {
    return emulator.notify({
      ...{ userId, key, payload },
      namespaceName: gatewayNamespace,
      enableTransferMobileNotification: true,
    });
  }
  return admin.sendNotification({ userId, subject: key, payload: JSON.stringify(payload) });
}
