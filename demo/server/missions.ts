import { taskNames, type Notice, type TaskName } from "../shared/api.js";
import { missionGroup, missionNamespace } from "../shared/services.js";

const goals: Readonly<Record<TaskName, number>> = {
  "catch-stars": 30,
  "catch-gold": 5,
  "play-rounds": 3,
  "win-round": 1,
};

export type Counts = Partial<Record<TaskName, number>>;

interface Progress {
  readonly counts: Counts;
  /** The missions whose reward was received. */
  readonly received: readonly TaskName[];
}

export interface SavedMissions {
  readonly day: string;
  readonly players: Readonly<Record<string, Progress>>;
}

export const isTaskName = (name: string): name is TaskName =>
  (taskNames as readonly string[]).includes(name);

const nothing: Progress = { counts: {}, received: [] };

/**
 * Stands in for the master data and counters of GS2-Mission: progress of the day. The counter of a
 * mission has its name.
 */
export function createMissions(today: () => string, saved?: SavedMissions) {
  let day = today();
  const players = new Map(saved?.day === day ? Object.entries(saved.players) : []);

  const progressOf = (userId: string): Progress => {
    if (day !== today()) {
      day = today();
      players.clear();
    }
    return players.get(userId) ?? nothing;
  };

  const countOf = (userId: string, taskName: TaskName): number =>
    progressOf(userId).counts[taskName] ?? 0;

  const isComplete = (userId: string, taskName: TaskName): boolean =>
    countOf(userId, taskName) >= goals[taskName];

  return {
    goals,
    countOf,
    /** Returns a notice for each step, and one when the mission is complete. */
    increase(userId: string, taskName: TaskName, value: number): Notice[] {
      if (isComplete(userId, taskName)) return [];
      const { counts, received } = progressOf(userId);
      const count = (counts[taskName] ?? 0) + value;
      players.set(userId, { received, counts: { ...counts, [taskName]: count } });
      const goal = goals[taskName];
      const payload = { taskName, count: Math.min(goal, count), goal };
      const step: Notice = { userId, key: "starfall:mission", payload };
      if (count < goal) return [step];
      const complete = { namespaceName: missionNamespace, groupName: missionGroup };
      return [
        step,
        { userId, key: "Gs2Mission:Complete", payload: { ...complete, userId, taskName } },
      ];
    },
    completed: (userId: string) => taskNames.filter((taskName) => isComplete(userId, taskName)),
    received: (userId: string) => progressOf(userId).received,
    /** Whether the reward was received now: once, and only of a completed mission. */
    receive(userId: string, taskName: TaskName): boolean {
      const { counts, received } = progressOf(userId);
      if (!isComplete(userId, taskName) || received.includes(taskName)) return false;
      players.set(userId, { counts, received: [...received, taskName] });
      return true;
    },
    save: (): SavedMissions => ({ day, players: Object.fromEntries(players) }),
  };
}

export type Missions = ReturnType<typeof createMissions>;
