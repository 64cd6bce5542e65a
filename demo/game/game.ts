import { batch, computed, effect, signal } from "@preact/signals";
import { isGatewayError, type Notification } from "gs2-gateway";
import type { GameState, MatchState } from "../shared/api.js";
import { nameOf } from "../shared/players.js";
import { gateway, server, tokenOf } from "./net.js";
import { createRound, type Round } from "./round.js";
import { announce } from "./toasts.js";

// The view follows from these signals: the connection, and the last state from the server.

export const connection = signal(gateway.connection);
gateway.lifecycle.on("status", (now) => (connection.value = now));

export const player = signal<{ name: string; isExclusive: boolean } | undefined>(undefined);
export const state = signal<GameState | undefined>(undefined);
export const isReady = computed(() => connection.value.status === "ready");

export const round = signal<Round | undefined>(undefined);
/** Incremented whenever the round's caught stars change. */
export const catches = signal(0);

/**
 * Server time minus ours, from the request with the shortest round trip, which is the most exact.
 */
let clock = { offsetMs: 0, tookMs: Infinity };
const serverNow = (): number => Date.now() + clock.offsetMs;

let requested = 0;
let applied = 0;

/** Applies the state from the server, fetched or answered by an action. */
export async function sync(request: () => Promise<GameState> = server.state): Promise<void> {
  const sequence = ++requested;
  const sentAt = Date.now();
  const response = await request();
  // Responses may arrive out of order: an older one is ignored.
  if (sequence < applied) return;
  applied = sequence;
  const tookMs = Date.now() - sentAt;
  if (tookMs <= clock.tookMs) {
    clock = { offsetMs: response.now - (sentAt + tookMs / 2), tookMs };
  }
  const before = state.value?.match;
  batch(() => {
    state.value = response;
    enterMatch(response.match);
  });
  if (before && !before.isOver && !response.match && request === server.state)
    announce("matchGone");
}

/** Creates the round of a new match; the round of the current match keeps its unreported stars. */
function enterMatch(match: MatchState | null): void {
  if (!match) {
    round.value = undefined;
  } else if (round.value?.matchName === match.name) {
    round.value.addCaught(match.caught);
    catches.value++;
  } else {
    const { name: matchName, seed, startsAt, roundMs, caught } = match;
    round.value = createRound({
      ...{ matchName, seed, startsAt, roundMs, caught, serverNow },
      report: async (ids, isLast) => {
        // After a restart the server does not know our token; the next bind gets a new one.
        if (!isReady.value) throw new Error("The server is out of reach.");
        await server.report({ matchName, caught: ids, isLast });
      },
      changed: () => catches.value++,
    });
  }
  if (match && !match.isOver) void round.value?.flush();
}

// GS2 keeps no queue: the state is fetched after the first bind and after every gap. Notifications
// wait until the fetch is done.
gateway.onSync(() => {
  // A restarted server may have another clock.
  clock = { ...clock, tookMs: Infinity };
  return refresh();
});

const RETRY_AFTER_MS = 1_000;

/** Retries until there is a response. A lost connection ends it: the gap starts it again. */
async function refresh(): Promise<void> {
  while (isReady.value) {
    try {
      await sync();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }
}

gateway.on("Gs2Matchmaking:Join", ({ payload }) => announce("joined", nameOf(payload.joinUserId)));
gateway.on("Gs2Matchmaking:Leave", ({ payload }) => announce("left", payload.leaveUserId));
gateway.on("Gs2Matchmaking:Complete", () => announce("matchFound"));
gateway.on("starfall:cloud", ({ payload }) => announce("clouded", payload.byUserId));
gateway.on("starfall:hello", ({ payload }) => announce("hello", payload.text));

// Matchmaking and the lobby: the notification causes a fetch.
for (const key of [
  "Gs2Matchmaking:Join",
  "Gs2Matchmaking:Leave",
  "Gs2Matchmaking:Complete",
  "starfall:lobby",
  "starfall:over",
] as const) {
  gateway.on(key, refresh);
}

// Scores change often, so the notification contains them.
gateway.on("starfall:scores", ({ payload: { matchName, version, standings } }) => {
  const now = state.value;
  if (now?.match?.name !== matchName || version <= now.match.version) return;
  state.value = { ...now, match: { ...now.match, version, standings } };
});

gateway.on("starfall:mission", ({ payload }) => {
  const now = state.value;
  if (!now) return;
  const missions = now.missions.map((one) => (one.taskName === payload.taskName ? payload : one));
  state.value = { ...now, missions };
});
gateway.on("Gs2Mission:Complete", ({ payload }) => announce("missionComplete", payload.taskName));

// The round ends by the server's clock; then the remaining stars are reported.
effect(() => {
  const current = round.value;
  if (!current) return undefined;
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(() => {
      // The clock may have been corrected meanwhile.
      if (!current.isOver()) return wait();
      void current.flush();
      catches.value++;
    }, current.roundMs - current.nowMs());
  };
  wait();
  return () => clearTimeout(timer);
});

/** The last hundred, newest first. */
export const notifications = signal<readonly Notification[]>([]);
gateway.on("*", (notification) => {
  notifications.value = [notification, ...notifications.value].slice(0, 100);
});

export async function play(name: string, isExclusive: boolean): Promise<void> {
  batch(() => {
    player.value = { name, isExclusive };
    state.value = undefined;
    notifications.value = [];
  });
  updateAddress();
  try {
    await gateway.connect();
    await gateway.setUserId({ accessToken: tokenOf(name), allowConcurrentAccess: !isExclusive });
  } catch (error) {
    // A refused bind or token, or no network: the page shows it from gateway.connection.
    if (!isGatewayError(error)) throw error;
  }
}

/** @param beforeRelease runs while the player is still bound */
export async function quit(beforeRelease: () => Promise<unknown>): Promise<void> {
  // Informs the other players; quitting works without it.
  if (isReady.value) await server.leave().catch(() => undefined);
  await beforeRelease().catch(() => undefined);
  await gateway.disconnect();
  // Otherwise the next connect() would bind the same player again.
  await gateway.release();
  batch(() => {
    player.value = undefined;
    state.value = undefined;
    round.value = undefined;
  });
  updateAddress();
}

/** Keeps the player in the address, so that a reload goes on with the game. */
function updateAddress(): void {
  const url = new URL(location.href);
  url.searchParams.delete("name");
  url.searchParams.delete("exclusive");
  if (player.value) {
    url.searchParams.set("name", player.value.name);
    if (player.value.isExclusive) url.searchParams.set("exclusive", "1");
  }
  history.replaceState(null, "", url);
}

const query = new URLSearchParams(location.search);
const roundMs = query.has("roundMs") ? Number(query.get("roundMs")) : undefined;

export const join = (size: number): Promise<void> => sync(() => server.join({ size, roundMs }));
export const fillWithRobots = (): Promise<void> => sync(server.fillWithRobots);
export const leave = (): Promise<void> => sync(server.leave);

/** Starts at once with the player of the address, after a reload or by a link. */
export function resume(): void {
  const name = query.get("name")?.trim();
  if (name) void play(name, query.get("exclusive") === "1");
}
