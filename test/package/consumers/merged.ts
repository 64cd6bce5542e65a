// A user's project with a notification key of its own, which every entry of the package knows.
import {
  GatewayClient,
  defineNotification,
  isGatewayError,
  type NotificationMap,
  type NotificationSource,
  type StandardSchema,
} from "gs2-gateway";
import { connectEmulator, createTestGateway } from "gs2-gateway/testing";

declare module "gs2-gateway" {
  interface NotificationMap {
    "shop:sale": { percent: number };
  }
}

export async function play(gateway: GatewayClient): Promise<number> {
  const off = gateway.on("shop:sale", (notification) => {
    const percent: number = notification.payload.percent;
    // @ts-expect-error the payload has no such field
    notification.payload.price;
    return percent;
  });
  off();
  gateway.on("Gs2Matchmaking:Join", (notification) => notification.payload.joinUserId);
  // @ts-expect-error undeclared key
  gateway.on("shop:closed", () => undefined);
  try {
    await gateway.connect();
  } catch (error) {
    if (isGatewayError(error, "unauthorized")) return error.status ?? 0;
  }
  const sale = await gateway.waitFor("shop:sale");
  return sale.payload.percent;
}

export const sale: NotificationMap["shop:sale"] = { percent: 10 };

const schema: StandardSchema<{ raidId: string }> = {
  "~standard": {
    version: 1,
    vendor: "game",
    validate: (value) => ({ value: value as { raidId: string } }),
  },
};
export const RaidStart = defineNotification("raid-start", schema);

export function raids(source: NotificationSource): string[] {
  const seen: string[] = [];
  source.on(RaidStart, ({ payload }) => seen.push(payload.raidId));
  return seen;
}

export function unitTest(): string[] {
  const gateway = createTestGateway();
  const seen = raids(gateway);
  gateway.emit(RaidStart, { raidId: "r-1" });
  gateway.emit("shop:sale", sale);
  // @ts-expect-error the payload has no such field
  gateway.emit("shop:sale", { price: 1 });
  gateway.setConnection({ status: "ready", bindings: { player: { userId: "alice" } } });
  return seen;
}

export async function endToEndTest(url: string): Promise<string | undefined> {
  const emulator = await connectEmulator(url);
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  const { userId } = await emulator.waitForSession({ userId: "alice" });
  await emulator.clock.advance(1_000);
  return (await emulator.sessions())[0]?.userId ?? userId + accessToken + emulator.endpoints.rest;
}
