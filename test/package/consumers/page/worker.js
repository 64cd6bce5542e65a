import { GatewayClient, emulatorEndpoints } from "gs2-gateway";
import { connectEmulator } from "gs2-gateway/testing";

const { origin } = location;
const gateway = new GatewayClient({
  namespaceName: "game-0001",
  credential: { clientId: "client", clientSecret: "secret" },
  endpoints: emulatorEndpoints(origin),
});

async function play() {
  const emulator = await connectEmulator(origin);
  const accessToken = await emulator.issueAccessToken({ userId: "bob" });
  const { userId } = await gateway.setUserId({ accessToken });
  const received = gateway.waitFor("Gs2Mission:Complete", { timeoutMs: 5_000 });
  await emulator.notify({ userId, key: "Gs2Mission:Complete", payload: { taskName: "worker" } });
  const { taskName } = (await received).payload;
  gateway.dispose();
  return { userId, taskName, window: typeof window };
}

play().then(postMessage, (error) => postMessage(String(error)));
