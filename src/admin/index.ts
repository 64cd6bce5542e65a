import { createAdmin } from "./create.js";
import type { GatewayAdmin as Admin } from "./gatewayAdmin.js";
import type { GatewayAdminOptions } from "./options.js";

export type GatewayAdmin = Admin;

/** See {@link Admin}. Everything else lives in its closure: printing or stringifying an admin shows no credential. */
// A class so that `instanceof` and `extends` work; its members are made in one closure.
// eslint-disable-next-line @typescript-eslint/no-extraneous-class
export const GatewayAdmin: new (options: GatewayAdminOptions) => Admin = class {
  constructor(options: GatewayAdminOptions) {
    Object.assign(this, createAdmin(options));
  }
} as never;

export { GatewayError, isGatewayError } from "../errors.js";
export { emulatorEndpoints } from "../wire/endpoints.js";
export type { AdminMethod, PagedMethod } from "./gatewayAdmin.js";
export type {
  AdminCallOptions,
  AdminParams,
  AnySubject,
  GatewayAdminOptions,
  ImportData,
  JobOptions,
  JobProgress,
  NotificationToUsers,
  PayloadFor,
  RunOptions,
  RunSummary,
  UserResult,
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
  TransactionSetting,
  WebSocketSession,
} from "../wire/models.js";
export type {
  NotificationKey,
  NotificationMap,
  ServiceNotifications,
} from "../wire/notifications.js";
export type { Endpoints, Region } from "../wire/endpoints.js";
