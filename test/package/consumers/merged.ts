// A user's project: their own notification key, seen through every entry of the package.
import { GatewayClient, isGatewayError, type NotificationMap } from "gs2-gateway";

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
  // @ts-expect-error nobody declared this key
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
