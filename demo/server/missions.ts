import { taskNames, type MissionState, type Notice, type TaskName } from "../shared/api.js";

const goals: Readonly<Record<TaskName, number>> = {
  "catch-stars": 30,
  "catch-gold": 5,
  "play-rounds": 3,
  "win-round": 1,
};

type Counts = Partial<Record<TaskName, number>>;

export interface SavedMissions {
  readonly day: string;
  readonly counts: Readonly<Record<string, Counts>>;
}

/** Stands in for GS2-Mission: progress of the day. Returns the notices to send. */
export function createMissions(today: () => string, saved?: SavedMissions) {
  let day = today();
  const counts = new Map(saved?.day === day ? Object.entries(saved.counts) : []);

  const countsOf = (userId: string): Counts => {
    if (day !== today()) {
      day = today();
      counts.clear();
    }
    return counts.get(userId) ?? {};
  };

  const stateOf = (userId: string, taskName: TaskName): MissionState => ({
    taskName,
    count: Math.min(goals[taskName], countsOf(userId)[taskName] ?? 0),
    goal: goals[taskName],
  });

  return {
    /** Returns a notice for each step, and one when a mission is complete. */
    add(userId: string, done: Counts): Notice[] {
      return taskNames.flatMap((taskName): Notice[] => {
        const more = done[taskName] ?? 0;
        const { count, goal } = stateOf(userId, taskName);
        if (more === 0 || count === goal) return [];
        counts.set(userId, { ...countsOf(userId), [taskName]: count + more });
        const now = stateOf(userId, taskName);
        const step: Notice = { userId, key: "starfall:mission", payload: now };
        if (now.count < goal) return [step];
        const complete = { namespaceName: "mission", groupName: "daily", userId, taskName };
        return [step, { userId, key: "Gs2Mission:Complete", payload: complete }];
      });
    },
    of: (userId: string) => taskNames.map((taskName) => stateOf(userId, taskName)),
    save: (): SavedMissions => ({ day, counts: Object.fromEntries(counts) }),
  };
}
