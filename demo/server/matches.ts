import type { CatchReport, MatchState, Notice, Standing } from "../shared/api.js";
import { isRobot } from "../shared/players.js";
import {
  CELLS,
  COUNTDOWN_MS,
  chanceOf,
  scoreOf,
  skyOf,
  type Star,
  type StarKind,
} from "../shared/rules.js";
import type { Full } from "./matchmaking.js";
import { caughtByRobot } from "./robots.js";

interface Player {
  readonly userId: string;
  caught: number[];
  hasLeft: boolean;
  /** Has reported all caught stars. */
  isDone: boolean;
}

interface Match {
  readonly name: string;
  readonly seed: number;
  readonly startsAt: number;
  readonly roundMs: number;
  readonly players: Player[];
  version: number;
  overAt?: number;
}

export interface SavedMatches {
  readonly matches: readonly Match[];
}

/** How long after its end a round waits for outstanding reports. */
const GRACE_MS = 3_000;
/** The same after a restart of the server, when players have to reconnect first. */
const RESTART_GRACE_MS = 10_000;
/** How far ahead a player's clock may be. */
const CLOCK_MS = 2_000;
const RESULT_LASTS_MS = 10 * 60_000;
const CLOUD_CELLS = 3;

/** Running rounds, and results until all players have left them. Returns the notices to send. */
export function createMatches(now: () => number, saved?: SavedMatches) {
  const matches = new Map(saved?.matches.map((match) => [match.name, { ...match }]));
  const earliestEnd = saved ? now() + RESTART_GRACE_MS : 0;
  const skies = new Map<string, readonly Star[]>();
  /** The scores last sent to each match's players. */
  const sentScores = new Map<string, string>();

  const skyOfMatch = ({ name, seed, roundMs }: Match): readonly Star[] => {
    const sky = skies.get(name) ?? skyOf(seed, roundMs);
    skies.set(name, sky);
    return sky;
  };
  const find = (userId: string) =>
    [...matches.values()].find(({ players }) =>
      players.some((player) => player.userId === userId && !player.hasLeft),
    );
  const present = ({ players }: Match) =>
    players.filter(({ userId, hasLeft }) => !hasLeft && !isRobot(userId));
  const notifyPresent = (match: Match, notice: (player: Player) => Notice): Notice[] =>
    present(match).map(notice);

  function standingsOf(match: Match): Standing[] {
    const sky = skyOfMatch(match);
    const atMs = (match.overAt ?? now()) - match.startsAt;
    return match.players.map(({ userId, caught, hasLeft }) => ({
      userId,
      hasLeft,
      isRobot: isRobot(userId),
      score: scoreOf(sky, isRobot(userId) ? caughtByRobot(userId, match.seed, sky, atMs) : caught),
    }));
  }

  function discard(match: Match): void {
    for (const kept of [matches, skies, sentScores]) kept.delete(match.name);
  }

  /** Three cells of a rival's sky, determined by the star and the rival. */
  function cloudOver(match: Match, starId: number, rival: number): number[] {
    const chance = chanceOf(match.seed ^ (starId * 31 + rival));
    const cells = new Set<number>();
    while (cells.size < CLOUD_CELLS) cells.add(Math.floor(chance() * CELLS));
    return [...cells];
  }

  return {
    open({ name, players, roundMs }: Full, seed: number): void {
      matches.set(name, {
        name,
        seed,
        roundMs,
        startsAt: now() + COUNTDOWN_MS,
        version: 0,
        players: players.map((userId) => ({ userId, caught: [], hasLeft: false, isDone: false })),
      });
    },

    isPlaying: (userId: string): boolean => find(userId) !== undefined,

    matchOf(userId: string): MatchState | null {
      const match = find(userId);
      if (!match) return null;
      const { name, seed, startsAt, roundMs, version, overAt } = match;
      return {
        ...{ name, seed, startsAt, roundMs, version },
        isOver: overAt !== undefined,
        standings: standingsOf(match),
        caught: match.players.find((player) => player.userId === userId)?.caught ?? [],
      };
    },

    /** Counts each reported star once, if it has fallen already. Returns the new ones by kind. */
    report(userId: string, { matchName, caught, isLast }: CatchReport) {
      const fresh: Record<StarKind, number> = { star: 0, gold: 0, comet: 0 };
      const notices: Notice[] = [];
      const match = matches.get(matchName);
      const player = match?.players.find((one) => one.userId === userId);
      if (!match || !player || match.overAt !== undefined) return { fresh, notices };
      const sky = skyOfMatch(match);
      const atMs = now() - match.startsAt + CLOCK_MS;
      for (const id of caught) {
        const star = sky[id];
        if (!star || star.fromMs > atMs || player.caught.includes(id)) continue;
        player.caught.push(id);
        fresh[star.kind]++;
        match.version++;
        if (star.kind !== "gold") continue;
        for (const [index, rival] of match.players.entries()) {
          if (rival === player || rival.hasLeft || isRobot(rival.userId)) continue;
          const payload = { matchName, byUserId: userId, cells: cloudOver(match, id, index) };
          notices.push({ userId: rival.userId, key: "starfall:cloud", payload });
        }
      }
      // A page whose clock is ahead does not end the round for the others.
      player.isDone ||= isLast && now() >= match.startsAt + match.roundMs - CLOCK_MS;
      return { fresh, notices };
    },

    leave(userId: string): Notice[] {
      const match = find(userId);
      const player = match?.players.find((one) => one.userId === userId);
      if (!match || !player) return [];
      player.hasLeft = true;
      match.version++;
      if (present(match).length === 0) discard(match);
      if (match.overAt !== undefined) return [];
      const payload = {
        namespaceName: "matchmaking",
        gatheringName: match.name,
        leaveUserId: userId,
      };
      return notifyPresent(match, (one) => ({
        userId: one.userId,
        key: "Gs2Matchmaking:Leave",
        payload,
      }));
    },

    /** Ends due rounds, and returns notices with the scores that changed since the last tick. */
    tick() {
      const notices: Notice[] = [];
      const finished: { userId: string; hasWon: boolean }[] = [];
      for (const match of matches.values()) {
        const { name: matchName, players, startsAt, roundMs, overAt } = match;
        if (overAt !== undefined) {
          if (now() > overAt + RESULT_LASTS_MS) discard(match);
          continue;
        }
        const endsAt = startsAt + roundMs;
        const isAlone = players.filter(({ hasLeft }) => !hasLeft).length < 2;
        const isReported = now() >= endsAt && present(match).every(({ isDone }) => isDone);
        const isDue = now() >= Math.max(endsAt + GRACE_MS, earliestEnd);
        if (isAlone || isReported || isDue) {
          match.overAt = now();
          match.version++;
        }
        const standings = standingsOf(match);
        const scores = JSON.stringify(standings);
        if (scores !== sentScores.get(matchName)) {
          sentScores.set(matchName, scores);
          // A robot's catch changes the scores without a report.
          match.version++;
          const payload = { matchName, version: match.version, standings };
          notices.push(
            ...notifyPresent(match, ({ userId }) => ({ userId, key: "starfall:scores", payload })),
          );
        }
        if (match.overAt === undefined) continue;
        const best = Math.max(1, ...standings.map(({ score }) => score));
        for (const { userId } of present(match)) {
          notices.push({ userId, key: "starfall:over", payload: { matchName } });
          const mine = standings.find((one) => one.userId === userId);
          finished.push({ userId, hasWon: mine?.score === best });
        }
      }
      return { notices, finished };
    },

    save: (): SavedMatches => ({ matches: [...matches.values()] }),
  };
}
