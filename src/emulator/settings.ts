import { GatewayError } from "../errors.js";

/**
 * What GS2 does not say, or says in two ways, and what is ours to choose. Each has a default; set one to see whether a game depends on it.
 * "Assumed": no public source confirms it. "AWS": taken from the published quotas of AWS API Gateway sockets, assumed for GS2.
 */
export interface EmulatorSettings {
  /** Life of a project token, in seconds: `expires_in` of the login. Default 3,600 (assumed; the unit is seen in the official SDKs). */
  projectTokenExpiresInSeconds: number;
  /** Life of a player's access token from `issueAccessToken`, in milliseconds. Default 3,600,000 (GS2 reference). */
  accessTokenExpiresInMs: number;
  /** Whether a session ends when the access token it was bound with expires. Default false (assumed). */
  accessTokenExpiryEndsSession: boolean;
  /**
   * `setUserId` over REST without a connectionId: `reject` it with 400, or bind the `latest` socket of that client that is not bound yet. Default `reject`
   * (assumed: the reference requires the field, the official SDKs cannot send it).
   */
  restSetUserIdWithoutConnectionId: "reject" | "latest";
  /** Status of a refused exclusive `setUserId`. Default 409 (seen in the official SDKs; the Go SDK takes 405 for it on the socket). */
  conflictStatus: 409 | 405;
  /** Message of that refusal. Default `gateway.webSocketSession.error.conflict` (assumed). */
  conflictMessage: string;
  /** What becomes of the session that was in the way: it `stays`, or it is `cut` though the newcomer is refused. Default `stays` (assumed). */
  onConflictOldSession: "stays" | "cut";
  /** What becomes of the old socket when a client comes back with its sessionId: it is `cut`, or it `stays` bound. Default `cut` (assumed). */
  onSameSessionIdOldSession: "cut" | "stays";
  /** Whether a socket that binds the same user again conflicts with its own session. Default false (assumed). */
  sameSocketConflictsWithItself: boolean;
  /** Whether binding a second user or namespace leaves a socket's first session standing. Default true (assumed). */
  severalSessionsPerSocket: boolean;
  /** Who hears a notification: `all` sessions of the user in the namespace, or the one bound `latest`. Default `all` (assumed). */
  notificationGoesTo: "all" | "latest";
  /** Which field of a GS2 service's notification holds its key; the other is empty. Default `both` (each is seen alone in the official SDKs and samples). */
  serviceNotificationKeyIn: "both" | "subject" | "issuer";
  /** Issuer of what `sendNotification` sends. Default `Gs2Gateway:SendNotification` (assumed). */
  customNotificationIssuer: string;
  /** `protocol` in the answer of `sendNotification` when a session took it. Default `WebSocket` (assumed). */
  protocolOfSocket: string;
  /** The same when nobody took it. Default null (assumed). */
  protocolOfNobody: string | null;
  /** The same when it was forwarded to the player's mobile device. Default `Firebase` (assumed). */
  protocolOfMobile: string;
  /**
   * `sendMobileNotificationByUserId` to a player without a Firebase token: `notFound` answers 404, `ignored` answers as if it went out.
   * Default `notFound` (assumed).
   */
  mobileNotificationWithoutToken: "notFound" | "ignored";
  /** `status` in the answer of `getNamespaceStatus`. Default `ACTIVE` (assumed). */
  namespaceStatus: string;
  /** What `updateNamespace` does to a field that is left out or null: it `keeps` or `clears` it. Default `keeps` (assumed). */
  updateNamespaceOmitted: "keeps" | "clears";
  /** Whether a field whose `condition` does not hold is refused with 400. Default false: it is passed over (assumed). */
  strictConditions: boolean;
  /**
   * A call with the duplicationAvoider of one before: `honour` answers as before and does nothing, `ignore` does it again. A restart forgets
   * them, with `data` too. Default `honour` (assumed).
   */
  duplicationAvoider: "honour" | "ignore";
  /** For how long an answer is kept for that, in milliseconds. Default 3,600,000 (our choice). */
  duplicationAvoiderLastsMs: number;
  /** How long a dump, clean or import of user data takes, in milliseconds. Default 0: it is done at once (our choice). */
  jobDurationMs: number;
  /** What the `check...` calls answer while it runs: an error 404 or 409, or 200 with a `nullUrl`, for a clean 200. Default 404 (assumed). */
  checkWhileRunning: 404 | 409 | "nullUrl";
  /** Whether cleaning user data also cuts the user's sockets. Default false (assumed). */
  cleanCutsSessions: boolean;
  /** Whether an import first removes what the user had. Default false: it only adds and overwrites (assumed). */
  importReplaces: boolean;
  /** Close code of a socket the server cuts; 1006 cuts the line without a close frame. Default 1000 (assumed). */
  closeCodeOnCut: number;
  /** A socket without a frame in either direction is cut after this many milliseconds; null: never. Default 600,000 (AWS). */
  idleTimeoutMs: number | null;
  /** A socket is cut this many milliseconds after it opened; null: never. Default 7,200,000 (AWS). */
  lifetimeMs: number | null;
  /** A socket that sends a longer message is closed with 1009, in bytes; null: no limit. Default 131,072 (AWS). */
  maxMessageBytes: number | null;
  /** A longer request body, after gunzip, is refused with 413, in bytes. Default 1,048,576 (our choice). */
  maxBodyBytes: number;
  /** A socket with more bytes than this waiting to be read by a slow client is dropped. Default 4,194,304 (our choice). */
  maxUnsentBytes: number;
  /** Region in the GRNs of models. Default `ap-northeast-1` (our choice). */
  region: string;
  /** `owner_id` of the login, and owner in the GRNs of models. Default `owner-0001` (our choice). */
  ownerId: string;
}

