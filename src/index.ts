export { GatewayClient } from "./client/client.js";
export { GatewayError, isGatewayError } from "./errors.js";
export { defineNotification } from "./notify/schema.js";
export { emulatorEndpoints } from "./wire/endpoints.js";
export type {
  BindRequest,
  CallOptions,
  DefinedCallOptions,
  Lifecycle,
  LifecycleEvents,
  PlayerParams,
  ServiceCall,
  Sync,
} from "./client/types.js";
export type { GatewayClientOptions, KeepAlive } from "./client/options.js";
export type { Binding, ConnectionSnapshot } from "./connection/snapshot.js";
export type { BindingState, Reason, Status, SyncReason } from "./connection/state.js";
export type { WebSocketClass } from "./connection/socket.js";
export type { Diagnostic, DiagnosticCode, DiagnosticLevel, Logger } from "./core/diagnostics.js";
export type {
  GatewayErrorDetail,
  GatewayErrorInit,
  GatewayErrorKind,
  GatewayErrorOutcome,
} from "./errors.js";
export type { Fetch } from "./http/http.js";
export type { ListenOptions } from "./notify/emitter.js";
export type { Mark } from "./notify/history.js";
export type { Notification } from "./notify/notification.js";
export type {
  KnownSelector,
  NotificationOf,
  NotificationPair,
  NotificationSelector,
  NotificationSource,
  WaitOptions,
} from "./notify/notificationSource.js";
export type {
  NotificationDefinition,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "./notify/schema.js";
export type {
  AccessTokenRequest,
  AccessTokenSource,
  Credential,
  ProjectTokenRequest,
  ProjectTokenGrant,
} from "./session/session.js";
export type { AbortOptions } from "./core/deferred.js";
export type { DefinedCall } from "./core/internals.js";
export type { SessionStore } from "./session/tabSession.js";
export type * from "./wire/requests.js";
export type {
  FirebaseToken,
  LogSetting,
  Namespace,
  SendNotificationEntry,
  TransactionSetting,
  WebSocketSession,
} from "./wire/models.js";
export type {
  NotificationKey,
  NotificationMap,
  ServiceNotifications,
} from "./wire/notifications.js";
export type { CallDefinition } from "./wire/callDefinition.js";
export type { Endpoints, Region } from "./wire/endpoints.js";
