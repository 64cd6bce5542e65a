const client = `
  import { GatewayClient, defineNotification, emulatorEndpoints, isGatewayError } from "gs2-gateway";
  const credential = { clientId: "your client id", clientSecret: "your client secret" };
  const gateway = new GatewayClient({
    namespaceName: "game-0001",
    credential,
    endpoints: emulatorEndpoints("http://127.0.0.1:9480"),
  });
  const accessToken = "accessToken-0001";`;

const credential = `const credential = { clientId: "your client id", clientSecret: "your client secret" };`;

/** A README shows parts of programs. What each stands in, by what only it says. */
const surroundings: readonly (readonly [says: string, before: string, after?: string])[] = [
  [
    "reloadMissions",
    `${client} const reloadMissions = async (): Promise<void> => {};`,
    "await gateway.setUserId({ accessToken });",
  ],
  [
    "askThePlayer",
    `${client} const askThePlayer = (yes: () => Promise<unknown>): void => void yes();`,
  ],
  [
    "gateway.mark()",
    `${client}
     import { connectEmulator } from "gs2-gateway/testing";
     await gateway.setUserId({ accessToken });
     const emulator = await connectEmulator("http://127.0.0.1:9480");
     const params = {};
     // GS2-Matchmaking, which the emulator is not.
     gateway.call = async () => {
       const payload = { namespaceName: "mm", gatheringName: "g-1" };
       await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
       return {} as never;
     };`,
  ],
  ["interface NotificationMap", `import type {} from "gs2-gateway";`],
  [
    "z.object",
    `${client} import * as z from "zod"; const enterRaid = (raidId: string): void => void raidId;`,
  ],
  ['"Gs2Inbox:ReceiveNotification"', `import { GatewayClient } from "gs2-gateway"; ${credential}`],
  [
    "emulator.faults.set",
    `import { GatewayClient } from "gs2-gateway";
     import { startEmulator } from "gs2-gateway/emulator"; ${credential}`,
  ],
  [
    "new GatewayAdmin",
    `const [clientId, clientSecret] = ["your client id", "your client secret"];
     const userId = "user-0001";
     const userIds = [userId, "user-0002"];`,
  ],
  [
    "createPush",
    `${client}
     const [apiKey, projectId, messagingSenderId, appId, vapidKey] = ["", "", "", "", ""];
     const bell = document.createElement("button");
     const openLobby = (payload: unknown): void => void payload;
     const showMessage = (message: string): void => void message;
     const showBell = (status: string, message: string): void => void [status, message];`,
  ],
];

/** The program a part of a README stands in. */
export function surrounded(code: string): string {
  const found = surroundings.filter(([says]) => code.includes(says));
  if (found.length !== 1) throw new Error(`Nobody knows what this stands in:\n${code}`);
  const [, before, after = ""] = found[0]!;
  return `${before}\n${code}\n${after}`;
}
