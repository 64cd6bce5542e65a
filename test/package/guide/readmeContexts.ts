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

/**
 * READMEs show parts of programs: the context of each part, by a text that only this part contains.
 */
const contexts: readonly (readonly [marker: string, before: string, after?: string])[] = [
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
     // Stands in for GS2-Matchmaking, which the emulator does not implement.
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

/** The whole program of a README's part. */
export function withContext(code: string): string {
  const found = contexts.filter(([marker]) => code.includes(marker));
  if (found.length !== 1) throw new Error(`${found.length} contexts fit this part:\n${code}`);
  const [, before, after = ""] = found[0]!;
  return `${before}\n${code}\n${after}`;
}
