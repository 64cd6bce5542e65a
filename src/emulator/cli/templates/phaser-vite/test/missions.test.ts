import { GatewayClient } from "gs2-gateway";
import { startEmulator, type Emulator } from "gs2-gateway/emulator";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Missions } from "../src/missions";

let emulator: Emulator;
let gateway: GatewayClient;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

beforeEach(async () => {
  gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulator.endpoints,
    logger: false,
  });
  await gateway.setUserId({ accessToken: await emulator.issueAccessToken({ userId: "alice" }) });
});
afterEach(() => gateway.dispose());

const finish = (taskName: string) =>
  emulator.notify({ userId: "alice", key: "Gs2Mission:Complete", payload: { taskName } });

test("missions are listed in the order in which they were finished", async () => {
  const finished = new Promise<string[]>((resolve) => {
    const missions = new Missions(gateway, () => {
      if (missions.finished.length === 2) resolve(missions.finished);
    });
  });
  await finish("first-steps");
  await finish("first-win");
  expect(await finished).toEqual(["first-steps", "first-win"]);
});
