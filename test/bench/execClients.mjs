// Run by `gs2-gateway exec`: clients bind, and each waits for a notification of its own.
import { GatewayClient } from "../../dist/node.js";
import { connectEmulator } from "../../dist/testing.js";
import { credential, player } from "./competitors.mjs";

const COUNT = Number(process.argv[2]);
const emulator = await connectEmulator(process.env.GS2_GATEWAY_EMULATOR_URL);
const clients = Array.from(
  { length: COUNT },
  () =>
    new GatewayClient({
      namespaceName: player.namespaceName,
      credential,
      endpoints: emulator.endpoints,
      logger: false,
    }),
);
await Promise.all(
  clients.map(async (gateway, i) => {
    const number = String(i + 1).padStart(4, "0");
    await gateway.setUserId({ accessToken: `accessToken-${number}` });
    const received = gateway.waitFor("turn");
    await emulator.notify({ userId: `user-${number}`, subject: "turn", payload: String(i) });
    const { payload } = await received;
    if (payload !== i) throw new Error(`client ${i} has received ${payload}`);
  }),
);
for (const gateway of clients) gateway.dispose();
