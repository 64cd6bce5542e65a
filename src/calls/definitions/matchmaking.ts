import { defineCall } from "../defineCall.js";
import type { AsPlayer, InServiceNamespace, OnceOnly } from "./common.js";
import type { Page, PageRequest } from "../../wire/requests.js";

// The C# SDK of today sends these over REST; those for Go and Unreal, and the Unity SDK before,
// have them on the socket.

export interface MatchmakingAttribute {
  name: string;
  value: number;
}

export interface AttributeRange {
  name: string;
  min: number;
  max: number;
}

export interface MatchmakingPlayer {
  /** Default: the player of the access token. */
  userId?: string | null;
  attributes?: MatchmakingAttribute[] | null;
  /** Default `default`. */
  roleName?: string | null;
  denyUserIds?: string[] | null;
  /** Unix time in milliseconds. */
  createdAt?: number | null;
}

export interface CapacityOfRole {
  roleName?: string | null;
  roleAliases?: string[] | null;
  capacity: number;
  participants?: MatchmakingPlayer[] | null;
}

/** A group of players that forms. */
export interface Gathering {
  gatheringId: string;
  name: string;
  attributeRanges?: AttributeRange[] | null;
  capacityOfRoles: CapacityOfRole[];
  allowUserIds?: string[] | null;
  metadata?: string | null;
  /** Unix time in milliseconds. */
  expiresAt?: number | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number | null;
}

interface OfGathering {
  gatheringName: string;
}

/** Lists the gatherings of a namespace. */
export const describeGatherings = /*#__PURE__*/ defineCall<
  InServiceNamespace & PageRequest,
  Page<Gathering>
>({
  service: "matchmaking",
  component: "gathering",
  function: "describeGatherings",
  rest: { verb: "GET", path: "/{namespaceName}/gathering" },
  socket: "unknown",
  required: ["namespaceName"],
});

export interface CreateGatheringParams extends AsPlayer, OnceOnly {
  player: MatchmakingPlayer;
  attributeRanges?: AttributeRange[] | null;
  capacityOfRoles: CapacityOfRole[];
  allowUserIds?: string[] | null;
  /** Unix time in milliseconds. */
  expiresAt?: number | null;
  expiresAtTimeSpan?: { days?: number; hours?: number; minutes?: number } | null;
}

/** Opens a gathering that others join by `doMatchmaking`. */
export const createGathering = /*#__PURE__*/ defineCall<CreateGatheringParams, { item: Gathering }>(
  {
    service: "matchmaking",
    component: "gathering",
    function: "createGathering",
    rest: { verb: "POST", path: "/{namespaceName}/gathering" },
    socket: "seen",
    required: ["namespaceName", "accessToken", "player", "capacityOfRoles"],
  },
);

export interface DoMatchmakingParams extends AsPlayer, OnceOnly {
  player: MatchmakingPlayer;
  /** From the result before, where no gathering was found: the search goes on from there. */
  matchmakingContextToken?: string | null;
}

export interface DoMatchmakingResult {
  /** Absent where none was found yet. */
  item?: Gathering | null;
  matchmakingContextToken?: string | null;
}

/**
 * Joins a gathering that fits. `Gs2Matchmaking:Complete` may arrive before the result: take `mark`
 * before the call.
 */
export const doMatchmaking = /*#__PURE__*/ defineCall<DoMatchmakingParams, DoMatchmakingResult>({
  service: "matchmaking",
  component: "gathering",
  function: "doMatchmaking",
  rest: { verb: "POST", path: "/{namespaceName}/gathering/do" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "player"],
});

/** Says that the player still waits. */
export const ping = /*#__PURE__*/ defineCall<
  AsPlayer & OfGathering & OnceOnly,
  { item: Gathering }
>({
  service: "matchmaking",
  component: "gathering",
  function: "ping",
  rest: { verb: "POST", path: "/{namespaceName}/gathering/{gatheringName}/ping" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "gatheringName"],
});

/** Reads a gathering. */
export const getGathering = /*#__PURE__*/ defineCall<
  InServiceNamespace & OfGathering,
  { item: Gathering }
>({
  service: "matchmaking",
  component: "gathering",
  function: "getGathering",
  rest: { verb: "GET", path: "/{namespaceName}/gathering/{gatheringName}" },
  socket: "seen",
  required: ["namespaceName", "gatheringName"],
});

/** Leaves a gathering. */
export const cancelMatchmaking = /*#__PURE__*/ defineCall<
  AsPlayer & OfGathering & OnceOnly,
  { item: Gathering }
>({
  service: "matchmaking",
  component: "gathering",
  function: "cancelMatchmaking",
  rest: { verb: "DELETE", path: "/{namespaceName}/gathering/{gatheringName}/user/me" },
  socket: "seen",
  required: ["namespaceName", "accessToken", "gatheringName"],
});
