import { setUserIdByUserId } from "../../../wire/methods.js";
import type { DoctorGateway } from "./gateway.js";
import type { DoctorRow } from "./rows.js";
import { describe, type Seen } from "./seen.js";
import type { DoctorSocket } from "./socket.js";

export interface Examination {
  readonly gateway: DoctorGateway;
  readonly namespaceName: string;
  /** A user of this run. */
  readonly user: (name: string) => string;
  /** How long it waits for what takes as long as it lasts. */
  readonly patienceMs: number;
}

/** Examines one rule; independent of the other probes. */
export interface Probe {
  /** For an error. */
  readonly name: string;
  /** The most calls that it makes. */
  readonly calls: number;
  run(examination: Examination): Promise<DoctorRow[]>;
}

/** Examines what takes time: all such probes wait together. */
export interface TimedProbe {
  readonly name: string;
  /** The most calls that it makes. */
  readonly calls: number;
  start(examination: Examination): Promise<Started>;
}

export interface Started {
  readonly rows: readonly DoctorRow[];
  readonly waits: readonly Wait[];
  /** After the wait. */
  finish(): Promise<DoctorRow[]>;
}

/** Something that is looked at again after a time. */
export interface Wait {
  /** When it is looked at, in milliseconds from its start, ascending. */
  readonly moments: readonly number[];
  /** True: it need not be looked at again. */
  check(momentMs: number): Promise<boolean>;
}

export interface Player {
  readonly socket: DoctorSocket;
  readonly userId: string;
  readonly namespaceName: string;
  bind(options?: Readonly<Record<string, unknown>>): Promise<Seen>;
  isOpen(): Promise<boolean>;
}

export async function player(
  { gateway, namespaceName, user }: Examination,
  name: string,
  socket?: DoctorSocket,
): Promise<Player> {
  const opened = socket ?? (await gateway.open());
  const userId = user(name);
  const params = { namespaceName, userId };
  return {
    socket: opened,
    userId,
    namespaceName,
    bind: (options = {}) => opened.call(setUserIdByUserId, { ...params, ...options }),
    isOpen: () => opened.isOpen(),
  };
}

/** Binds a player on a socket of its own; the reply is expected to be a success. */
export async function boundPlayer(
  examination: Examination,
  name: string,
  options?: Readonly<Record<string, unknown>>,
): Promise<Player> {
  const made = await player(examination, name);
  const seen = await made.bind(options);
  if (seen.status !== 200) throw new Error(`setUserIdByUserId on the socket: ${describe(seen)}`);
  return made;
}
