// The same project's tests: the emulator and the client share their types.
import { GatewayClient } from "gs2-gateway";
import { startEmulator } from "gs2-gateway/emulator";
import { play, sale } from "./merged.js";

export async function run(): Promise<number> {
  const emulator = await startEmulator({ port: 0 });
  const gateway = new GatewayClient({
    region: "ap-northeast-1",
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
  });
  const percent = play(gateway);
  await emulator.notify({ userId: "user-0001", key: "shop:sale", payload: sale });
  await emulator.stop();
  return percent;
}
