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
import { allAsIs, modelClass, asIs } from "./classes.js";

export class TransactionSetting extends modelClass<WireTransactionSetting>()(
  allAsIs(transactionSettingFields),
) {}

export class LogSetting extends modelClass<WireLogSetting>()(allAsIs(logSettingFields)) {}

export class SendNotificationEntry extends modelClass<WireSendNotificationEntry>()(
  allAsIs(sendNotificationEntryFields),
) {}

export class Namespace extends modelClass<WireNamespace>()(
  {
    namespaceId: asIs,
    name: asIs,
    description: asIs,
    transactionSetting: TransactionSetting,
    firebaseSecret: asIs,
    logSetting: LogSetting,
    createdAt: asIs,
    updatedAt: asIs,
    revision: asIs,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}",
) {}

export class WebSocketSession extends modelClass<WireWebSocketSession>()(
  {
    webSocketSessionId: asIs,
    connectionId: asIs,
    namespaceName: asIs,
    userId: asIs,
    sessionId: asIs,
    createdAt: asIs,
    updatedAt: asIs,
    revision: asIs,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:session:{connectionId}",
) {}

export class FirebaseToken extends modelClass<WireFirebaseToken>()(
  {
    firebaseTokenId: asIs,
    userId: asIs,
    token: asIs,
    createdAt: asIs,
    updatedAt: asIs,
    revision: asIs,
  },
  "grn:gs2:{region}:{ownerId}:gateway:{namespaceName}:user:{userId}:firebase:token",
) {}
