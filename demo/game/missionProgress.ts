import { signal } from "@preact/signals";
import { complete, describeCompletes, describeMissionTaskModels } from "gs2-gateway/calls";
import { taskNames, type MissionState } from "../shared/api.js";
import { describeCounters } from "../shared/calls.js";
import { missionGroup, missionNamespace } from "../shared/services.js";
import { gateway } from "./net.js";

const namespaceName = missionNamespace;
const missionGroupName = missionGroup;

/** Progress of today's missions, which the game's server counts. */
export const missions = signal<readonly MissionState[]>([]);

/** Fetches the missions and the player's progress, and receives the rewards that are due. */
export async function syncMissions(): Promise<void> {
  const [models, counters] = await Promise.all([
    gateway.call(describeMissionTaskModels, { namespaceName, missionGroupName }),
    gateway.call(describeCounters, { namespaceName }),
  ]);
  const countOf = (name: string) =>
    counters.items.find((counter) => counter.name === name)?.values[0]?.value ?? 0;
  missions.value = models.items.flatMap(({ name, targetCounter }) => {
    const taskName = taskNames.find((one) => one === name);
    if (!taskName || !targetCounter) return [];
    const { counterName, value: goal } = targetCounter;
    return [{ taskName, goal, count: Math.min(goal, countOf(counterName)) }];
  });
  await receiveRewards();
}

/** A mission may have been completed while no page of the player was there. */
async function receiveRewards(): Promise<void> {
  const { items } = await gateway.call(describeCompletes, { namespaceName });
  const ours = items.find((item) => item.missionGroupName === missionGroupName);
  const { completedMissionTaskNames: completed, receivedMissionTaskNames: received } = ours ?? {};
  for (const missionTaskName of completed ?? []) {
    if (received?.includes(missionTaskName)) continue;
    const params = { namespaceName, missionGroupName, missionTaskName };
    // Another tab may have received it meanwhile.
    await gateway.call(complete, params).catch(() => undefined);
  }
}

gateway.on("starfall:mission", ({ payload }) => {
  missions.value = missions.value.map((one) => (one.taskName === payload.taskName ? payload : one));
});
