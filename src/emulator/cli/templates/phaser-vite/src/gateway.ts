import { GatewayClient, GatewayError, emulatorEndpoints } from "gs2-gateway";
import { signIn } from "gs2-gateway/calls";

/** Set by `npm run dev`, which runs a local GS2-Gateway. */
const emulatorUrl: string | undefined = import.meta.env["VITE_GS2_GATEWAY_EMULATOR_URL"];

/**
 * Asks your server, which logs in to GS2: players can read a client secret in a shipped game. A
 * page, such as that of an error, never becomes a token.
 */
export async function projectToken({ reason }: { readonly reason: string }) {
  const url = "/api/project-token";
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ reason }),
  });
  if (response.status === 401) {
    throw new GatewayError({ kind: "unauthorized", message: "The player is signed out." });
  }
  const isPage = response.headers.get("Content-Type")?.includes("html");
  if (!response.ok || isPage) {
    throw new Error(`${url} answers ${response.status}${isPage ? " with a page" : ""}`);
  }
  return response.json() as Promise<{ token: string; expiresInSeconds: number }>;
}

export const createGateway = () =>
  new GatewayClient({
    namespaceName: "game-0001",
    ...(emulatorUrl
      ? {
          endpoints: emulatorEndpoints(emulatorUrl),
          credential: { clientId: "client", clientSecret: "secret" },
        }
      : { credential: { clientId: String(import.meta.env["VITE_GS2_CLIENT_ID"]), projectToken } }),
  });

/** Signs in this device's player, who is created at the first start. */
export const signInPlayer = (gateway: GatewayClient, signal?: AbortSignal) =>
  signIn(gateway, {
    accountNamespaceName: "account-0001",
    keyId: String(import.meta.env["VITE_GS2_KEY_ID"] ?? "grn:gs2:local:key:login"),
    signal,
  });
