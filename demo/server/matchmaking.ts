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
export function createMatchmaking(saved?: SavedGatherings) {
  let made = saved?.made ?? 0;
  const gatherings = new Map(saved?.open.map((one) => [one.name, { ...one }]));

  const find = (fits: (one: Open) => boolean) => [...gatherings.values()].find(fits);
  const holding = (userId: string) => find(({ players }) => players.includes(userId));
  const about = ({ name }: Open) => ({ namespaceName: "matchmaking", gatheringName: name });

  function leave(userId: string): Change {
    const gathering = holding(userId);
    if (!gathering) return nothing;
    gathering.players = gathering.players.filter((player) => player !== userId);
    if (gathering.players.length === 0) gatherings.delete(gathering.name);
    return {
      notices: gathering.players.map((player) => ({
        userId: player,
        key: "Gs2Matchmaking:Leave",
        payload: { ...about(gathering), leaveUserId: userId },
      })),
    };
  }

  function add(gathering: Open, userId: string): Change {
    const before = gathering.players;
    gathering.players = [...before, userId];
    const joined = before.map((player): Notice => ({
      userId: player,
      key: "Gs2Matchmaking:Join",
      payload: { ...about(gathering), joinUserId: userId },
    }));
    if (gathering.players.length < gathering.size) return { notices: joined };
    gatherings.delete(gathering.name);
    const complete = gathering.players.map((player): Notice => ({
      userId: player,
      key: "Gs2Matchmaking:Complete",
      payload: about(gathering),
    }));
    return { notices: [...joined, ...complete], full: gathering };
  }

  /**
   * Joins the first gathering of this size that has room, or creates one with this length of a round.
   *
   * @param isPlaying players for whom it is false have closed the page, and leave the gathering
   */
  function join(
    userId: string,
    size: number,
    roundMs: number,
    isPlaying: (userId: string) => boolean = () => true,
  ): Change {
    if (holding(userId)) return nothing;
    for (;;) {
      const open = find((one) => one.size === size);
      const gone = open?.players.filter((player) => !isPlaying(player)) ?? [];
      if (open && gone.length === 0) return add(open, userId);
      if (!open) break;
      gone.forEach(leave);
    }
    const name = `gathering-${String(++made).padStart(4, "0")}`;
    const gathering: Open = { name, size, roundMs, players: [] };
    gatherings.set(name, gathering);
    return add(gathering, userId);
  }

  return {
    join,
    leave,
    /** Fills free seats with robots. */
    fill(userId: string, robots: readonly string[]): Change {
      const gathering = holding(userId);
      if (!gathering) return nothing;
      const changes = robots
        .slice(0, gathering.size - gathering.players.length)
        .map((robot) => add(gathering, robot));
      const full = changes.at(-1)?.full;
      return { notices: changes.flatMap(({ notices }) => notices), ...(full && { full }) };
    },
    gatheringOf: (userId: string): Gathering | null => holding(userId) ?? null,
    open: (): Gathering[] => [...gatherings.values()],
    save: (): SavedGatherings => ({ made, open: [...gatherings.values()] }),
  };
}