export interface Setting<T> {
  readonly default: T;
  readonly expected: string;
  readonly isValid: (value: unknown) => boolean;
}

export const oneOf = <T extends string | number>(first: T, ...others: T[]): Setting<T> => ({
  default: first,
  expected: [first, ...others].map((value) => JSON.stringify(value)).join(" or "),
  isValid: (value) => [first, ...others].includes(value as T),
});

const yesNo = (value: boolean): Setting<boolean> => ({
  default: value,
  expected: "true or false",
  isValid: (given) => typeof given === "boolean",
});

export const text = (value: string): Setting<string> => ({
  default: value,
  expected: "a text",
  isValid: (given) => typeof given === "string",
});

const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value > 0;

const count = (value: number): Setting<number> => ({
  default: value,
  expected: "a number above 0",
  isValid: isCount,
});

const countOrOff = (value: number): Setting<number | null> => ({
  default: value,
  expected: "a number above 0, or null for none",
  isValid: (given) => given === null || isCount(given),
});

const table: { readonly [K in keyof EmulatorSettings]: Setting<EmulatorSettings[K]> } = {
  projectTokenExpiresInSeconds: count(3600),
  accessTokenExpiresInMs: count(3_600_000),
  accessTokenExpiryEndsSession: yesNo(false),
  restSetUserIdWithoutConnectionId: oneOf("reject", "latest"),
  conflictStatus: oneOf<409 | 405>(409, 405),
  conflictMessage: text("gateway.webSocketSession.error.conflict"),
  onConflictOldSession: oneOf("stays", "cut"),
  onSameSessionIdOldSession: oneOf("cut", "stays"),
  sameSocketConflictsWithItself: yesNo(false),
  severalSessionsPerSocket: yesNo(true),
  notificationGoesTo: oneOf("all", "latest"),
  serviceNotificationKeyIn: oneOf("both", "subject", "issuer"),
  customNotificationIssuer: text("Gs2Gateway:SendNotification"),
  protocolOfSocket: text("WebSocket"),
  protocolOfNobody: {
    default: null,
    expected: "a text or null",
    isValid: (value) => value === null || typeof value === "string",
  },
  protocolOfMobile: text("Firebase"),
  mobileNotificationWithoutToken: oneOf("notFound", "ignored"),
  namespaceStatus: text("ACTIVE"),
  updateNamespaceOmitted: oneOf("keeps", "clears"),
  strictConditions: yesNo(false),
  duplicationAvoider: oneOf("honour", "ignore"),
  duplicationAvoiderLastsMs: count(3_600_000),
  jobDurationMs: {
    default: 0,
    expected: "a number of 0 or more",
    isValid: (value) => value === 0 || isCount(value),
  },
  checkWhileRunning: oneOf<404 | 409 | "nullUrl">(404, 409, "nullUrl"),
  cleanCutsSessions: yesNo(false),
  importReplaces: yesNo(false),
  closeCodeOnCut: {
    default: 1000,
    expected: "1000, 1006 or 3000 to 4999",
    isValid: (value) =>
      value === 1000 ||
      value === 1006 ||
      (Number.isInteger(value) && Number(value) >= 3000 && Number(value) <= 4999),
  },
  idleTimeoutMs: countOrOff(600_000),
  lifetimeMs: countOrOff(7_200_000),
  maxMessageBytes: countOrOff(131_072),
  maxBodyBytes: count(1_048_576),
  maxUnsentBytes: count(4_194_304),
  region: text("ap-northeast-1"),
  ownerId: text("owner-0001"),
};

/** The settings in force: the given ones over the defaults. A name nobody knows, or a value that does not fit, is an error that names it. */
export function readSettings(given: Readonly<Partial<EmulatorSettings>> = {}): EmulatorSettings {
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) settings[name] = setting.default;
  for (const [name, value] of Object.entries<unknown>(given)) {
    const setting = Object.hasOwn(table, name)
      ? (table as Readonly<Record<string, Setting<unknown>>>)[name]
      : undefined;
    if (!setting) {
      const known = Object.keys(table).join(", ");
      throw invalid(`The emulator has no setting "${name}". It has: ${known}.`);
    }
    if (value === undefined) continue;
    if (!setting.isValid(value)) {
      throw invalid(`The emulator's setting ${name} takes ${setting.expected}.`);
    }
    settings[name] = value;
  }
  return settings as unknown as EmulatorSettings;
}

export const invalid = (message: string): GatewayError =>
  new GatewayError({ kind: "invalidArgument", message });
