import {
  logSettingFields,
  sendNotificationEntryFields,
  transactionSettingFields,
  type FirebaseToken as WireFirebaseToken,
  type LogSetting as WireLogSetting,
  type Namespace as WireNamespace,
  type SendNotificationEntry as WireSendNotificationEntry,
  type TransactionSetting as WireTransactionSetting,
  type WebSocketSession as WireWebSocketSession,
} from "../wire/models.js";
import { allPlain, modelClass, plain } from "./classes.js";

export class TransactionSetting extends modelClass<WireTransactionSetting>()(
  allPlain(transactionSettingFields),
) {}

export class LogSetting extends modelClass<WireLogSetting>()(allPlain(logSettingFields)) {}

export class SendNotificationEntry extends modelClass<WireSendNotificationEntry>()(
  allPlain(sendNotificationEntryFields),
) {}

export class Namespace extends modelClass<WireNamespace>()(
  {
    namespaceId: plain,
    name: plain,
    description: plain,
    transactionSetting: TransactionSetting,
    firebaseSecret: plain,
    logSetting: LogSetting,
    createdAt: plain,
    updatedAt: plain,
    revision: plain,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}",
) {}

export class WebSocketSession extends modelClass<WireWebSocketSession>()(
  {
    webSocketSessionId: plain,
    connectionId: plain,
    namespaceName: plain,
    userId: plain,
    sessionId: plain,
    createdAt: plain,
    updatedAt: plain,
    revision: plain,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:session:{connectionId}",
) {}

export class FirebaseToken extends modelClass<WireFirebaseToken>()(
  {
    firebaseTokenId: plain,
    userId: plain,
    token: plain,
    createdAt: plain,
    updatedAt: plain,
    revision: plain,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:firebase:token",
) {}
