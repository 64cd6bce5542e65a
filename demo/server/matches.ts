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
import { matchmakingNamespace } from "../shared/services.js";
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
const SCORES_EVERY_MS = 1_000;

/** Running rounds, and results until all players have left them. Returns the notices to send. */
export class Matches {
  private readonly matches: Map<string, Match>;
  private readonly earliestEnd: number;
  private readonly skies = new Map<string, readonly Star[]>();
  /** The scores last sent to each match's players. */
  private readonly sentScores = new Map<string, { readonly scores: string; readonly at: number }>();

  constructor(
    private readonly now: () => number,
    saved?: SavedMatches,
  ) {
    this.matches = new Map(saved?.matches.map((match) => [match.name, { ...match }]));
    this.earliestEnd = saved ? now() + RESTART_GRACE_MS : 0;
  }

  open({ name, players, roundMs }: Full, seed: number): void {
    this.matches.set(name, {
      name,
      seed,
      roundMs,
      startsAt: this.now() + COUNTDOWN_MS,
      version: 0,
      players: players.map((userId) => ({ userId, caught: [], hasLeft: false, isDone: false })),
    });
  }

  isPlaying(userId: string): boolean {
    return this.find(userId) !== undefined;
  }

  matchOf(userId: string): MatchState | null {
    const match = this.find(userId);
    if (!match) return null;
    const { name, seed, startsAt, roundMs, version, overAt } = match;
    return {
      ...{ name, seed, startsAt, roundMs, version },
      isOver: overAt !== undefined,
      standings: this.standingsOf(match),
      caught: match.players.find((player) => player.userId === userId)?.caught ?? [],
    };
  }

  /** Counts each reported star once, if it has fallen already. Returns the new ones by kind. */
  report(userId: string, { matchName, caught, isLast }: CatchReport) {
    const fresh: Record<StarKind, number> = { star: 0, gold: 0, comet: 0 };
    const notices: Notice[] = [];
    const match = this.matches.get(matchName);
    const player = match?.players.find((one) => one.userId === userId);
    if (!match || !player || match.overAt !== undefined) return { fresh, notices };
    const sky = this.skyOf(match);
    const atMs = this.now() - match.startsAt + CLOCK_MS;
    for (const id of caught) {
      const star = sky[id];
      if (!star || star.fromMs > atMs || player.caught.includes(id)) continue;
      player.caught.push(id);
      fresh[star.kind]++;
      match.version++;
      if (star.kind === "gold") notices.push(...cloudRivals(match, player, id));
    }
    // A page whose clock is ahead does not end the round for the others.
    player.isDone ||= isLast && this.now() >= match.startsAt + match.roundMs - CLOCK_MS;
    return { fresh, notices };
  }

  leave(userId: string): Notice[] {
    const match = this.find(userId);
    const player = match?.players.find((one) => one.userId === userId);
    if (!match || !player) return [];
    player.hasLeft = true;
    match.version++;
    if (present(match).length === 0) this.discard(match);
    if (match.overAt !== undefined) return [];
    const payload = {
      namespaceName: matchmakingNamespace,
      gatheringName: match.name,
      leaveUserId: userId,
    };
    return notifyPresent(match, (one) => ({
      userId: one.userId,
      key: "Gs2Matchmaking:Leave",
      payload,
    }));
  }

  /** Ends due rounds, and returns notices with the scores that changed since the last tick. */
  tick() {
    const notices: Notice[] = [];
    const finished: { userId: string; hasWon: boolean }[] = [];
    for (const match of this.matches.values()) {
      if (match.overAt !== undefined) {
        if (this.now() > match.overAt + RESULT_LASTS_MS) this.discard(match);
        continue;
      }
      if (this.isDue(match)) {
        match.overAt = this.now();
        match.version++;
      }
      const standings = this.standingsOf(match);
      notices.push(...this.scoreNotices(match, standings));
      if (match.overAt === undefined) continue;
      const best = Math.max(1, ...standings.map(({ score }) => score));
      for (const { userId } of present(match)) {
        notices.push({ userId, key: "starfall:over", payload: { matchName: match.name } });
        const mine = standings.find((one) => one.userId === userId);
        finished.push({ userId, hasWon: mine?.score === best });
      }
    }
    return { notices, finished };
  }

  save(): SavedMatches {
    return { matches: [...this.matches.values()] };
  }

  private find(userId: string): Match | undefined {
    return [...this.matches.values()].find(({ players }) =>
      players.some((player) => player.userId === userId && !player.hasLeft),
    );
  }

  private skyOf({ name, seed, roundMs }: Match): readonly Star[] {
    const sky = this.skies.get(name) ?? skyOf(seed, roundMs);
    this.skies.set(name, sky);
    return sky;
  }

  private standingsOf(match: Match): Standing[] {
    const sky = this.skyOf(match);
    const atMs = (match.overAt ?? this.now()) - match.startsAt;
    return match.players.map(({ userId, caught, hasLeft }) => ({
      userId,
      hasLeft,
      isRobot: isRobot(userId),
      score: scoreOf(sky, isRobot(userId) ? caughtByRobot(userId, match.seed, sky, atMs) : caught),
    }));
  }

  /** Whether a round ends now: by its time, or because one player is left. */
  private isDue(match: Match): boolean {
    const endsAt = match.startsAt + match.roundMs;
    const isAlone = match.players.filter(({ hasLeft }) => !hasLeft).length < 2;
    const isReported = this.now() >= endsAt && present(match).every(({ isDone }) => isDone);
    return isAlone || isReported || this.now() >= Math.max(endsAt + GRACE_MS, this.earliestEnd);
  }

  private scoreNotices(match: Match, standings: readonly Standing[]): Notice[] {
    const scores = JSON.stringify(standings);
    const sent = this.sentScores.get(match.name);
    if (scores === sent?.scores) return [];
    // GS2 bills each notification. The end does not wait.
    const isSoon = sent && this.now() < sent.at + SCORES_EVERY_MS;
    if (isSoon && match.overAt === undefined) return [];
    this.sentScores.set(match.name, { scores, at: this.now() });
    // A robot's catch changes the scores without a report.
    match.version++;
    const payload = { matchName: match.name, version: match.version, standings };
    return notifyPresent(match, ({ userId }) => ({ userId, key: "starfall:scores", payload }));
  }

  private discard(match: Match): void {
    for (const kept of [this.matches, this.skies, this.sentScores]) kept.delete(match.name);
  }
}

const present = ({ players }: Match): Player[] =>
  players.filter(({ userId, hasLeft }) => !hasLeft && !isRobot(userId));

const notifyPresent = (match: Match, notice: (player: Player) => Notice): Notice[] =>
  present(match).map(notice);

/** Three cells of each rival's sky, determined by the star and the rival. */
function cloudRivals(match: Match, player: Player, starId: number): Notice[] {
  return match.players.flatMap((rival, index): Notice[] => {
    if (rival === player || rival.hasLeft || isRobot(rival.userId)) return [];
    const chance = chanceOf(match.seed ^ (starId * 31 + index));
    const cells = new Set<number>();
    while (cells.size < CLOUD_CELLS) cells.add(Math.floor(chance() * CELLS));
    const payload = { matchName: match.name, byUserId: player.userId, cells: [...cells] };
    return [{ userId: rival.userId, key: "starfall:cloud", payload }];
  });
}
