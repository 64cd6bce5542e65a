import type { CatchReport, GameState, JoinRequest, Notice } from "../shared/api.js";
import { ROUND_MS, SIZES } from "../shared/rules.js";
import { createMatches } from "./matches.js";
import { createMatchmaking, type Change } from "./matchmaking.js";
import { createMissions } from "./missions.js";
import { robotNames } from "./robots.js";
import type { Saved } from "./store.js";

const SHORTEST_ROUND_MS = 2_000;
const LONGEST_ROUND_MS = 120_000;

interface WorldPorts {
  readonly now: () => number;
  readonly seed: () => number;
  /** Who has the page open. */
  readonly online: () => readonly string[];
  /** Whoever is away with a bell can be called back, and keeps the seat. */
  readonly isReachable: (userId: string) => boolean;
  readonly saved?: Saved | undefined;
}

/** All that happens in the game. What it does is to change, and to answer who is to be told of it. */
export function createWorld({ now, seed, online, isReachable, saved }: WorldPorts) {
  const matchmaking = createMatchmaking(saved?.gatherings);
  const matches = createMatches(now, saved?.matches);
  const missions = createMissions(
    () => new Date(now()).toISOString().slice(0, 10),
    saved?.missions,
  );

  const isBusy = (userId: string) =>
    matches.isPlaying(userId) || matchmaking.gatheringOf(userId) !== null;
  const idle = () => [...new Set(online())].filter((userId) => !isBusy(userId)).sort();

  let lobbyTold = "";
  /** Tells everybody outside of a round when the lobby is not what it was. */
  function lobbyNews(): Notice[] {
    const lobby = JSON.stringify([idle(), matchmaking.open()]);
    if (lobby === lobbyTold) return [];
    lobbyTold = lobby;
    return [...new Set(online())]
      .filter((userId) => !matches.isPlaying(userId))
      .map((userId) => ({ userId, key: "starfall:lobby", payload: {} }));
  }

  function after({ notices, full }: Change): Notice[] {
    if (full) matches.open(full, seed());
    return [...notices, ...lobbyNews()];
  }

  return {
    stateOf: (userId: string): GameState => ({
      now: now(),
      userId,
      lobby: { idle: idle(), gatherings: matchmaking.open() },
      gathering: matchmaking.gatheringOf(userId),
      match: matches.matchOf(userId),
      missions: missions.of(userId),
    }),

    join(userId: string, { size, roundMs = ROUND_MS }: JoinRequest): Notice[] {
      // Whoever looks for the next round has seen the result of the last one.
      if (matches.matchOf(userId)?.isOver) matches.leave(userId);
      if (matches.isPlaying(userId) || !(SIZES as readonly number[]).includes(size)) return [];
      const lastsMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, roundMs));
      return after(
        matchmaking.join(userId, size, Number.isFinite(lastsMs) ? lastsMs : ROUND_MS, isReachable),
      );
    },

    fillWithRobots: (userId: string): Notice[] => after(matchmaking.fill(userId, robotNames)),

    /** Out of the gathering, out of the round, or away from its result. */
    leave: (userId: string): Notice[] => [
      ...matches.leave(userId),
      ...after(matchmaking.leave(userId)),
    ],

    report(userId: string, report: CatchReport): Notice[] {
      const { fresh, notices } = matches.report(userId, report);
      return [
        ...notices,
        ...missions.add(userId, {
          "catch-stars": fresh.star + fresh.gold,
          "catch-gold": fresh.gold,
        }),
      ];
    },

    tick(): Notice[] {
      const { notices, finished } = matches.tick();
      return [
        ...finished.flatMap(({ userId, hasWon }) =>
          missions.add(userId, { "play-rounds": 1, "win-round": hasWon ? 1 : 0 }),
        ),
        ...notices,
        ...lobbyNews(),
      ];
    },

    save: (): Saved => ({
      gatherings: matchmaking.save(),
      matches: matches.save(),
      missions: missions.save(),
    }),
  };
}
