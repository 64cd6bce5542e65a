import {
  complete,
  describeCompletes,
  describeMissionTaskModels,
  increaseCounterByUserId,
} from "gs2-gateway/calls";
import type { Emulator } from "gs2-gateway/emulator";
import { taskNames, type Notice, type TaskName } from "../../shared/api.js";
import { describeCounters } from "../../shared/calls.js";
import { missionGroup } from "../../shared/services.js";
import { isTaskName, type Missions } from "../missions.js";
import { readIncrease } from "../requests.js";
import { refused } from "./account.js";

const resetType = "daily";

/** GS2-Mission: the missions of the day, their counters, and what was completed. */
export function handleMissions(
  emulator: Emulator,
  missions: Missions,
  deliver: (notices: readonly Notice[]) => Promise<void>,
): void {
  const times = () => ({ createdAt: emulator.clock.now(), updatedAt: emulator.clock.now() });
  const counterOf = (userId: string, name: TaskName) => ({
    counterId: `grn:gs2:local:mission:${userId}:counter:${name}`,
    ...{ userId, name, values: [{ resetType, value: missions.countOf(userId, name) }] },
    ...times(),
  });
  const options = { requirePlayer: true } as const;

  emulator.handle(describeMissionTaskModels, () => ({
    items: taskNames.map((name) => ({
      missionTaskId: `grn:gs2:local:mission:task:${name}`,
      name,
      verifyCompleteType: "counter",
      targetCounter: { counterName: name, resetType, value: missions.goals[name] },
    })),
  }));

  emulator.handle(increaseCounterByUserId, async ({ params }) => {
    const increase = readIncrease(params);
    if (!increase) throw refused(400, "mission.counter.error.invalid");
    const { userId, counterName, value } = increase;
    await deliver(missions.increase(userId, counterName, value));
    return { item: counterOf(userId, counterName) };
  });

  emulator.handle(
    describeCounters,
    ({ userId }) => ({ items: taskNames.map((name) => counterOf(userId, name)) }),
    options,
  );

  emulator.handle(
    describeCompletes,
    ({ userId }) => ({
      items: [
        {
          completeId: `grn:gs2:local:mission:${userId}:group:${missionGroup}`,
          ...{ userId, missionGroupName: missionGroup },
          completedMissionTaskNames: missions.completed(userId),
          receivedMissionTaskNames: [...missions.received(userId)],
          ...times(),
        },
      ],
    }),
    options,
  );

  emulator.handle(
    complete,
    async ({ userId, params: { missionTaskName } }) => {
      if (!isTaskName(missionTaskName) || !missions.receive(userId, missionTaskName)) {
        throw refused(400, "mission.complete.error.notComplete");
      }
      await deliver([]);
      return {};
    },
    options,
  );
}
