import { GatewayClient, GatewayError, emulatorEndpoints, isGatewayError } from "gs2-gateway";
import { createBell } from "./bell.js";
import * as view from "./view.js";

const gateway = new GatewayClient({
  namespaceName: "game-0001",
  // Whoever opens the page can read this: on GS2 it gets the rights of a player and no more.
  credential: { clientId: "demo-client", clientSecret: "demo-secret" },
  // Without this line the game plays on GS2 itself.
  endpoints: emulatorEndpoints(location.origin),
});

let name = "";
let accessToken = "";

/** The game's own server, which also stands in for GS2-Matchmaking and GS2-Mission. */
async function api(method, path, body) {
  const response = await fetch(`api/${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  // From a token provider this kind ends the trying; any other failure is tried again.
  if (response.status === 401) {
    throw new GatewayError({ kind: "unauthorized", message: answer.message });
  }
  throw new Error(answer.message);
}

/** The client asks for a token before each bind, so also after a restart of the server has made the last one worthless. */
async function getAccessToken() {
  ({ accessToken } = await api("POST", "login", { name }));
  return accessToken;
}

async function play(player, exclusive) {
  name = player;
  view.showPlayer(name, exclusive);
  try {
    await gateway.connect();
    await gateway.setUserId({ accessToken: getAccessToken, allowConcurrentAccess: !exclusive });
  } catch (error) {
    // A place or a token refused, no network: gateway.connection says so too, and there the view reads it.
    if (!isGatewayError(error)) throw error;
  }
}

async function quit() {
  // A farewell to the opponent; quitting works without it.
  if (gateway.connection.status === "ready") await api("DELETE", "gathering").catch(() => {});
  // Whoever plays here next must not be told of this player's matches.
  await bell.off().catch(() => {});
  await gateway.disconnect();
  // Else the next connect() would bind the same player again.
  await gateway.release();
  view.showStart();
}

let asked = 0;
let shown = 0;

async function syncGathering({ method = "GET", news = "" } = {}) {
  const turn = ++asked;
  const { gathering } = await api(method, "gathering");
  // Two answers may overtake each other: the older one must not be shown last.
  if (turn < shown) return;
  shown = turn;
  view.showGathering(gathering, news);
}

// GS2 keeps no queue: after the first bind and after every gap the game asks how things stand. News that comes meanwhile waits for this.
gateway.onSync(() => syncGathering());

gateway.on("Gs2Matchmaking:Join", ({ payload }) =>
  syncGathering({ news: `${payload.joinUserId} joined.` }),
);
gateway.on("Gs2Matchmaking:Leave", ({ payload }) =>
  syncGathering({ news: `${payload.leaveUserId} left.` }),
);
gateway.on("Gs2Matchmaking:Complete", () => syncGathering({ news: "Match found!" }));
gateway.on("*", view.logNotification);

const bell = createBell(gateway, {
  show: view.showBell,
  open: ({ key }) => {
    view.showLobby(key);
    if (gateway.connection.status === "ready") void syncGathering({ news: "Welcome back!" });
  },
});

gateway.lifecycle.on("status", view.showConnection);
view.showConnection(gateway.connection);

view.onPress("find", () => syncGathering({ method: "POST" }));
view.onPress("leave", () => syncGathering({ method: "DELETE" }));
view.onPress("finish", async () => {
  // Taken before the call: the notification may be here sooner than the answer.
  const mark = gateway.mark();
  await api("POST", "mission");
  const { payload } = await gateway.waitFor("Gs2Mission:Complete", {
    since: mark,
    timeoutMs: 5_000,
  });
  view.showToast(`Mission complete: ${payload.taskName}`);
});
view.onPress("bell", () => bell.toggle());
view.onPress("testPush", () => api("POST", "push"));
view.onPress("takeOver", () => gateway.takeOver());
view.onPress("retry", () => gateway.retryNow());
view.onPress("again", () => play(name, view.isExclusive()));
view.onPress("quit", quit);
view.onPlay(play);
