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
  /** Players who have the page open. */
  readonly online: () => readonly string[];
  /** Also true for an absent player with push, who keeps the seat. */
  readonly isReachable: (userId: string) => boolean;
  readonly saved?: Saved | undefined;
}

/** The state of the game. Each action changes it and returns the notices to send. */
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

  let sentLobby = "";
  /** Notices to all players outside of a round, when the lobby has changed. */
  function lobbyNotices(): Notice[] {
    const lobby = JSON.stringify([idle(), matchmaking.open()]);
    if (lobby === sentLobby) return [];
    sentLobby = lobby;
    return [...new Set(online())]
      .filter((userId) => !matches.isPlaying(userId))
      .map((userId) => ({ userId, key: "starfall:lobby", payload: {} }));
  }

  function after({ notices, full }: Change): Notice[] {
    if (full) matches.open(full, seed());
    return [...notices, ...lobbyNotices()];
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
      // Joining the next round leaves the result of the last one.
      if (matches.matchOf(userId)?.isOver) matches.leave(userId);
      if (matches.isPlaying(userId) || !(SIZES as readonly number[]).includes(size)) return [];
      const lastsMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, roundMs));
      return after(
        matchmaking.join(userId, size, Number.isFinite(lastsMs) ? lastsMs : ROUND_MS, isReachable),
      );
    },

    fillWithRobots: (userId: string): Notice[] => after(matchmaking.fill(userId, robotNames)),

    /** Leaves the gathering, the round, or its result. */
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
        ...lobbyNotices(),
      ];
    },

    save: (): Saved => ({
      gatherings: matchmaking.save(),
      matches: matches.save(),
      missions: missions.save(),
    }),
  };
}
