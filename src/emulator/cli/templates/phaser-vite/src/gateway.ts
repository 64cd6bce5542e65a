import { GatewayClient, emulatorEndpoints } from "gs2-gateway";

/** Set by `npm run dev`, which runs a local GS2-Gateway. */
export const emulatorUrl: string | undefined = import.meta.env["VITE_GS2_GATEWAY_EMULATOR_URL"];

const text = async (url: string) => (await fetch(url)).text();

export function createGateway(): GatewayClient {
  return new GatewayClient({
    namespaceName: "game-0001",
    ...(emulatorUrl
      ? {
          endpoints: emulatorEndpoints(emulatorUrl),
          credential: { clientId: "client", clientSecret: "secret" },
        }
      : {
          // Your server logs in to GS2 and hands out project tokens: players can read a client
          // secret in a shipped game.
          credential: {
            clientId: String(import.meta.env["VITE_GS2_CLIENT_ID"]),
            projectToken: () => text("/api/project-token"),
          },
        }),
  });
}

/**
 * The player's access token, from GS2-Account or your server. On the emulator `accessToken-0001`
 * stands for `user-0001`.
 */
export const accessToken = () => (emulatorUrl ? "accessToken-0001" : text("/api/access-token"));
