import { GatewayClient, GatewayError, emulatorEndpoints } from "gs2-gateway";

/** Set by `npm run dev`, which runs a local GS2-Gateway. */
export const emulatorUrl: string | undefined = import.meta.env["VITE_GS2_GATEWAY_EMULATOR_URL"];

/** Asks your server. A page, such as that of an error, never becomes a token. */
async function fromServer(path: string, reason: string): Promise<Response> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ reason }),
  });
  if (response.status === 401) {
    throw new GatewayError({ kind: "unauthorized", message: "The player is signed out." });
  }
  const isPage = response.headers.get("Content-Type")?.includes("html");
  if (!response.ok || isPage) {
    throw new Error(`${path} answers ${response.status}${isPage ? " with a page" : ""}`);
  }
  return response;
}

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
            projectToken: async ({ reason }) =>
              (await fromServer("/api/project-token", reason)).json(),
          },
        }),
  });
}

/**
 * The player's access token, from GS2-Account or your server. On the emulator `accessToken-0001`
 * stands for `user-0001`.
 */
export const accessToken = async ({ reason }: { readonly reason: string }) =>
  emulatorUrl ? "accessToken-0001" : (await fromServer("/api/access-token", reason)).text();
