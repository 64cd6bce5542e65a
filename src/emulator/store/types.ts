import type { FirebaseToken, Namespace, WebSocketSession } from "../../wire/models.js";
import type { EmulatorSettings } from "../settings.js";
import type { Ids } from "./ids.js";
import type { OutboxEntry } from "./outbox.js";
import type { ChangeCounter } from "./trackedMap.js";

export interface EmulatorCredential {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly openedAt: number;
  lastActiveAt: number;
  /** From a login on this socket. Requests on it that carry no project token use this one. */
  projectToken?: string;
  /** The client of the project token that the connection used last. */
  clientId?: string;
  /** Keys of {@link Store.sessions} under which this connection holds a session. */
  readonly players: Set<string>;
}

export interface BoundSession {
  readonly session: WebSocketSession;
  /** Bound with `allowConcurrentAccess: false`. */
  readonly isExclusive: boolean;
  /** Expiry of the access token that `setUserId` was called with; undefined: never. */
  readonly tokenExpiresAt: number | undefined;
}

/** Made by `prepareImportUserDataByUserId`; a PUT to its URL sets the text. */
export interface Upload {
  readonly userId: string;
  /** As received, not validated; undefined: nothing was received yet. */
  readonly text?: string | undefined;
}

export type JobKind = "dump" | "clean" | "import";

/** A dump, clean or import of a user's data. It takes effect when it is done. */
export interface Job {
  readonly kind: JobKind;
  readonly userId: string;
  /** Only of an import. */
  readonly uploadToken?: string | undefined;
  readonly startedAt: number;
  readonly dueAt: number;
  /** Once the job is done: its file. The text is empty where the job writes none. */
  readonly done?: { readonly at: number; readonly fileId: string; readonly text: string };
}

/** The body of a successful call with a duplicationAvoider. */
export interface IdempotencyEntry {
  readonly body: unknown;
  readonly expiresAt: number;
}

/** Work outside the store that a change asks for. The engine performs it. */
export type Effect =
  | {
      readonly kind: "deliver";
      readonly connectionIds: readonly string[];
      readonly notification: {
        readonly issuer: string;
        readonly subject: string;
        readonly payload: string;
      };
    }
  | {
      readonly kind: "close";
      readonly connectionId: string;
      readonly reason: string;
      /** Default: the setting `closeCodeOnCut`. */
      readonly code?: number | undefined;
    }
  /** A push, sent or not. Nothing leaves the emulator. */
  | { readonly kind: "mobile"; readonly entry: OutboxEntry };

/**
 * The emulator's state. Handlers and controls change it and do nothing else: no sockets, timers or
 * random numbers. The time is an argument, identifiers come from the seeded `ids`.
 */
export interface Store {
  readonly settings: EmulatorSettings;
  readonly strict: boolean;
  readonly credentials: readonly EmulatorCredential[];
  readonly ids: Ids;
  /** Base address of the files that the emulator serves. Known once it listens. */
  readonly url: () => string;
  /** Counts changes of the maps marked durable. */
  readonly changes: ChangeCounter;
  /** Durable. */
  readonly namespaces: Map<string, Namespace>;
  /** Durable. */
  readonly projectTokens: Map<string, { readonly clientId: string; readonly expiresAt: number }>;
  /** Durable. */
  readonly accessTokens: Map<string, { readonly userId: string; readonly expiresAt: number }>;
  /** In the order of opening. */
  readonly connections: Map<string, Connection>;
  /** By player key, then by connection, in the order of binding. */
  readonly sessions: Map<string, Map<string, BoundSession>>;
  /** By player key. Durable. */
  readonly firebaseTokens: Map<string, FirebaseToken>;
  /** By upload token. Durable. */
  readonly uploads: Map<string, Upload>;
  /** By job key. Durable. */
  readonly jobs: Map<string, Job>;
  /** Oldest first. */
  readonly idempotencyCache: Map<string, IdempotencyEntry>;
}
