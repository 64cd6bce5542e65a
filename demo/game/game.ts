import { batch, computed, effect, signal } from "@preact/signals";
import { isGatewayError, type Notification } from "gs2-gateway";
import type { GameState, MatchState } from "../shared/api.js";
import { fillWithRobots as fill, getState, leaveMatch, reportCatches } from "../shared/calls.js";
import { nameOf } from "../shared/players.js";
import { findMatch, leaveGathering } from "./matchmaking.js";
import { syncMissions } from "./missionProgress.js";
import { gateway, signInAs } from "./net.js";
import { createRound, type Round } from "./round.js";
import { announce } from "./toasts.js";

// The view follows from these signals: the connection, and the last state from the server.

export const connection = signal(gateway.connection);
gateway.lifecycle.on("status", (now) => (connection.value = now));

export const player = signal<{ name: string; isExclusive: boolean } | undefined>(undefined);
export const state = signal<GameState | undefined>(undefined);
/** Why the player could not be signed in; the connection has none of it. */
export const signInError = signal<Error | undefined>(undefined);
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

/** The match that the player leaves: its end is no news. */
let leftMatch: string | undefined;

/** Fetches the state from the server, and applies it. */
export async function sync(): Promise<void> {
  const sequence = ++requested;
  const sentAt = Date.now();
  const response = await gateway.call(getState, {});
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
  const isGone = before && !before.isOver && !response.match;
  if (isGone && before.name !== leftMatch) announce("matchGone");
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
        // A call would wait for the connection: the next bind reports what there is then.
        if (!isReady.value) throw new Error("The server is out of reach.");
        await gateway.call(reportCatches, { matchName, caught: ids, isLast });
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
  return Promise.all([refresh(), refresh(syncMissions)]);
});

const RETRY_AFTER_MS = 1_000;

/** Retries until there is a response. A lost connection ends it: the gap starts it again. */
async function refresh(fetchAndApply: () => Promise<void> = sync): Promise<void> {
  while (isReady.value) {
    try {
      await fetchAndApply();
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
  gateway.on(key, () => refresh());
}

// Scores change often, so the notification contains them.
gateway.on("starfall:scores", ({ payload: { matchName, version, standings } }) => {
  const now = state.value;
  if (now?.match?.name !== matchName || version <= now.match.version) return;
  state.value = { ...now, match: { ...now.match, version, standings } };
});

gateway.on("Gs2Mission:Complete", ({ payload }) => {
  announce("missionComplete", payload.taskName);
  return refresh(syncMissions);
});

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

let signingIn = new AbortController();

export async function play(name: string, isExclusive: boolean): Promise<void> {
  signingIn.abort();
  signingIn = new AbortController();
  const { signal } = signingIn;
  const isOver = () => signal.aborted;
  batch(() => {
    player.value = { name, isExclusive };
    signInError.value = undefined;
    state.value = undefined;
    notifications.value = [];
  });
  updateAddress();
  while (!isOver()) {
    try {
      await gateway.connect({ signal });
      await signInAs(name, { isExclusive, signal });
      return;
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      // A refused bind or a lost network: the page shows it from gateway.connection, which goes on.
      if (isOver() || gateway.connection.bindings["player"]) return;
      if (!error.retryable) {
        signInError.value = error;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }
}

/** @param beforeRelease runs while the player is still bound */
export async function quit(beforeRelease: () => Promise<unknown>): Promise<void> {
  signingIn.abort();
  // Informs the other players; quitting works without it.
  if (isReady.value) await leaveSeat().catch(() => undefined);
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

export async function join(size: number): Promise<void> {
  await findMatch(size, roundMs);
  await sync();
}

export async function fillWithRobots(): Promise<void> {
  await gateway.call(fill, {});
  await sync();
}

/** Leaves the gathering, the round, or its result. */
export async function leave(): Promise<void> {
  await leaveSeat();
  await sync();
}

async function leaveSeat(): Promise<void> {
  const { gathering, match } = state.value ?? {};
  if (gathering) await leaveGathering(gathering.name);
  if (!match) return;
  leftMatch = match.name;
  await gateway.call(leaveMatch, {});
}

/** Starts at once with the player of the address, after a reload or by a link. */
export function resume(): void {
  const name = query.get("name")?.trim();
  if (name) void play(name, query.get("exclusive") === "1");
}
