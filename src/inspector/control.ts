import type { OpenConnection } from "../emulator/controls/connections.js";
import type { KnownFaults } from "../emulator/faults/parse.js";
import type {
  EmulatorDelivery,
  EmulatorFault,
  EmulatorFaultReport,
  EmulatorNotification,
  EmulatorState,
  OutboxEntry,
} from "../emulator/index.js";

import type { IssuedAccessToken } from "../emulator/controls/accessTokens.js";

export type { OpenConnection };

export interface FaultState {
  /** Those that were set, the spent ones too. */
  readonly faults: readonly EmulatorFaultReport[];
  /** All there are. */
  readonly known: KnownFaults;
}

/** What the emulator said no with; its sentences are English. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`/_emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as Answer;
  const { message } = answer as { message?: string };
  throw new Refusal(message ?? `HTTP ${response.status}`, response.status);
}

const onSocket = (connectionId: string, action: string): Promise<unknown> =>
  ask("POST", `connections/${encodeURIComponent(connectionId)}/${action}`, {});

export const control = {
  connections: () => ask<{ items: OpenConnection[] }>("GET", "connections"),
  outbox: () => ask<{ items: OutboxEntry[] }>("GET", "outbox"),
  state: () => ask<EmulatorState>("GET", "state"),
  notify: (notification: EmulatorNotification) =>
    ask<EmulatorDelivery>("POST", "notifications", notification),
  cut: (connectionId: string) => onSocket(connectionId, "cut"),
  kick: (connectionId: string) => onSocket(connectionId, "kick"),
  expireTokens: (connectionId: string) => onSocket(connectionId, "expire-tokens"),
  addNamespace: (name: string) => ask("POST", "namespaces", { name }),
  removeNamespace: (name: string) => ask("DELETE", `namespaces/${encodeURIComponent(name)}`),
  issueAccessToken: (userId: string, expiresInMs: number) =>
    ask<IssuedAccessToken>("POST", "access-tokens", { userId, expiresInMs }),
  faults: () => ask<FaultState>("GET", "faults"),
  setFaults: (faults: readonly EmulatorFault[]) => ask("PUT", "faults", { faults }),
  reset: () => ask("POST", "reset", {}),
};
