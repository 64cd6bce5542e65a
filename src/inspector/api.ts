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
  /** The faults that were set last, exhausted ones included. */
  readonly faults: readonly EmulatorFaultReport[];
  readonly known: KnownFaults;
}

/** A wrong field of a request. */
export interface FieldRefusal {
  /** E.g. `faults[0].delayMs`. */
  readonly field: string;
  readonly message: string;
}

/** A request that the emulator refused; its messages are English. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly errors: readonly FieldRefusal[],
  ) {
    super(message);
  }
}

async function request<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
  const response = await fetch(`/_emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reply: unknown = await response.json().catch(() => ({}));
  if (response.ok) return reply as Reply;
  const { message, errors = [] } = reply as { message?: string; errors?: FieldRefusal[] };
  throw new Refusal(message ?? `HTTP ${response.status}`, errors);
}

const onSocket = (connectionId: string, action: string): Promise<unknown> =>
  request("POST", `connections/${encodeURIComponent(connectionId)}/${action}`, {});

/** The emulator's control plane. */
export const api = {
  connections: () => request<{ items: OpenConnection[] }>("GET", "connections"),
  outbox: () => request<{ items: OutboxEntry[] }>("GET", "outbox"),
  state: () => request<EmulatorState>("GET", "state"),
  notify: (notification: EmulatorNotification) =>
    request<EmulatorDelivery>("POST", "notifications", notification),
  cut: (connectionId: string) => onSocket(connectionId, "cut"),
  kick: (connectionId: string) => onSocket(connectionId, "kick"),
  expireTokens: (connectionId: string) => onSocket(connectionId, "expire-tokens"),
  addNamespace: (name: string) => request("POST", "namespaces", { name }),
  removeNamespace: (name: string) => request("DELETE", `namespaces/${encodeURIComponent(name)}`),
  issueAccessToken: (userId: string, expiresInMs: number) =>
    request<IssuedAccessToken>("POST", "access-tokens", { userId, expiresInMs }),
  faults: () => request<FaultState>("GET", "faults"),
  setFaults: (faults: readonly EmulatorFault[]) => request("PUT", "faults", { faults }),
  reset: () => request("POST", "reset", {}),
};
