import { cancelMatchmaking, createGathering, doMatchmaking } from "gs2-gateway/calls";
import { matchmakingNamespace, roundMsAttribute, sizeAttribute } from "../shared/services.js";
import { gateway } from "./net.js";

const namespaceName = matchmakingNamespace;

/**
 * Joins a gathering of this size, or opens one. Join, Leave and Complete of GS2-Matchmaking follow
 * as notifications.
 *
 * @param roundMs the length of the round, of a gathering that this player opens
 */
export async function findMatch(size: number, roundMs: number | undefined): Promise<void> {
  const attributes = [
    { name: sizeAttribute, value: size },
    ...(roundMs === undefined ? [] : [{ name: roundMsAttribute, value: roundMs }]),
  ];
  const player = { attributes };
  const { item } = await gateway.call(doMatchmaking, { namespaceName, player });
  if (item) return;
  const attributeRanges = [{ name: sizeAttribute, min: size, max: size }];
  const capacityOfRoles = [{ roleName: "default", capacity: size }];
  const params = { namespaceName, player, attributeRanges, capacityOfRoles };
  await gateway.call(createGathering, params);
}

export async function leaveGathering(gatheringName: string): Promise<void> {
  await gateway.call(cancelMatchmaking, { namespaceName, gatheringName });
}
