import type { GatewayClient } from "gs2-gateway";
import { createGathering, doMatchmaking } from "gs2-gateway/calls";

const namespaceName = "matchmaking-0001";
const player = { roleName: "default" };
const capacityOfRoles = [{ ...player, capacity: 2 }];

export interface Match {
  readonly name: string;
  readonly players: readonly string[];
}

/**
 * Joins a gathering, or opens one, and resolves when it is complete. Independent of Phaser, so that
 * tests need no browser.
 *
 * @param changed called with the players whenever one joins
 */
export async function findMatch(
  gateway: GatewayClient,
  changed: (players: readonly string[]) => void,
  signal?: AbortSignal,
): Promise<Match> {
  const players = new Set<string>();
  const add = (...userIds: string[]) => {
    for (const userId of userIds) players.add(userId);
    changed([...players]);
  };
  // Both before the call: what it causes may arrive before its result.
  const since = gateway.mark();
  const off = gateway.on("Gs2Matchmaking:Join", ({ payload }) => add(payload.joinUserId));
  try {
    let { item } = await gateway.call(doMatchmaking, { namespaceName, player }, { signal });
    const params = { namespaceName, player, capacityOfRoles };
    item ??= (await gateway.call(createGathering, params, { signal })).item;
    const { name } = item;
    const participants = item.capacityOfRoles.flatMap((role) => role.participants ?? []);
    add(...participants.flatMap(({ userId }) => userId ?? []));
    const where = (n: { payload: { gatheringName: string } }) => n.payload.gatheringName === name;
    await gateway.waitFor("Gs2Matchmaking:Complete", { since, where, timeoutMs: 60_000, signal });
    return { name, players: [...players] };
  } finally {
    off();
  }
}
