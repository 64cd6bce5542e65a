// Binds a player, pings, receives one notification and ends, with the client of the host's package.
import { GatewayClient, emulatorEndpoints } from "gs2-gateway";

/** @param {{ emulator: string, accessToken: string }} game */
export async function play({ emulator, accessToken }) {
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(emulator),
  });
  const received = gateway.waitFor("Gs2Mission:Complete", { timeoutMs: 20_000 });
  const { state } = await gateway.setUserId({ accessToken, allowConcurrentAccess: false });
  const isPinged = (await gateway.ping()) >= 0;
  const { payload } = await received;
  const { status } = gateway.connection;
  gateway.dispose();
  return { state, isPinged, payload, status, after: gateway.connection.status };
}
