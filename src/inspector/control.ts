import type { Namespace, WebSocketSession } from "../wire/models.js";

/** What the emulator answers under `/_emulator`, as far as the page reads it. */
export interface OpenSocket {
  readonly connectionId: string;
  readonly openedAt: number;
  readonly clientId: string | null;
  readonly sessions: readonly WebSocketSession[];
}

export interface OutboxItem {
  readonly at: number;
  readonly namespaceName: string;
  readonly userId: string;
  readonly subject: string;
  readonly payload: string;
  readonly sound: string | null;
  readonly token: string | null;
  readonly sent: boolean;
  readonly reason: string;
}

export interface WorldState {
  readonly namespaces: readonly Namespace[];
  readonly accessTokens: readonly AccessToken[];
}

interface AccessToken {
  readonly accessToken: string;
  readonly userId: string;
  readonly expiresAt: number;
}

export interface Notification {
  readonly userId: string;
  readonly namespaceName?: string;
  readonly key?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly payload: unknown;
  readonly enableTransferMobileNotification?: boolean;
  readonly sound?: string;
}

export interface Delivery {
  readonly protocol: string | null;
  readonly sendConnectionIds: readonly string[];
  readonly reason?: string;
}

/** A fault as it is set: its name, whom it is for, how often, and parameters of its own. */
export type GivenFault = { readonly fault: string } & Readonly<Record<string, unknown>>;

export type FaultReport = GivenFault & { readonly struck: number; readonly spent: boolean };

export interface FaultState {
  /** Those that were set, the spent ones too. */
  readonly faults: readonly FaultReport[];
  /** All there are: what each does, and what its parameters take, in words. */
  readonly known: Readonly<
    Record<string, { readonly says: string; readonly takes: Readonly<Record<string, string>> }>
  >;
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
  connections: () => ask<{ items: OpenSocket[] }>("GET", "connections"),
  outbox: () => ask<{ items: OutboxItem[] }>("GET", "outbox"),
  state: () => ask<WorldState>("GET", "state"),
  notify: (notification: Notification) => ask<Delivery>("POST", "notifications", notification),
  cut: (connectionId: string) => onSocket(connectionId, "cut"),
  kick: (connectionId: string) => onSocket(connectionId, "kick"),
  expireTokens: (connectionId: string) => onSocket(connectionId, "expire-tokens"),
  addNamespace: (name: string) => ask("POST", "namespaces", { name }),
  removeNamespace: (name: string) => ask("DELETE", `namespaces/${encodeURIComponent(name)}`),
  issueAccessToken: (userId: string, expiresInMs: number) =>
    ask<AccessToken>("POST", "access-tokens", { userId, expiresInMs }),
  faults: () => ask<FaultState>("GET", "faults"),
  setFaults: (faults: readonly GivenFault[]) => ask("PUT", "faults", { faults }),
  reset: () => ask("POST", "reset", {}),
};
