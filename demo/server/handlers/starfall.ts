import type { GatewayAdmin } from "gs2-gateway/admin";
import type { Emulator } from "gs2-gateway/emulator";
import type { Notice } from "../../shared/api.js";
import {
  fillWithRobots,
  getState,
  leaveMatch,
  reportCatches,
  sendTestPush,
} from "../../shared/calls.js";
import { readCatchReport } from "../requests.js";
import type { World } from "../world.js";
import { refused } from "./account.js";

interface StarfallParts {
  readonly emulator: Emulator;
  readonly admin: GatewayAdmin;
  readonly world: World;
  readonly deliver: (notices: readonly Notice[]) => Promise<void>;
}

/** The game's own server: its rounds, which no service of GS2 has. */
export function handleStarfall({ emulator, admin, world, deliver }: StarfallParts): void {
  const options = { requirePlayer: true } as const;

  emulator.handle(getState, ({ userId }) => world.stateOf(userId), options);

  emulator.handle(
    fillWithRobots,
    async ({ userId }) => {
      await deliver(world.fillWithRobots(userId));
      return {};
    },
    options,
  );

  emulator.handle(
    reportCatches,
    async ({ userId, params }) => {
      const report = readCatchReport(params);
      if (!report) throw refused(400, "starfall.catches.error.invalid");
      await deliver(world.report(userId, report));
      return {};
    },
    options,
  );

  emulator.handle(
    leaveMatch,
    async ({ userId }) => {
      await deliver(world.leaveMatch(userId));
      return {};
    },
    options,
  );

  emulator.handle(
    sendTestPush,
    async ({ userId }) => {
      const payload = JSON.stringify({ text: `A test push for ${userId}.` });
      await admin.sendMobileNotificationByUserId({ userId, subject: "starfall:hello", payload });
      return {};
    },
    options,
  );
}
