import { defineCall } from "../defineCall.js";
import type {
  AcquireAction,
  AsPlayer,
  InServiceNamespace,
  IssuedTransaction,
  OnceOnly,
} from "./common.js";
import type { Page, PageRequest, TimeShifted } from "../../wire/requests.js";

/** A mission as the game's master data has it. */
export interface MissionTaskModel {
  missionTaskId: string;
  name: string;
  metadata?: string | null;
  /** `counter` or `verifyActions`. */
  verifyCompleteType?: string | null;
  targetCounter?: {
    counterName: string;
    scopeType?: string | null;
    resetType?: string | null;
    conditionName?: string | null;
    value: number;
  } | null;
  completeAcquireActions?: AcquireAction[] | null;
  challengePeriodEventId?: string | null;
  premiseMissionTaskName?: string | null;
  /** Earlier form of `targetCounter`. */
  counterName?: string | null;
  targetResetType?: string | null;
  targetValue?: number | null;
}

/** The missions of a group that a player has completed and whose reward was received. */
export interface MissionComplete {
  completeId: string;
  userId: string;
  missionGroupName: string;
  completedMissionTaskNames?: string[] | null;
  receivedMissionTaskNames?: string[] | null;
  /** Unix time in milliseconds. */
  nextResetAt?: number | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number | null;
}

export interface MissionCounter {
  counterId: string;
  userId: string;
  name: string;
  values: {
    scopeType?: string | null;
    resetType?: string | null;
    conditionName?: string | null;
    value: number;
    /** Unix time in milliseconds. */
    nextResetAt?: number | null;
    /** Unix time in milliseconds. */
    updatedAt?: number | null;
  }[];
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number | null;
}

interface OfMissionGroup {
  missionGroupName: string;
}

/** Lists the missions of a group. */
export const describeMissionTaskModels = /*#__PURE__*/ defineCall<
  InServiceNamespace & OfMissionGroup,
  { items: MissionTaskModel[] }
>({
  service: "mission",
  component: "missionTaskModel",
  function: "describeMissionTaskModels",
  rest: { verb: "GET", path: "/{namespaceName}/group/{missionGroupName}/task" },
  socket: "unknown",
  required: ["namespaceName", "missionGroupName"],
});

export interface IncreaseCounterByUserIdParams extends InServiceNamespace, OnceOnly, TimeShifted {
  counterName: string;
  userId: string;
  value: number;
}

/** Counts for any player. For servers: a page must not have this right. */
export const increaseCounterByUserId = /*#__PURE__*/ defineCall<
  IncreaseCounterByUserIdParams,
  { item: MissionCounter; changedCompletes?: MissionComplete[] | null }
>({
  service: "mission",
  component: "counter",
  function: "increaseCounterByUserId",
  rest: { verb: "POST", path: "/{namespaceName}/user/{userId}/counter/{counterName}" },
  socket: "seen",
  required: ["namespaceName", "counterName", "userId", "value"],
});

/** Lists what the player has completed, by group. */
export const describeCompletes = /*#__PURE__*/ defineCall<
  AsPlayer & PageRequest,
  Page<MissionComplete>
>({
  service: "mission",
  component: "complete",
  function: "describeCompletes",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/complete" },
  socket: "unknown",
  required: ["namespaceName", "accessToken"],
});

export interface CompleteParams extends AsPlayer, OfMissionGroup, OnceOnly {
  missionTaskName: string;
  /** Values for the placeholders of the reward's actions. */
  config?: { key: string; value: string }[] | null;
}

/** Receives the reward of a completed mission: `await transaction(gateway, result)`. */
export const complete = /*#__PURE__*/ defineCall<CompleteParams, IssuedTransaction>({
  service: "mission",
  component: "complete",
  function: "complete",
  rest: {
    verb: "POST",
    path: "/{namespaceName}/user/me/complete/group/{missionGroupName}/task/{missionTaskName}",
  },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "missionGroupName", "missionTaskName"],
});

/** Reads what the player has completed of a group. */
export const getComplete = /*#__PURE__*/ defineCall<
  AsPlayer & OfMissionGroup,
  { item: MissionComplete }
>({
  service: "mission",
  component: "complete",
  function: "getComplete",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/complete/group/{missionGroupName}" },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "missionGroupName"],
});
