import { GatewayClient, GatewayError, emulatorEndpoints } from "gs2-gateway";
import type { CatchReport, GameState, JoinRequest, Login } from "../shared/api.js";

export const gateway = new GatewayClient({
  namespaceName: "game-0001",
  // Every visitor can read this: on GS2, give it the rights of a player and no more.
  credential: { clientId: "demo-client", clientSecret: "demo-secret" },
  // Without this line the game connects to GS2 itself.
  endpoints: emulatorEndpoints(location.origin),
  // A round needs half-open connections to be detected soon. GS2 bills each probe: elsewhere keep
  // the default.
  keepAlive: { idleMs: 10_000, timeoutMs: 3_000 },
});

let accessToken = "";

/** Calls the game's own server, which also stands in for GS2-Matchmaking and GS2-Mission. */
async function callServer<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const response = await fetch(`api/${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const result = (await response.json()) as Result & { message?: string };
  if (response.ok) return result;
  const message = result.message ?? `HTTP ${response.status}`;
  // From a token provider this kind ends the attempts; any other failure is retried.
  if (response.status === 401) throw new GatewayError({ kind: "unauthorized", message });
  throw new Error(message);
}

export const server = {
  state: () => callServer<GameState>("GET", "state"),
  join: (request: JoinRequest) => callServer<GameState>("POST", "gathering", request),
  fillWithRobots: () => callServer<GameState>("POST", "robots"),
  leave: () => callServer<GameState>("DELETE", "gathering"),
  report: (report: CatchReport) => callServer<unknown>("POST", "catches", report),
  testPush: () => callServer<unknown>("POST", "push"),
};

/** A provider, called before each bind: after a restart the server does not know older tokens. */
export const tokenOf = (name: string) => async (): Promise<string> => {
  ({ accessToken } = await callServer<Login>("POST", "login", { name }));
  return accessToken;
};

/** Whether this page comes from `npm start`: another file server has no emulator. */
export async function isEmulatorHere(): Promise<boolean> {
  try {
    const { ok, headers } = await fetch("/_emulator/ready");
    return ok && (headers.get("content-type") ?? "").includes("json");
  } catch {
    return false;
  }
}
