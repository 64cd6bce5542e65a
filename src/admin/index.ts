import { GatewayAdmin as AdminClass } from "./admin.js";
import type { GatewayAdminOptions } from "./options.js";
import type { AdminMembers } from "./types.js";

/**
 * GS2-Gateway for servers and tools: all 28 methods over REST.
 *
 * Rejections are always a GatewayError. Arguments are checked before anything is sent. The admin
 * logs in when a call needs it, and once more after a 401. Reads, and the methods that set or
 * delete a Firebase token, are repeated within their deadline when no response came or when it was
 * a 402, 429 or 5xx. Every other call is sent once; the `outcome` of its error says whether the
 * server may have executed it. Methods may be taken off the object and called alone. There is
 * nothing to close.
 */
export interface GatewayAdmin extends AdminMembers {}

/** Printing or stringifying an admin shows no credential. */
export const GatewayAdmin: new (options: GatewayAdminOptions) => GatewayAdmin = AdminClass;

export { GatewayError, isGatewayError } from "../errors.js";
export { emulatorEndpoints } from "../wire/endpoints.js";
export type { AdminMethod, PagedMethod } from "./types.js";
export type {
  AdminCallOptions,
  AdminParams,
  AnySubject,
  GatewayAdminOptions,
  GetProjectTokenOptions,
  ImportData,
  JobOptions,
  JobProgress,
  NotificationToUsers,
  PayloadFor,
  RunOptions,
  RunSummary,
  UserResult,
  WithConnection,
  WithPayload,
} from "./options.js";
export type { Logger } from "../core/diagnostics.js";
export type {
  GatewayErrorDetail,
  GatewayErrorInit,
  GatewayErrorKind,
  GatewayErrorOutcome,
} from "../errors.js";
export type { FileFetch } from "../http/upload.js";
export type { AbortOptions } from "../core/deferred.js";
export type { Credential, ProjectTokenRequest, ProjectTokenGrant } from "../session/session.js";
export type * from "../wire/requests.js";
export type {
  FirebaseToken,
  LogSetting,
  Namespace,
  SendNotificationEntry,
  TransactionSetting,
  WebSocketSession,
} from "../wire/models.js";
export type {
  NotificationKey,
  NotificationMap,
  ServiceNotifications,
} from "../wire/notifications.js";
export type { Endpoints, Region } from "../wire/endpoints.js";
