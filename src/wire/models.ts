import type { Fields } from "./fields.js";

/**
 * How GS2 runs the transactions that a namespace issues (GS2 reference). Every field may be left
 * out. The emulator stores and returns it, and runs no transactions.
 */
export interface TransactionSetting {
  /** Run issued transactions on the server without client action. Default false. */
  enableAutoRun?: boolean | null;
  /** Apply all actions of a transaction or none. Needs `enableAutoRun`. Default false. */
  enableAtomicCommit?: boolean | null;
  /**
   * Run transactions asynchronously through GS2-Distributor. Needs `enableAtomicCommit`. Default
   * false.
   */
  transactionUseDistributor?: boolean | null;
  /**
   * Commit script results asynchronously as well. Needs `transactionUseDistributor`. Default false.
   */
  commitScriptResultInUseDistributor?: boolean | null;
  /** Run acquire actions through GS2-JobQueue. Needs `enableAtomicCommit`. Default false. */
  acquireActionUseJobQueue?: boolean | null;
  /** GRN of the GS2-Distributor namespace that runs transactions, at most 1,024 characters. */
  distributorNamespaceId?: string | null;
  /** GRN of the GS2-JobQueue namespace that runs transactions, at most 1,024 characters. */
  queueNamespaceId?: string | null;
  /**
   * Deprecated in the official SDKs, which send it, and absent from the GS2 reference. At most
   * 1,024 characters (assumed).
   */
  keyId?: string | null;
}

/**
 * Where GS2 writes the API access log of a namespace (GS2 reference). The emulator stores and
 * returns it, and writes no log there.
 */
export interface LogSetting {
  /** GRN of the GS2-Log namespace, at most 1,024 characters. */
  loggingNamespaceId: string;
}

/** A GS2-Gateway namespace (GS2 reference). */
export interface Namespace {
  /** GRN `grn:gs2:{region}:{ownerId}:gateway:{name}`. */
  namespaceId: string;
  name: string;
  description?: string | null;
  transactionSetting?: TransactionSetting | null;
  /** Credential with which GS2 sends Firebase Cloud Messages. */
  firebaseSecret?: string | null;
  logSetting?: LogSetting | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number;
}

/** A connection that is bound to a player (GS2 reference). */
export interface WebSocketSession {
  /**
   * GRN `grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:session:{connectionId}`.
   */
  webSocketSessionId: string;
  connectionId: string;
  namespaceName: string;
  userId: string;
  sessionId?: string | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number;
}

/**
 * The Firebase device token of a player (GS2 reference); there is one per player and namespace
 * (seen in the official SDKs).
 */
export interface FirebaseToken {
  /** GRN `grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:firebase:token`. */
  firebaseTokenId: string;
  userId: string;
  token: string;
  /** Unix time in milliseconds. */
  createdAt: number;
  /** Unix time in milliseconds. */
  updatedAt: number;
  revision?: number;
}

/**
 * A notification as other GS2 services and scripts send it (GS2 reference). No method of
 * GS2-Gateway takes one.
 */
export interface SendNotificationEntry {
  /** At most 128 characters. */
  userId: string;
  /** At most 256 characters. */
  issuer: string;
  /** At most 128 characters. */
  subject: string;
  /** Text, at most 1,024 characters; JSON text in GS2's own notifications. */
  payload: string;
  /** Send a mobile push instead when the player has no live session. Default false. */
  enableTransferMobileNotification?: boolean | null;
  /** Sound of that push; has no effect while the transfer is off. At most 256 characters. */
  sound?: string | null;
}

export const transactionSettingFields: Fields<TransactionSetting> = {
  enableAutoRun: { type: "bool", default: false },
  enableAtomicCommit: {
    type: "bool",
    default: false,
    condition: ["enableAutoRun", true],
    requiredWhen: ["enableAutoRun", true],
  },
  transactionUseDistributor: {
    type: "bool",
    default: false,
    condition: ["enableAtomicCommit", true],
    requiredWhen: ["enableAtomicCommit", true],
  },
  commitScriptResultInUseDistributor: {
    type: "bool",
    default: false,
    condition: ["transactionUseDistributor", true],
    requiredWhen: ["transactionUseDistributor", true],
  },
  acquireActionUseJobQueue: {
    type: "bool",
    default: false,
    condition: ["enableAtomicCommit", true],
    requiredWhen: ["enableAtomicCommit", true],
  },
  distributorNamespaceId: {
    type: "string",
    max: 1024,
    default: "grn:gs2:{region}:{ownerId}:distributor:default",
  },
  queueNamespaceId: {
    type: "string",
    max: 1024,
    default: "grn:gs2:{region}:{ownerId}:queue:default",
  },
  // Sent by the official SDKs, absent from the reference.
  keyId: { type: "string", max: 1024 },
};

export const logSettingFields: Fields<LogSetting> = {
  loggingNamespaceId: { type: "string", max: 1024, mustBeSupplied: true },
};

export const sendNotificationEntryFields: Fields<SendNotificationEntry> = {
  userId: { type: "string", max: 128, mustBeSupplied: true },
  issuer: { type: "string", max: 256, mustBeSupplied: true },
  subject: { type: "string", max: 128, mustBeSupplied: true },
  payload: { type: "string", max: 1024, mustBeSupplied: true },
  enableTransferMobileNotification: { type: "bool", default: false },
  sound: { type: "string", max: 256, condition: ["enableTransferMobileNotification", true] },
};
