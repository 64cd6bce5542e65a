import { GatewayClient, GatewayError, emulatorEndpoints } from "gs2-gateway";
import type { CatchReport, GameState, JoinRequest, Login } from "../shared/api.js";

export const gateway = new GatewayClient({
  namespaceName: "game-0001",
  // Whoever opens the page can read this: on GS2 it gets the rights of a player and no more.
  credential: { clientId: "demo-client", clientSecret: "demo-secret" },
  // Without this line the game plays on GS2 itself.
  endpoints: emulatorEndpoints(location.origin),
  // In a round a silent line is soon a dead one. Each probe is a call GS2 bills: in a quiet lobby leave it at the default.
  keepAlive: { idleMs: 10_000, timeoutMs: 3_000 },
});

let accessToken = "";

/** The game's own server, which also stands in for GS2-Matchmaking and GS2-Mission. */
async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`api/${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { message?: string };
  if (response.ok) return answer;
  const message = answer.message ?? `HTTP ${response.status}`;
  // From a token provider this kind ends the trying; any other failure is tried again.
  if (response.status === 401) throw new GatewayError({ kind: "unauthorized", message });
  throw new Error(message);
}

export const server = {
  state: () => ask<GameState>("GET", "state"),
  join: (request: JoinRequest) => ask<GameState>("POST", "gathering", request),
  fillWithRobots: () => ask<GameState>("POST", "robots"),
  leave: () => ask<GameState>("DELETE", "gathering"),
  report: (report: CatchReport) => ask<unknown>("POST", "catches", report),
  testPush: () => ask<unknown>("POST", "push"),
};

/** The client asks for a token before each bind, so also after a restart of the server has made the last one worthless. */
export const tokenOf = (name: string) => async (): Promise<string> => {
  ({ accessToken } = await ask<Login>("POST", "login", { name }));
  return accessToken;
};

/** Whether this page comes from `npm start`: any other server has the files, and nobody to play with. */
export async function isEmulatorHere(): Promise<boolean> {
  try {
    const { ok, headers } = await fetch("/_emulator/ready");
    return ok && (headers.get("content-type") ?? "").includes("json");
  } catch {
    return false;
  }
}
