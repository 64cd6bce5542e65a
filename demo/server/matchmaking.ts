import type { Gathering, Notice } from "../shared/api.js";
import { matchmakingNamespace } from "../shared/services.js";

interface Open {
  readonly name: string;
  readonly size: number;
  readonly roundMs: number;
  players: string[];
}

export interface Full extends Gathering {
  readonly roundMs: number;
}

export interface SavedGatherings {
  readonly made: number;
  readonly open: readonly Open[];
}

/** The result of a change: notices, and the gathering that is full now and was removed here. */
export interface Change {
  readonly notices: readonly Notice[];
  /** The player's; undefined where there is none. */
  readonly gathering?: Gathering;
  readonly full?: Full;
}

const nothing: Change = { notices: [] };

/** Stands in for GS2-Matchmaking. Returns the notices to send. */
export class Matchmaking {
  private readonly gatherings: Map<string, Open>;
  private made: number;

  constructor(saved?: SavedGatherings) {
    this.made = saved?.made ?? 0;
    this.gatherings = new Map(saved?.open.map((one) => [one.name, { ...one }]));
  }

  /**
   * Joins the first gathering of this size that has room. Changes nothing for a player who is in a
   * gathering.
   *
   * @param isPlaying players for whom it is false have closed the page, and leave the gathering
   */
  search(
    userId: string,
    size: number,
    isPlaying: (userId: string) => boolean = () => true,
  ): Change {
    const own = this.holding(userId);
    if (own) return { notices: [], gathering: own };
    for (;;) {
      const open = this.find((one) => one.size === size);
      if (!open) return nothing;
      const gone = open.players.filter((player) => !isPlaying(player));
      if (gone.length === 0) return this.add(open, userId);
      for (const player of gone) this.leave(player);
    }
  }

  /** Opens a gathering with this length of a round, for a player who is in none. */
  create(userId: string, size: number, roundMs: number): Change {
    const own = this.holding(userId);
    if (own) return { notices: [], gathering: own };
    const name = `gathering-${String(++this.made).padStart(4, "0")}`;
    const gathering: Open = { name, size, roundMs, players: [] };
    this.gatherings.set(name, gathering);
    return this.add(gathering, userId);
  }

  leave(userId: string): Change {
    const gathering = this.holding(userId);
    if (!gathering) return nothing;
    gathering.players = gathering.players.filter((player) => player !== userId);
    if (gathering.players.length === 0) this.gatherings.delete(gathering.name);
    return {
      gathering,
      notices: gathering.players.map((player) => ({
        userId: player,
        key: "Gs2Matchmaking:Leave",
        payload: { ...about(gathering), leaveUserId: userId },
      })),
    };
  }

  /** Fills free seats with robots. */
  fill(userId: string, robots: readonly string[]): Change {
    const gathering = this.holding(userId);
    if (!gathering) return nothing;
    const changes = robots
      .slice(0, gathering.size - gathering.players.length)
      .map((robot) => this.add(gathering, robot));
    const full = changes.at(-1)?.full;
    return { notices: changes.flatMap(({ notices }) => notices), ...(full && { full }) };
  }

  gatheringOf(userId: string): Gathering | null {
    return this.holding(userId) ?? null;
  }

  open(): Gathering[] {
    return [...this.gatherings.values()];
  }

  save(): SavedGatherings {
    return { made: this.made, open: [...this.gatherings.values()] };
  }

  private find(matches: (one: Open) => boolean): Open | undefined {
    return [...this.gatherings.values()].find(matches);
  }

  private holding(userId: string): Open | undefined {
    return this.find(({ players }) => players.includes(userId));
  }

  private add(gathering: Open, userId: string): Change {
    const before = gathering.players;
    gathering.players = [...before, userId];
    const joined = before.map((player): Notice => ({
      userId: player,
      key: "Gs2Matchmaking:Join",
      payload: { ...about(gathering), joinUserId: userId },
    }));
    if (gathering.players.length < gathering.size) return { notices: joined, gathering };
    this.gatherings.delete(gathering.name);
    const complete = gathering.players.map((player): Notice => ({
      userId: player,
      key: "Gs2Matchmaking:Complete",
      payload: about(gathering),
    }));
    return { notices: [...joined, ...complete], gathering, full: gathering };
  }
}

const about = ({ name }: Open) => ({ namespaceName: matchmakingNamespace, gatheringName: name });
