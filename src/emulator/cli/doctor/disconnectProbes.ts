import { disconnectAll, disconnectByUserId } from "../../../wire/methods.js";
import type { EmulatorSettings } from "../../settings.js";
import { row, type DoctorRow } from "./rows.js";
import { describe, type Seen } from "./seen.js";
import { boundPlayer, type Player, type Probe } from "./sessionProbes.js";

const ends = async (
  setting: "disconnectByUserIdEnds" | "disconnectAllEnds",
  seen: Seen,
  bound: Player,
): Promise<DoctorRow[]> => {
  const isOpen = seen.status === 200 ? await bound.isOpen() : undefined;
  const value: EmulatorSettings["disconnectAllEnds"] | undefined =
    isOpen === undefined ? undefined : isOpen ? "sessions" : "sockets";
  const method = setting.slice(0, -"Ends".length);
  return [
    row(
      setting,
      value,
      value === undefined
        ? `${method} gets ${describe(seen)}`
        : `after ${method} the socket is ${isOpen ? "open" : "closed"}`,
    ),
  ];
};

const disconnectUser: Probe = {
  name: "disconnectByUserId",
  calls: 2,
  async run(examination) {
    const bound = await boundPlayer(examination, "disconnect");
    const { namespaceName, userId } = bound;
    const seen = await examination.gateway.rest(disconnectByUserId, { namespaceName, userId });
    return ends("disconnectByUserIdEnds", seen, bound);
  },
};

/** The last: it ends every session of the namespace. */
const disconnectNamespace: Probe = {
  name: "disconnectAll",
  calls: 2,
  async run(examination) {
    const bound = await boundPlayer(examination, "disconnect-all");
    const { namespaceName } = bound;
    const seen = await examination.gateway.rest(disconnectAll, { namespaceName });
    return ends("disconnectAllEnds", seen, bound);
  },
};

export const disconnectProbes: readonly Probe[] = [disconnectUser, disconnectNamespace];
