import { GatewayAdmin as AdminClass } from "./admin.js";
import type { GatewayAdminOptions } from "./options.js";
import type { GatewayAdmin as Admin } from "./types.js";

export type GatewayAdmin = Admin;

/** See {@link Admin}. Printing or stringifying an admin shows no credential. */
export const GatewayAdmin: new (options: GatewayAdminOptions) => Admin = AdminClass;

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
