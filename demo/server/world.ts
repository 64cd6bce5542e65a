import type { CatchReport, GameState, JoinRequest, Notice } from "../shared/api.js";
import { ROUND_MS, SIZES } from "../shared/rules.js";
import { Matches } from "./matches.js";
import { Matchmaking, type Change } from "./matchmaking.js";
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
export class World {
  private readonly matchmaking: Matchmaking;
  private readonly matches: Matches;
  private readonly missions: ReturnType<typeof createMissions>;
  private sentLobby = "";

  constructor(private readonly ports: WorldPorts) {
    const { now, saved } = ports;
    this.matchmaking = new Matchmaking(saved?.gatherings);
    this.matches = new Matches(now, saved?.matches);
    const today = () => new Date(now()).toISOString().slice(0, 10);
    this.missions = createMissions(today, saved?.missions);
  }

  stateOf(userId: string): GameState {
    return {
      now: this.ports.now(),
      userId,
      lobby: { idle: this.idle(), gatherings: this.matchmaking.open() },
      gathering: this.matchmaking.gatheringOf(userId),
      match: this.matches.matchOf(userId),
      missions: this.missions.of(userId),
    };
  }

  join(userId: string, { size, roundMs = ROUND_MS }: JoinRequest): Notice[] {
    const { matches, matchmaking } = this;
    // Joining the next round leaves the result of the last one.
    if (matches.matchOf(userId)?.isOver) matches.leave(userId);
    if (matches.isPlaying(userId) || !(SIZES as readonly number[]).includes(size)) return [];
    const limitedMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, roundMs));
    const lastsMs = Number.isFinite(limitedMs) ? limitedMs : ROUND_MS;
    return this.apply(matchmaking.join(userId, size, lastsMs, this.ports.isReachable));
  }

  fillWithRobots(userId: string): Notice[] {
    return this.apply(this.matchmaking.fill(userId, robotNames));
  }

  /** Leaves the gathering, the round, or its result. */
  leave(userId: string): Notice[] {
    return [...this.matches.leave(userId), ...this.apply(this.matchmaking.leave(userId))];
  }

  report(userId: string, report: CatchReport): Notice[] {
    const { fresh, notices } = this.matches.report(userId, report);
    return [
      ...notices,
      ...this.missions.add(userId, {
        "catch-stars": fresh.star + fresh.gold,
        "catch-gold": fresh.gold,
      }),
    ];
  }

  tick(): Notice[] {
    const { notices, finished } = this.matches.tick();
    return [
      ...finished.flatMap(({ userId, hasWon }) =>
        this.missions.add(userId, { "play-rounds": 1, "win-round": hasWon ? 1 : 0 }),
      ),
      ...notices,
      ...this.lobbyNotices(),
    ];
  }

  save(): Saved {
    return {
      gatherings: this.matchmaking.save(),
      matches: this.matches.save(),
      missions: this.missions.save(),
    };
  }

  private apply({ notices, full }: Change): Notice[] {
    if (full) this.matches.open(full, this.ports.seed());
    return [...notices, ...this.lobbyNotices()];
  }

  private idle(): string[] {
    const isBusy = (userId: string) =>
      this.matches.isPlaying(userId) || this.matchmaking.gatheringOf(userId) !== null;
    return [...new Set(this.ports.online())].filter((userId) => !isBusy(userId)).sort();
  }

  /** Notices to all players outside of a round, when the lobby has changed. */
  private lobbyNotices(): Notice[] {
    const lobby = JSON.stringify([this.idle(), this.matchmaking.open()]);
    if (lobby === this.sentLobby) return [];
    this.sentLobby = lobby;
    return [...new Set(this.ports.online())]
      .filter((userId) => !this.matches.isPlaying(userId))
      .map((userId) => ({ userId, key: "starfall:lobby", payload: {} }));
  }
}
