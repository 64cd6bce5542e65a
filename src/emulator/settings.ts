import * as v from "valibot";
import { GatewayError } from "../errors.js";
import { limitSettings, type EmulatorLimits } from "./limits.js";
import {
  anyText,
  milliseconds,
  objectOf,
  oneOf,
  positive,
  positiveOrNull,
  readWith,
  textOrNull,
  wholeNumberOf,
  yesNo,
  type FieldSchema,
} from "./schema/schema.js";

/**
 * Behaviour that GS2 does not document, or documents in two ways, and choices of the emulator. Each
 * has a default; change one to see whether a game depends on it. "Assumed": no public source
 * confirms it. "AWS": taken from the published quotas of AWS API Gateway sockets, assumed for GS2.
 * What is assumed and no setting is listed in `docs/behaviour.md`.
 */
export interface EmulatorSettings extends EmulatorLimits {
  /**
   * Lifetime of a project token, in seconds: `expires_in` of the login. Default 3,600 (assumed; the
   * unit is seen in the official SDKs).
   */
  projectTokenExpiresInSeconds: number;
  /**
   * Lifetime of a player's access token from `issueAccessToken`, in milliseconds. Default 3,600,000
   * (GS2 reference).
   */
  accessTokenExpiresInMs: number;
  /**
   * Whether a session ends when the access token it was bound with expires. Default false
   * (assumed).
   */
  accessTokenExpiryEndsSession: boolean;
  /**
   * A longer access token is refused with 400, in characters; null: no limit. Default null (our
   * choice: the reference of GS2-Gateway says 128, that of GS2-Auth 1,024).
   */
  accessTokenMaxLength: number | null;
  /**
   * `setUserId` over REST without a connectionId: bind the `latest` socket of that client that is
   * not bound yet, or `reject` it with 400. Default `latest` (assumed: the reference requires the
   * field, but neither its samples nor the official SDKs send it).
   */
  restSetUserIdWithoutConnectionId: "latest" | "reject";
  /**
   * Status of every conflict: a refused exclusive `setUserId`, a namespace whose name is taken, a
   * running job with `checkWhileRunning` 409. Default 409 (GS2 reference for a conflict in general,
   * seen in the official SDKs for `setUserId`; the Go SDK takes only 405 on the socket).
   */
  conflictStatus: 409 | 405;
  /**
   * Message of a refused exclusive `setUserId`. Default `gateway.webSocketSession.error.conflict`
   * (assumed).
   */
  conflictMessage: string;
  /**
   * A concurrent `setUserId` beside an exclusive session is `accepted`, or a `conflict`. Default
   * `accepted` (two pages of GS2 disagree).
   */
  concurrentBesideExclusive: "accepted" | "conflict";
  /**
   * The user's sessions on other sockets when a concurrent `setUserId` is accepted: they `stay`, or
   * are `cut`. Default `stays` (GS2 reference; the overview page of GS2-Gateway says that the old
   * session is disconnected).
   */
  onConcurrentOldSession: "stays" | "cut";
  /**
   * An exclusive `setUserId` beside the session of another client, without force: a `conflict`, or
   * it `replaces` that session, which is cut. Default `conflict` (GS2 reference; the reference for
   * game engines says that the old connection is cut).
   */
  exclusiveBesideOthers: "conflict" | "replaces";
  /**
   * An exclusive `setUserId` is accepted where `any` other session of the user has its sessionId,
   * or only where `every` one has. Default `any` (GS2 reference).
   */
  sessionIdMatches: "any" | "every";
  /**
   * The session that a refused bind conflicts with: it `stays`, or it is `cut` all the same.
   * Default `stays` (assumed).
   */
  onConflictOldSession: "stays" | "cut";
  /**
   * The old socket when a client reconnects with its sessionId: it is `cut`, or it `stays` bound.
   * Sockets with another sessionId stay. Default `cut` (assumed).
   */
  onSameSessionIdOldSession: "cut" | "stays";
  /**
   * Whether a socket that binds the same user again conflicts with its own session. Default false
   * (assumed).
   */
  sameSocketConflictsWithItself: boolean;
  /**
   * Whether binding a second user or namespace keeps a socket's first session. Default true
   * (assumed).
   */
  severalSessionsPerSocket: boolean;
  /**
   * Recipients of a notification: `all` sessions of the user in the namespace, or the one bound
   * `latest`. Default `all` (assumed).
   */
  notificationGoesTo: "all" | "latest";
  /**
   * Which field of a GS2 service's notification holds its key; the other is empty. Default `both`
   * (each is seen alone in the official SDKs and samples).
   */
  serviceNotificationKeyIn: "both" | "subject" | "issuer";
  /**
   * Issuer of the notifications of `sendNotification`. Default `Gs2Gateway:SendNotification`
   * (assumed).
   */
  customNotificationIssuer: string;
  /**
   * `protocol` in the reply of `sendNotification` when it was sent to a session. Default
   * `WebSocket` (assumed).
   */
  protocolOfSocket: string;
  /** The same when it was sent neither to a session nor to a device. Default null (assumed). */
  protocolWhenUndelivered: string | null;
  /** The same when it was forwarded to the player's mobile device. Default `Firebase` (assumed). */
  protocolOfMobile: string;
  /**
   * `sendMobileNotificationByUserId` to a player without a Firebase token: `notFound` gets 404,
   * `ignored` the reply of a sent one. Default `notFound` (assumed).
   */
  mobileNotificationWithoutToken: "notFound" | "ignored";
  /**
   * `sendMobileNotificationByUserId` in a namespace without a firebaseSecret: `ignored` gets the
   * reply of a sent one, `badRequest` 400. Default `ignored` (assumed).
   */
  mobileNotificationWithoutSecret: "ignored" | "badRequest";
  /**
   * What `disconnectByUserId` ends: the `sockets` of the user's sessions in the namespace, with all
   * that is bound on them, or those `sessions` alone. Default `sockets` (assumed).
   */
  disconnectByUserIdEnds: "sockets" | "sessions";
  /**
   * What `disconnectAll` ends: the `sockets` of the sessions in the namespace, with all that is
   * bound on them, or those `sessions` alone. Default `sockets` (assumed).
   */
  disconnectAllEnds: "sockets" | "sessions";
  /** `status` in the reply of `getNamespaceStatus`. Default `ACTIVE` (assumed). */
  namespaceStatus: string;
  /**
   * `createNamespace` with a name that is taken: a `conflict`, or a `badRequest`. Default
   * `conflict` (assumed).
   */
  namespaceNameTaken: "conflict" | "badRequest";
  /**
   * What `updateNamespace` does to a field that is left out or null: it `keeps` or `clears` it.
   * Default `keeps` (assumed).
   */
  updateNamespaceOmitted: "keeps" | "clears";
  /**
   * Whether a field whose `condition` does not hold is refused with 400. Default false: it is
   * ignored (assumed).
   */
  strictConditions: boolean;
  /**
   * Whether a field that the GS2 reference marks as required under a condition is refused with 400
   * when it is missing then. Default false: all these fields have a default, which is filled in
   * (assumed; the official SDKs read it so).
   */
  strictRequiredConditions: boolean;
  /** `revision` of a new item; each change adds 1. Default 0 (GS2 reference). */
  firstRevision: 0 | 1;
  /**
   * Whether each entry of the error list of a call has a `code`, which is empty. Default true (the
   * official SDKs for PHP and Java require it; those for other languages read either form).
   */
  errorEntriesHaveCode: boolean;
  /**
   * A call with the duplicationAvoider of an earlier one: `honour` repeats the reply without an
   * effect, `ignore` runs it again. They end with a restart, with `data` too. Default `honour`
   * (assumed).
   */
  duplicationAvoider: "honour" | "ignore";
  /** How long a reply is kept for that, in milliseconds. Default 3,600,000 (our choice). */
  duplicationAvoiderLastsMs: number;
  /**
   * How long a dump, clean or import of user data takes, in milliseconds. Default 0: it takes
   * effect at once (our choice).
   */
  jobDurationMs: number;
  /**
   * Reply of the `check...` calls while it runs: an error 404 or 409 (by `conflictStatus`), or 200
   * with a `nullUrl`; for a clean 200 as when it is done. Default 404 (assumed).
   */
  checkWhileRunning: 404 | 409 | "nullUrl";
  /** Whether cleaning user data also cuts the user's sockets. Default false (assumed). */
  cleanCutsSessions: boolean;
  /**
   * Whether an import first removes what the user had. Default false: it only adds and overwrites
   * (assumed).
   */
  importReplaces: boolean;
  /**
   * Close code of a socket the server cuts; 1006 cuts the connection without a close frame. Default
   * 1000 (assumed).
   */
  closeCodeOnCut: number;
  /**
   * A socket without a frame in either direction is cut after this many milliseconds; null: never.
   * Default 600,000 (AWS).
   */
  idleTimeoutMs: number | null;
  /** A socket is cut so many milliseconds after opening; null: never. Default 7,200,000 (AWS). */
  lifetimeMs: number | null;
  /**
   * A socket that sends a longer message is closed with 1009, in bytes; null: no limit. Default
   * 131,072 (AWS).
   */
  maxMessageBytes: number | null;
  /** Region in the GRNs of models. Default `ap-northeast-1` (our choice). */
  region: string;
  /** `owner_id` of the login, and owner in all GRNs. Default `owner-0001` (our choice). */
  ownerId: string;
}

