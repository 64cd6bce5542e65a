import type { Logger } from "../core/diagnostics.js";
import type { GatewayError } from "../errors.js";
import type { FileFetch } from "../http/upload.js";
import type { AbortOptions } from "../core/deferred.js";
import type { Credential } from "../session/session.js";
import type { InNamespace, SendNotificationRequest } from "../wire/requests.js";
import type { NotificationKey, NotificationMap } from "../wire/notifications.js";
import type { Endpoints, Region } from "../wire/endpoints.js";

export interface GatewayAdminOptions {
  /** Default `ap-northeast-1`. */
  region?: Region | undefined;
  /** The Gateway namespace of calls without `namespaceName`. At most 128 characters. */
  namespaceName?: string | undefined;
  /**
   * Of a project user with the rights the methods need. Keep such a secret on a server, never in a
   * page that players load.
   */
  credential: Credential;
  /** Default: GS2 itself. `emulatorEndpoints` makes those of an emulator. */
  endpoints?: Endpoints | undefined;
  /** Deadline of a call in milliseconds, including login, repeats and waits. Default 10,000. */
  callTimeoutMs?: number | undefined;
  /** Default: the global `fetch`. */
  fetch?: FileFetch | undefined;
  /** Gets the diagnostics, which reject no promise. Default: `console`; false: none. */
  logger?: Logger | false | undefined;
}

/** The default of `timeoutMs` is `callTimeoutMs`. */
export interface AdminCallOptions extends AbortOptions {
  /**
   * For methods that take one: marks repeats of the same call. Printable ASCII. Default: a new one
   * for each call, the same for its repeats. GS2 does not document its effect.
   */
  duplicationAvoider?: string | undefined;
  /**
   * The server checks the call and does not execute it (seen in the official SDKs for C# and Go;
   * its reply is not documented). Default: not sent.
   */
  dryRun?: boolean | undefined;
  /**
   * Your own ID of the request, for GS2's logs (seen in the official TypeScript SDK). Printable
   * ASCII. Default: none.
   */
  requestId?: string | undefined;
  /**
   * Passed on with the call, as scripts and other services do (seen in the official SDKs). Default:
   * none.
   */
  contextStack?: string | undefined;
}

export interface GetProjectTokenOptions {
  /**
   * The greatest age of the token in milliseconds, 0 or more. Pass a few seconds when GS2 refused a
   * token that you handed out: there is one login in that time at most, however many players ask.
   * Default: none, so that a token is used for nine tenths of its life.
   */
  maxAgeMs?: number | undefined;
}

/** Parameters of a method; `namespaceName` is optional, since the admin has a default. */
export type AdminParams<Request> = Omit<Request, "namespaceName"> &
  (Request extends InNamespace ? Partial<InNamespace> : unknown);

/** A bind names its connection: over REST there is no socket that the server could take. */
export type WithConnection<Request> = Request & {
  /**
   * The connection to bind, as a session names it; at most 128 characters. The GS2 reference
   * requires it; its samples and the official SDKs leave it out, for which GS2 documents no effect.
   */
  connectionId: string;
};

/**
 * The payload of a notification: the type of its key where `subject` is a known key, else any JSON
 * value; or a text, which is sent as it is.
 */
export type PayloadFor<Subject> = Subject extends NotificationKey
  ? NotificationMap[Subject] | string
  : NonNullable<unknown>;

/** A request whose payload is written as JSON, of at most 1,024 characters. */
export type WithPayload<Request, Subject> = Omit<AdminParams<Request>, "subject" | "payload"> & {
  /**
   * At most 128 characters; 256 for a mobile notification. It is the key that the game passes to
   * `gateway.on`.
   */
  subject: Subject;
  payload: PayloadFor<Subject>;
};

/** Any text; editors suggest the known keys. */
export type AnySubject = NotificationKey | (string & Record<never, never>);

/** The notification that every user of a run gets. */
export type NotificationToUsers<Subject> = Omit<
  WithPayload<SendNotificationRequest, Subject>,
  "userId"
>;

/** The result for one user of a run. */
export type UserResult =
  | {
      readonly userId: string;
      /**
       * `delivered`: to a live session. `forwarded`: to the player's device. `undelivered`: the
       * user had neither a live session nor a device; that GS2 keeps no queue is assumed.
       */
      readonly outcome: "delivered" | "forwarded" | "undelivered";
      readonly error?: undefined;
    }
  | {
      readonly userId: string;
      readonly outcome: "failed";
      /** With `outcome: "unknown"` the user may have got the notification; else not. */
      readonly error: GatewayError;
    };

/** Number of users by outcome. */
export interface RunSummary {
  delivered: number;
  forwarded: number;
  undelivered: number;
  failed: number;
}

export interface RunOptions {
  /** Calls sent at a time, 1 to 1,000. Default 16. */
  concurrency?: number | undefined;
  /**
   * Stops the run: no further user is taken. Calls that were sent are waited for and passed to
   * `onResult` before the run rejects with kind `aborted`.
   */
  signal?: AbortSignal | undefined;
  /**
   * Called once for each user. The run waits for its promise before it takes the next user. When it
   * throws or rejects, the run stops.
   */
  onResult?: ((result: UserResult) => unknown) | undefined;
  /** Deadline of each call in milliseconds. Default `callTimeoutMs`. */
  timeoutMs?: number | undefined;
  /**
   * Name of the run. A run that is resumed under the same name sends each user's call with the same
   * duplicationAvoider. Printable ASCII.
   */
  runId?: string | undefined;
}

/** Progress of a user data job. */
export interface JobProgress {
  /** In this order. Export and erase begin with `starting`, an import with `preparing`. */
  readonly step: "preparing" | "uploading" | "starting" | "checking";
  /** Number of checks so far. */
  readonly checks: number;
  readonly elapsedMs: number;
}

export interface JobOptions {
  /** Stops waiting; the job continues at GS2. */
  signal?: AbortSignal | undefined;
  /** Deadline of the whole job in milliseconds. Default 600,000. */
  timeoutMs?: number | undefined;
  /** Called at the start of each step and before each check. */
  onProgress?: ((progress: JobProgress) => unknown) | undefined;
}

/** A file to import: its text, its bytes, or a value that is written as JSON. */
export type ImportData = string | Blob | ArrayBuffer | ArrayBufferView | object;
