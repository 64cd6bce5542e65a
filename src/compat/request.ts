import { requestClass } from "./classes.js";
import { LogSetting, TransactionSetting } from "./model.js";

export class DescribeNamespacesRequest extends requestClass("describeNamespaces") {}
export class CreateNamespaceRequest extends requestClass("createNamespace", {
  transactionSetting: TransactionSetting,
  logSetting: LogSetting,
}) {}
export class GetNamespaceStatusRequest extends requestClass("getNamespaceStatus") {}
export class GetNamespaceRequest extends requestClass("getNamespace") {}
export class UpdateNamespaceRequest extends requestClass("updateNamespace", {
  transactionSetting: TransactionSetting,
  logSetting: LogSetting,
}) {}
export class DeleteNamespaceRequest extends requestClass("deleteNamespace") {}
export class GetServiceVersionRequest extends requestClass("getServiceVersion") {}
export class DumpUserDataByUserIdRequest extends requestClass("dumpUserDataByUserId") {}
export class CheckDumpUserDataByUserIdRequest extends requestClass("checkDumpUserDataByUserId") {}
export class CleanUserDataByUserIdRequest extends requestClass("cleanUserDataByUserId") {}
export class CheckCleanUserDataByUserIdRequest extends requestClass("checkCleanUserDataByUserId") {}
export class PrepareImportUserDataByUserIdRequest extends requestClass(
  "prepareImportUserDataByUserId",
) {}
export class ImportUserDataByUserIdRequest extends requestClass("importUserDataByUserId") {}
export class CheckImportUserDataByUserIdRequest extends requestClass(
  "checkImportUserDataByUserId",
) {}
export class DescribeWebSocketSessionsRequest extends requestClass("describeWebSocketSessions") {}
export class DescribeWebSocketSessionsByUserIdRequest extends requestClass(
  "describeWebSocketSessionsByUserId",
) {}
export class SetUserIdRequest extends requestClass("setUserId") {}
export class SetUserIdByUserIdRequest extends requestClass("setUserIdByUserId") {}
export class SendNotificationRequest extends requestClass("sendNotification") {}
export class DisconnectByUserIdRequest extends requestClass("disconnectByUserId") {}
export class DisconnectAllRequest extends requestClass("disconnectAll") {}
export class SetFirebaseTokenRequest extends requestClass("setFirebaseToken") {}
export class SetFirebaseTokenByUserIdRequest extends requestClass("setFirebaseTokenByUserId") {}
export class GetFirebaseTokenRequest extends requestClass("getFirebaseToken") {}
export class GetFirebaseTokenByUserIdRequest extends requestClass("getFirebaseTokenByUserId") {}
export class DeleteFirebaseTokenRequest extends requestClass("deleteFirebaseToken") {}
export class DeleteFirebaseTokenByUserIdRequest extends requestClass(
  "deleteFirebaseTokenByUserId",
) {}
export class SendMobileNotificationByUserIdRequest extends requestClass(
  "sendMobileNotificationByUserId",
) {}
