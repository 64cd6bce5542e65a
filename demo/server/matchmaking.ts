import type { Gathering, Notice } from "../shared/api.js";

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
   * Joins the first gathering of this size that has room, or creates one with this length of a
   * round.
   *
   * @param isPlaying players for whom it is false have closed the page, and leave the gathering
   */
  join(
    userId: string,
    size: number,
    roundMs: number,
    isPlaying: (userId: string) => boolean = () => true,
  ): Change {
    if (this.gatheringOf(userId)) return nothing;
    for (;;) {
      const open = this.find((one) => one.size === size);
      const gone = open?.players.filter((player) => !isPlaying(player)) ?? [];
      if (open && gone.length === 0) return this.add(open, userId);
      if (!open) break;
      for (const player of gone) this.leave(player);
    }
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
    if (gathering.players.length < gathering.size) return { notices: joined };
    this.gatherings.delete(gathering.name);
    const complete = gathering.players.map((player): Notice => ({
      userId: player,
      key: "Gs2Matchmaking:Complete",
      payload: about(gathering),
    }));
    return { notices: [...joined, ...complete], full: gathering };
  }
}

const about = ({ name }: Open) => ({ namespaceName: "matchmaking", gatheringName: name });
