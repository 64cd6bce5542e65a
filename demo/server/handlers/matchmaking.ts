import { cancelMatchmaking, createGathering, doMatchmaking } from "gs2-gateway/calls";
import type { Emulator } from "gs2-gateway/emulator";
import type { Gathering, Notice } from "../../shared/api.js";
import { readOpening, readSearch } from "../requests.js";
import type { World } from "../world.js";
import { refused } from "./account.js";

/** GS2-Matchmaking: a player joins the first gathering of the size, or opens one. */
export function handleMatchmaking(
  emulator: Emulator,
  world: World,
  deliver: (notices: readonly Notice[]) => Promise<void>,
): void {
  const itemOf = ({ name, size, players }: Gathering) => ({
    gatheringId: `grn:gs2:local:matchmaking:gathering:${name}`,
    name,
    capacityOfRoles: [
      {
        roleName: "default",
        capacity: size,
        participants: players.map((userId) => ({ userId })),
      },
    ],
    ...{ createdAt: emulator.clock.now(), updatedAt: emulator.clock.now() },
  });
  const options = { requirePlayer: true } as const;

  emulator.handle(
    doMatchmaking,
    async ({ userId, params }) => {
      const search = readSearch(params);
      if (!search) throw refused(400, "matchmaking.player.attributes.error.invalid");
      const { notices, gathering } = world.search(userId, search.size);
      await deliver(notices);
      return gathering ? { item: itemOf(gathering) } : {};
    },
    options,
  );

  emulator.handle(
    createGathering,
    async ({ userId, params }) => {
      const opening = readOpening(params);
      if (!opening) throw refused(400, "matchmaking.capacityOfRoles.error.invalid");
      const { notices, gathering } = world.openGathering(userId, opening);
      if (!gathering) throw refused(409, "matchmaking.gathering.error.alreadyPlaying");
      await deliver(notices);
      return { item: itemOf(gathering) };
    },
    options,
  );

  emulator.handle(
    cancelMatchmaking,
    async ({ userId, params: { gatheringName } }) => {
      const { notices, gathering } = world.cancel(userId, gatheringName);
      if (!gathering) throw refused(404, "matchmaking.gathering.error.notFound");
      await deliver(notices);
      return { item: itemOf(gathering) };
    },
    options,
  );
}
