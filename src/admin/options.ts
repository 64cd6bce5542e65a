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
  /** The Gateway namespace of every call that names none. At most 128 characters. */
  namespaceName?: string | undefined;
  /** Of a project user with the rights the methods need. A secret with such rights belongs on a server, never into a page players load. */
  credential: Credential;
  /** Default: GS2 itself. `emulatorEndpoints` gives those of an emulator. */
  endpoints?: Endpoints | undefined;
  /** How long a call may take, with login, repeats and the waits between them. Default 10,000. */
  callTimeoutMs?: number | undefined;
  /** Default: that of the host. */
  fetch?: FileFetch | undefined;
  /** Hears what is nobody's rejected promise. Default: `console`; false: nobody. */
  logger?: Logger | false | undefined;
}

/** `timeoutMs` by default: `callTimeoutMs`. */
export interface AdminCallOptions extends AbortOptions {
  /**
   * On methods that take one: lets the server know a repeat of the same call. Printable ASCII. Default: a new one for each call, the same on
   * its repeats. GS2 does not say what it does with it.
   */
  duplicationAvoider?: string | undefined;
}

/** What a method takes: the namespace may be left out where the client has a default. */
export type AdminParams<Request> = Omit<Request, "namespaceName"> &
  (Request extends InNamespace ? Partial<InNamespace> : unknown);

/** The value of a notification: that of its key where `subject` is one, else anything JSON can say; or its text, which goes out as it is. */
export type PayloadFor<Subject> = Subject extends NotificationKey
  ? NotificationMap[Subject] | string
  : NonNullable<unknown>;

/** A request whose payload may be a value. It is written as JSON, of at most 1,024 characters. */
export type WithPayload<Request, Subject> = Omit<AdminParams<Request>, "subject" | "payload"> & {
  /** At most 128 characters; 256 for a mobile notification. */
  subject: Subject;
  payload: PayloadFor<Subject>;
};

/** Any text; the known keys are offered. */
export type AnySubject = NotificationKey | (string & Record<never, never>);

/** What every user of a run is sent. */
export type NotificationToUsers<Subject> = Omit<
  WithPayload<SendNotificationRequest, Subject>,
  "userId"
>;

/** What became of one user of a run. */
export type UserResult =
  | {
      readonly userId: string;
      /** `delivered`: to a live session. `forwarded`: to the player's phone. `nobody`: there was no one to take it, and GS2 keeps no queue. */
      readonly outcome: "delivered" | "forwarded" | "nobody";
      readonly error?: undefined;
    }
  | {
      readonly userId: string;
      readonly outcome: "failed";
      /** Where its `outcome` is `unknown` the user may have got it; else not. */
      readonly error: GatewayError;
    };

/** How many users had which end. */
export interface RunSummary {
  delivered: number;
  forwarded: number;
  nobody: number;
  failed: number;
}

export interface RunOptions {
  /** Calls under way at a time, 1 to 1,000. Default 16. */
  concurrency?: number | undefined;
  /** Takes no further user. What is under way is waited for, and told, before the run rejects with kind `aborted`. */
  signal?: AbortSignal | undefined;
  /** Told of each user once; the run waits for its promise before it takes another in place of this one. If it fails, the run stops. */
  onResult?: ((result: UserResult) => unknown) | undefined;
  /** How long a single call may take. Default `callTimeoutMs`. */
  timeoutMs?: number | undefined;
  /** Name of the run. Resumed under the same name, each user's call has the same duplicationAvoider as before. Printable ASCII. */
  runId?: string | undefined;
}

/** Where a job with user data stands. */
export interface JobProgress {
  /** In this order; export and erase begin with `starting`, an import with `preparing`. */
  readonly step: "preparing" | "uploading" | "starting" | "checking";
  /** How often it was asked whether the job is done. */
  readonly checks: number;
  readonly elapsedMs: number;
}

export interface JobOptions {
  /** Stops waiting; the job at GS2 goes on. */
  signal?: AbortSignal | undefined;
  /** For the whole job. Default 600,000. */
  timeoutMs?: number | undefined;
  /** Called at the start of each step and before each check. */
  onProgress?: ((progress: JobProgress) => unknown) | undefined;
}

/** A file to import: its text, its bytes, or a value that is written as JSON. */
export type ImportData = string | Blob | ArrayBuffer | ArrayBufferView | object;
