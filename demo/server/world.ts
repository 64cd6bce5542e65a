import type { CatchReport, GameState, Gathering, JoinRequest, Notice } from "../shared/api.js";
import { ROUND_MS } from "../shared/rules.js";
import { Matches } from "./matches.js";
import { Matchmaking, type Change } from "./matchmaking.js";
import type { Counts } from "./missions.js";
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
  /** Counts for the player's missions. */
  readonly count: (userId: string, counts: Counts) => void;
  readonly saved?: SavedWorld | undefined;
}

export type SavedWorld = Omit<Saved, "missions">;

/** Notices to send, and the gathering that the player has joined or left. */
interface Joined {
  readonly notices: readonly Notice[];
  readonly gathering?: Gathering;
}

/** The state of the game. Each action changes it and returns the notices to send. */
export class World {
  private readonly matchmaking: Matchmaking;
  private readonly matches: Matches;
  private sentLobby = "";

  constructor(private readonly ports: WorldPorts) {
    const { now, saved } = ports;
    this.matchmaking = new Matchmaking(saved?.gatherings);
    this.matches = new Matches(now, saved?.matches);
  }

  stateOf(userId: string): GameState {
    return {
      now: this.ports.now(),
      userId,
      lobby: { idle: this.idle(), gatherings: this.matchmaking.open() },
      gathering: this.matchmaking.gatheringOf(userId),
      match: this.matches.matchOf(userId),
    };
  }

  /** Joins a gathering of this size; none in the result: there is none. */
  search(userId: string, size: number): Joined {
    const { matches, matchmaking } = this;
    // Joining the next round leaves the result of the last one.
    if (matches.matchOf(userId)?.isOver) matches.leave(userId);
    if (matches.isPlaying(userId)) return { notices: [] };
    return this.apply(matchmaking.search(userId, size, this.ports.isReachable));
  }

  /** Opens a gathering; none in the result: the player is in a round. */
  openGathering(userId: string, { size, roundMs = ROUND_MS }: JoinRequest): Joined {
    if (this.matches.isPlaying(userId)) return { notices: [] };
    const limitedMs = Math.min(LONGEST_ROUND_MS, Math.max(SHORTEST_ROUND_MS, roundMs));
    return this.apply(this.matchmaking.create(userId, size, limitedMs));
  }

  fillWithRobots(userId: string): readonly Notice[] {
    return this.apply(this.matchmaking.fill(userId, robotNames)).notices;
  }

  /** Leaves the gathering of this name; none in the result: the player is not in it. */
  cancel(userId: string, gatheringName: string): Joined {
    if (this.matchmaking.gatheringOf(userId)?.name !== gatheringName) return { notices: [] };
    return this.apply(this.matchmaking.leave(userId));
  }

  /** Leaves the round, or its result. */
  leaveMatch(userId: string): Notice[] {
    return [...this.matches.leave(userId), ...this.lobbyNotices()];
  }

  report(userId: string, report: CatchReport): Notice[] {
    const { fresh, notices } = this.matches.report(userId, report);
    this.ports.count(userId, {
      "catch-stars": fresh.star + fresh.gold,
      "catch-gold": fresh.gold,
    });
    return notices;
  }

  tick(): Notice[] {
    const { notices, finished } = this.matches.tick();
    for (const { userId, hasWon } of finished) {
      this.ports.count(userId, { "play-rounds": 1, "win-round": hasWon ? 1 : 0 });
    }
    return [...notices, ...this.lobbyNotices()];
  }

  save(): SavedWorld {
    return { gatherings: this.matchmaking.save(), matches: this.matches.save() };
  }

  private apply({ notices, full, gathering }: Change): Joined {
    if (full) this.matches.open(full, this.ports.seed());
    return { notices: [...notices, ...this.lobbyNotices()], ...(gathering && { gathering }) };
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