const isCloseCode = (code: number): boolean =>
  code === 1000 || code === 1006 || (code >= 3000 && code <= 4999);

/** The one table of settings: what each takes, and its default. */
const settings = {
  projectTokenExpiresInSeconds: v.optional(positive, 3600),
  accessTokenExpiresInMs: v.optional(positive, 3_600_000),
  accessTokenExpiryEndsSession: v.optional(yesNo, false),
  accessTokenMaxLength: v.optional(positiveOrNull, null),
  restSetUserIdWithoutConnectionId: v.optional(oneOf("latest", "reject"), "latest"),
  conflictStatus: v.optional(oneOf(409, 405), 409),
  conflictMessage: v.optional(anyText, "gateway.webSocketSession.error.conflict"),
  concurrentBesideExclusive: v.optional(oneOf("accepted", "conflict"), "accepted"),
  onConcurrentOldSession: v.optional(oneOf("stays", "cut"), "stays"),
  exclusiveBesideOthers: v.optional(oneOf("conflict", "replaces"), "conflict"),
  sessionIdMatches: v.optional(oneOf("any", "every"), "any"),
  onConflictOldSession: v.optional(oneOf("stays", "cut"), "stays"),
  onSameSessionIdOldSession: v.optional(oneOf("cut", "stays"), "cut"),
  sameSocketConflictsWithItself: v.optional(yesNo, false),
  severalSessionsPerSocket: v.optional(yesNo, true),
  notificationGoesTo: v.optional(oneOf("all", "latest"), "all"),
  serviceNotificationKeyIn: v.optional(oneOf("both", "subject", "issuer"), "both"),
  customNotificationIssuer: v.optional(anyText, "Gs2Gateway:SendNotification"),
  protocolOfSocket: v.optional(anyText, "WebSocket"),
  protocolWhenUndelivered: v.optional(textOrNull, null),
  protocolOfMobile: v.optional(anyText, "Firebase"),
  mobileNotificationWithoutToken: v.optional(oneOf("notFound", "ignored"), "notFound"),
  mobileNotificationWithoutSecret: v.optional(oneOf("ignored", "badRequest"), "ignored"),
  disconnectByUserIdEnds: v.optional(oneOf("sockets", "sessions"), "sockets"),
  disconnectAllEnds: v.optional(oneOf("sockets", "sessions"), "sockets"),
  namespaceStatus: v.optional(anyText, "ACTIVE"),
  namespaceNameTaken: v.optional(oneOf("conflict", "badRequest"), "conflict"),
  updateNamespaceOmitted: v.optional(oneOf("keeps", "clears"), "keeps"),
  strictConditions: v.optional(yesNo, false),
  strictRequiredConditions: v.optional(yesNo, false),
  firstRevision: v.optional(oneOf(0, 1), 0),
  errorEntriesHaveCode: v.optional(yesNo, true),
  duplicationAvoider: v.optional(oneOf("honour", "ignore"), "honour"),
  duplicationAvoiderLastsMs: v.optional(positive, 3_600_000),
  jobDurationMs: v.optional(milliseconds, 0),
  checkWhileRunning: v.optional(oneOf(404, 409, "nullUrl"), 404),
  cleanCutsSessions: v.optional(yesNo, false),
  importReplaces: v.optional(yesNo, false),
  closeCodeOnCut: v.optional(wholeNumberOf("1000, 1006 or 3000 to 4999", isCloseCode), 1000),
  idleTimeoutMs: v.optional(positiveOrNull, 600_000),
  lifetimeMs: v.optional(positiveOrNull, 7_200_000),
  maxMessageBytes: v.optional(positiveOrNull, 131_072),
  region: v.optional(anyText, "ap-northeast-1"),
  ownerId: v.optional(anyText, "owner-0001"),
  ...limitSettings,
} satisfies { readonly [Name in keyof EmulatorSettings]: FieldSchema<EmulatorSettings[Name]> };

export const settingsSchema = objectOf(settings);

/** The given settings over the defaults. */
export const readSettings = (given: Readonly<Partial<EmulatorSettings>> = {}): EmulatorSettings =>
  readWith("startEmulator", settingsSchema, given);

export const invalid = (message: string): GatewayError =>
  new GatewayError({ kind: "invalidArgument", message });
