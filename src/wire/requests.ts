import type { LogSetting, TransactionSetting, WebSocketSession } from "./models.js";

export interface PageRequest {
  /** Token of the page to read (`nextPageToken` of the one before), at most 1,024 characters. */
  pageToken?: string | null;
  /** Page size, 1 to 1,000. Default 30. */
  limit?: number | null;
}
export interface Page<Item> {
  items: Item[];
  /** Token of the next page; absent or null on the last one. */
  nextPageToken?: string | null;
}
export interface InNamespace {
  /** The Gateway namespace, at most 128 characters. */
  namespaceName: string;
}
export interface ForPlayer extends InNamespace {
  /** The player's access token from GS2-Auth; it names the player the call acts for. */
  accessToken: string;
}
export interface ForUser {
  /** At most 128 characters. */
  userId: string;
}
export interface TimeShifted {
  /** Shifts the server clock seen by this call, at most 1,024 characters. */
  timeOffsetToken?: string | null;
}
export interface NamespaceSettings {
  /** At most 1,024 characters. */
  description?: string | null;
  transactionSetting?: TransactionSetting | null;
  /** At most 1,024 characters. */
  firebaseSecret?: string | null;
  logSetting?: LogSetting | null;
}
export interface BindOptions {
  /** Needed over REST only; on the socket the server takes the socket itself. At most 128 characters. */
  connectionId?: string | null;
  /** false: one connection per player in this namespace. Default true. */
  allowConcurrentAccess?: boolean | null;
  /** With `allowConcurrentAccess: false`: a client with the session ID of the live session is let in. At most 128 characters. */
  sessionId?: string | null;
  /** With `allowConcurrentAccess: false`: cut the live session first. Default false. */
  force?: boolean | null;
}
export interface PushText {
  /** At most 1,024 characters. */
  payload: string;
  /** At most 256 characters. */
  sound?: string | null;
}

export interface DescribeNamespacesRequest extends PageRequest {
  /** Only namespaces whose name begins with this, at most 64 characters. */
  namePrefix?: string | null;
}
export interface CreateNamespaceRequest extends NamespaceSettings {
  /** At most 128 characters. */
  name: string;
}
export interface UpdateNamespaceRequest extends InNamespace, NamespaceSettings {}
export interface UserDataRequest extends ForUser, TimeShifted {}
export interface UploadedUserDataRequest extends UserDataRequest {
  /** From prepareImportUserDataByUserId, at most 1,024 characters. */
  uploadToken: string;
}
export interface DescribeWebSocketSessionsRequest extends ForPlayer, PageRequest {}
export interface DescribeWebSocketSessionsByUserIdRequest
  extends InNamespace, ForUser, PageRequest, TimeShifted {}
export interface SetUserIdRequest extends ForPlayer, BindOptions {}
export interface SetUserIdByUserIdRequest extends InNamespace, ForUser, BindOptions, TimeShifted {}
export interface SendNotificationRequest extends InNamespace, ForUser, TimeShifted, PushText {
  /** At most 128 characters. */
  subject: string;
  /** Send a mobile push instead when the player has no live session. Default false. `sound` has an effect only with true. */
  enableTransferMobileNotification?: boolean | null;
}
export interface NamespaceUserRequest extends InNamespace, ForUser, TimeShifted {}
export interface SetFirebaseTokenRequest extends ForPlayer {
  /** Device token from Firebase Cloud Messaging, at most 1,024 characters. */
  token: string;
}
export interface SetFirebaseTokenByUserIdRequest extends NamespaceUserRequest {
  /** Device token from Firebase Cloud Messaging, at most 1,024 characters. */
  token: string;
}
export interface SendMobileNotificationByUserIdRequest extends NamespaceUserRequest, PushText {
  /** At most 256 characters. */
  subject: string;
}

export interface ItemResult<Item> {
  item: Item;
}
export interface NamespaceStatusResult {
  /** GS2 lists no values. */
  status: string;
}
export interface UrlResult {
  /** Null while the job is still running, on servers that answer so. */
  url?: string | null;
}
export interface PrepareImportResult {
  uploadToken: string;
  uploadUrl: string;
}
export interface SendNotificationResult {
  /** How it went out; GS2 lists no values. Null when nobody got it (assumed). */
  protocol?: string | null;
  sendConnectionIds?: string[] | null;
}
export interface DisconnectResult {
  /** The sessions that were cut. */
  items: WebSocketSession[];
}
export type EmptyResult = Record<never, never>;
