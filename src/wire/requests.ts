import type { LogSetting, TransactionSetting, WebSocketSession } from "./models.js";

export interface PageRequest {
  /** `nextPageToken` of the previous page, at most 1,024 characters. */
  pageToken?: string | null;
  /** Page size, 1 to 1,000. Default 30. */
  limit?: number | null;
}
export interface Page<Item> {
  items: Item[];
  /** Token of the next page; absent or null on the last page. */
  nextPageToken?: string | null;
}
export interface InNamespace {
  /** The Gateway namespace, at most 128 characters. */
  namespaceName: string;
}
export interface ForPlayer extends InNamespace {
  /** The player's access token from GS2-Auth. The call acts for this player. */
  accessToken: string;
}
export interface ForUser {
  /** At most 128 characters. */
  userId: string;
}
export interface TimeShifted {
  /** Shifts the server clock for this call, at most 1,024 characters. */
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
  /**
   * The connection to bind; at most 128 characters. On the socket the server binds the socket
   * itself (seen in the official SDKs). Over REST the GS2 reference requires it, but neither its
   * samples nor the official SDKs send it.
   */
  connectionId?: string | null;
  /** false: one connection per player in this namespace. Default true (GS2 reference). */
  allowConcurrentAccess?: boolean | null;
  /**
   * With `allowConcurrentAccess: false`: a client that sends the session ID of a live session is
   * accepted instead of a conflict (GS2 reference); it replaces that session (assumed). At most 128
   * characters.
   */
  sessionId?: string | null;
  /** With `allowConcurrentAccess: false`: close the live session first. Default false. */
  force?: boolean | null;
}
export interface PushText {
  /** At most 1,024 characters. */
  payload: string;
  /** At most 256 characters. */
  sound?: string | null;
}

export interface DescribeNamespacesRequest extends PageRequest {
  /** Lists only namespaces whose name begins with this text, at most 64 characters. */
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
  /** At most 128 characters. The game gets the notification under this text as its key. */
  subject: string;
  /**
   * Send a mobile push instead when the player has no live session. Default false. `sound` has an
   * effect only with true.
   */
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
  /** The GS2 reference lists no values. */
  status: string;
}
export interface UrlResult {
  /** Null while the job is running, on servers that reply so. */
  url?: string | null;
}
export interface PrepareImportResult {
  uploadToken: string;
  uploadUrl: string;
}
export interface SendNotificationResult {
  /**
   * How it was delivered; the GS2 reference lists no values. Null when it was not delivered
   * (assumed).
   */
  protocol?: string | null;
  sendConnectionIds?: string[] | null;
}
export interface DisconnectResult {
  /** The sessions that were closed. */
  items: WebSocketSession[];
}
export type EmptyResult = Record<never, never>;
