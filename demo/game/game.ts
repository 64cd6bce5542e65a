import { batch, computed, effect, signal } from "@preact/signals";
import { isGatewayError, type Notification } from "gs2-gateway";
import type { GameState, MatchState } from "../shared/api.js";
import { nameOf } from "../shared/players.js";
import { gateway, server, tokenOf } from "./net.js";
import { createRound, type Round } from "./round.js";
import { tell } from "./toasts.js";

// What the player sees follows from these: how the connection stands, and what the server said last.

export const connection = signal(gateway.connection);
gateway.lifecycle.on("status", (now) => (connection.value = now));

export const player = signal<{ name: string; isExclusive: boolean } | undefined>(undefined);
export const state = signal<GameState | undefined>(undefined);
export const isReady = computed(() => connection.value.status === "ready");

export const round = signal<Round | undefined>(undefined);
/** Counts up whenever something was caught here. */
export const catches = signal(0);

/** Server time minus ours, and how long the question took it is from: the quickest answer knows best. */
let clock = { offsetMs: 0, tookMs: Infinity };
const serverNow = (): number => Date.now() + clock.offsetMs;

let asked = 0;
let shown = 0;

/** Asks the server how things stand, after doing something there or not. */
export async function sync(ask: () => Promise<GameState> = server.state): Promise<void> {
  const turn = ++asked;
  const sentAt = Date.now();
  const answer = await ask();
  // Two answers may overtake each other: the older one must not be shown last.
  if (turn < shown) return;
  shown = turn;
  const tookMs = Date.now() - sentAt;
  if (tookMs <= clock.tookMs) {
    clock = { offsetMs: answer.now - (sentAt + tookMs / 2), tookMs };
  }
  const before = state.value?.match;
  batch(() => {
    state.value = answer;
    enter(answer.match);
  });
  if (before && !before.isOver && !answer.match && ask === server.state) tell("matchGone");
}

/** A match that is new here gets its round; one we are in already keeps what was caught and not told yet. */
function enter(match: MatchState | null): void {
  if (!match) {
    round.value = undefined;
  } else if (round.value?.matchName === match.name) {
    round.value.learn(match.caught);
    catches.value++;
  } else {
    const { name: matchName, seed, startsAt, roundMs, caught } = match;
    round.value = createRound({
      ...{ matchName, seed, startsAt, roundMs, caught, serverNow },
      report: async (ids, isLast) => {
        // While the connection is away the server may know our token no longer; the next bind brings a new one.
        if (!isReady.value) throw new Error("The server is out of reach.");
        await server.report({ matchName, caught: ids, isLast });
      },
      changed: () => catches.value++,
    });
  }
  if (match && !match.isOver) void round.value?.flush();
}

// GS2 keeps no queue: after the first bind and after every gap the game asks how things stand. News that comes meanwhile waits for this.
gateway.onSync(() => {
  // The server may be another one now, with a clock of its own.
  clock = { ...clock, tookMs: Infinity };
  return refresh();
});

const AGAIN_AFTER_MS = 1_000;

/** Asks until there is an answer, or there will be a gap, after which it is asked again. */
async function refresh(): Promise<void> {
  while (isReady.value) {
    try {
      await sync();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }
}

gateway.on("Gs2Matchmaking:Join", ({ payload }) => tell("joined", nameOf(payload.joinUserId)));
gateway.on("Gs2Matchmaking:Leave", ({ payload }) => tell("left", payload.leaveUserId));
gateway.on("Gs2Matchmaking:Complete", () => tell("matchFound"));
gateway.on("starfall:cloud", ({ payload }) => tell("clouded", payload.byUserId));
gateway.on("starfall:hello", ({ payload }) => tell("hello", payload.text));

// Matchmaking and the lobby: that something has changed is enough, the state is fetched.
for (const key of [
  "Gs2Matchmaking:Join",
  "Gs2Matchmaking:Leave",
  "Gs2Matchmaking:Complete",
  "starfall:lobby",
  "starfall:over",
] as const) {
  gateway.on(key, refresh);
}

// Scores come often, and the notification has them with it.
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
gateway.on("Gs2Mission:Complete", ({ payload }) => tell("missionComplete", payload.taskName));

// The round ends by the server's clock: then the rest is told, and the result waited for.
effect(() => {
  const current = round.value;
  if (!current) return undefined;
  let ending: ReturnType<typeof setTimeout>;
  const wait = () => {
    ending = setTimeout(() => {
      // The clock may have been set right meanwhile.
      if (!current.isOver()) return wait();
      void current.flush();
      catches.value++;
    }, current.roundMs - current.nowMs());
  };
  wait();
  return () => clearTimeout(ending);
});

/** The last hundred, newest first. */
export const heard = signal<readonly Notification[]>([]);
gateway.on("*", (notification) => {
  heard.value = [notification, ...heard.value].slice(0, 100);
});

export async function play(name: string, isExclusive: boolean): Promise<void> {
  batch(() => {
    player.value = { name, isExclusive };
    state.value = undefined;
    heard.value = [];
  });
  remember();
  try {
    await gateway.connect();
    await gateway.setUserId({ accessToken: tokenOf(name), allowConcurrentAccess: !isExclusive });
  } catch (error) {
    // A place or a token refused, no network: gateway.connection says so too, and there the page reads it.
    if (!isGatewayError(error)) throw error;
  }
}

/** @param farewell what the page has to undo while the player is still known */
export async function quit(farewell: () => Promise<unknown>): Promise<void> {
  // The others are told; quitting works without it.
  if (isReady.value) await server.leave().catch(() => undefined);
  await farewell().catch(() => undefined);
  await gateway.disconnect();
  // Else the next connect() would bind the same player again.
  await gateway.release();
  batch(() => {
    player.value = undefined;
    state.value = undefined;
    round.value = undefined;
  });
  remember();
}

/** In the address, so that a reload comes straight back into the game. */
function remember(): void {
  const url = new URL(location.href);
  url.searchParams.delete("name");
  url.searchParams.delete("exclusive");
  if (player.value) {
    url.searchParams.set("name", player.value.name);
    if (player.value.isExclusive) url.searchParams.set("exclusive", "1");
  }
  history.replaceState(null, "", url);
}

const wishes = new URLSearchParams(location.search);
const roundMs = wishes.has("roundMs") ? Number(wishes.get("roundMs")) : undefined;

export const join = (size: number): Promise<void> => sync(() => server.join({ size, roundMs }));
export const fillWithRobots = (): Promise<void> => sync(server.fillWithRobots);
export const leave = (): Promise<void> => sync(server.leave);

/** Whoever came by a link or a reload plays at once. */
export function resume(): void {
  const name = wishes.get("name")?.trim();
  if (name) void play(name, wishes.get("exclusive") === "1");
}
