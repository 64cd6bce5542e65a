import { asIs, resultClass } from "./classes.js";
import { FirebaseToken, Namespace, WebSocketSession } from "./model.js";

export class DescribeNamespacesResult extends resultClass("describeNamespaces", {
  items: [Namespace],
  nextPageToken: asIs,
}) {}
export class CreateNamespaceResult extends resultClass("createNamespace", { item: Namespace }) {}
export class GetNamespaceStatusResult extends resultClass("getNamespaceStatus", {
  status: asIs,
}) {}
export class GetNamespaceResult extends resultClass("getNamespace", { item: Namespace }) {}
export class UpdateNamespaceResult extends resultClass("updateNamespace", { item: Namespace }) {}
export class DeleteNamespaceResult extends resultClass("deleteNamespace", { item: Namespace }) {}
export class GetServiceVersionResult extends resultClass("getServiceVersion", { item: asIs }) {}
export class DumpUserDataByUserIdResult extends resultClass("dumpUserDataByUserId", {}) {}
export class CheckDumpUserDataByUserIdResult extends resultClass("checkDumpUserDataByUserId", {
  url: asIs,
}) {}
export class CleanUserDataByUserIdResult extends resultClass("cleanUserDataByUserId", {}) {}
export class CheckCleanUserDataByUserIdResult extends resultClass(
  "checkCleanUserDataByUserId",
  {},
) {}
export class PrepareImportUserDataByUserIdResult extends resultClass(
  "prepareImportUserDataByUserId",
  { uploadToken: asIs, uploadUrl: asIs },
) {}
export class ImportUserDataByUserIdResult extends resultClass("importUserDataByUserId", {}) {}
export class CheckImportUserDataByUserIdResult extends resultClass("checkImportUserDataByUserId", {
  url: asIs,
}) {}
export class DescribeWebSocketSessionsResult extends resultClass("describeWebSocketSessions", {
  items: [WebSocketSession],
  nextPageToken: asIs,
}) {}
export class DescribeWebSocketSessionsByUserIdResult extends resultClass(
  "describeWebSocketSessionsByUserId",
  { items: [WebSocketSession], nextPageToken: asIs },
) {}
export class SetUserIdResult extends resultClass("setUserId", { item: WebSocketSession }) {}
export class SetUserIdByUserIdResult extends resultClass("setUserIdByUserId", {
  item: WebSocketSession,
}) {}
export class SendNotificationResult extends resultClass("sendNotification", {
  protocol: asIs,
  sendConnectionIds: asIs,
}) {}
export class DisconnectByUserIdResult extends resultClass("disconnectByUserId", {
  items: [WebSocketSession],
}) {}
export class DisconnectAllResult extends resultClass("disconnectAll", {}) {}
export class SetFirebaseTokenResult extends resultClass("setFirebaseToken", {
  item: FirebaseToken,
}) {}
export class SetFirebaseTokenByUserIdResult extends resultClass("setFirebaseTokenByUserId", {
  item: FirebaseToken,
}) {}
export class GetFirebaseTokenResult extends resultClass("getFirebaseToken", {
  item: FirebaseToken,
}) {}
export class GetFirebaseTokenByUserIdResult extends resultClass("getFirebaseTokenByUserId", {
  item: FirebaseToken,
}) {}
export class DeleteFirebaseTokenResult extends resultClass("deleteFirebaseToken", {
  item: FirebaseToken,
}) {}
export class DeleteFirebaseTokenByUserIdResult extends resultClass("deleteFirebaseTokenByUserId", {
  item: FirebaseToken,
}) {}
export class SendMobileNotificationByUserIdResult extends resultClass(
  "sendMobileNotificationByUserId",
  {},
) {}
