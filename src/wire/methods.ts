import type { Field, Fields } from "./fields.js";
import type {
  CreateNamespaceRequest,
  DescribeNamespacesRequest,
  DescribeWebSocketSessionsByUserIdRequest,
  DescribeWebSocketSessionsRequest,
  DisconnectResult,
  EmptyResult,
  ForPlayer,
  InNamespace,
  ItemResult,
  NamespaceStatusResult,
  NamespaceUserRequest,
  Page,
  PrepareImportResult,
  SendMobileNotificationByUserIdRequest,
  SendNotificationRequest,
  SendNotificationResult,
  SetFirebaseTokenByUserIdRequest,
  SetFirebaseTokenRequest,
  SetUserIdByUserIdRequest,
  SetUserIdRequest,
  UpdateNamespaceRequest,
  UploadedUserDataRequest,
  UrlResult,
  UserDataRequest,
} from "./requests.js";
import {
  logSettingFields,
  transactionSettingFields,
  type FirebaseToken,
  type Namespace,
  type WebSocketSession,
} from "./models.js";

/**
 * Whether a call that got no reply may be sent again. `safe`: yes, it only reads, or writing twice
 * equals writing once. `safeDelete`: yes, and a 404 on the repeat counts as success. `binding`: the
 * binding sends it again, the call does not. `never`: no, its outcome stays unknown. This is the
 * choice of this package; the GS2 reference says nothing about it.
 */
export type Repeat = "safe" | "safeDelete" | "binding" | "never";

/** One method of GS2-Gateway. Its function on the socket is its `name`. */
export interface AnyMethod {
  readonly name: string;
  readonly component: "namespace" | "webSocketSession" | "firebaseToken";
  readonly verb: "GET" | "POST" | "PUT" | "DELETE";
  /**
   * REST path; names in braces are path values. `accessToken` and `timeOffsetToken` are sent as
   * headers, the rest as query (GET, DELETE) or body.
   */
  readonly path: string;
  /** `player`: needs an access token. `admin`: needs only the rights of the project token. */
  readonly audience: "player" | "admin";
  readonly repeat: Repeat;
  readonly takesDuplicationAvoider?: true;
  /** The result is a page: `items` and `nextPageToken`. */
  readonly paged?: true;
  readonly fields: Readonly<Record<string, Field>>;
}

/** A method with the types of its request and result. */
export interface Method<Request, Result> extends AnyMethod {
  readonly fields: Fields<Request>;
  /** Exists for the types only; never set. */
  readonly types?: readonly [Request, Result];
}

export interface DuplicationAvoiderMethod<Request, Result> extends Method<Request, Result> {
  readonly takesDuplicationAvoider: true;
}

const namespaceName = { type: "string", max: 128, mustBeSupplied: true } as const;
const userId = namespaceName;
const name = namespaceName;
// The Gateway reference says 128 characters, that of GS2-Auth 1,024: the client accepts both.
const accessToken = { type: "string", max: 128, lenient: true, mustBeSupplied: true } as const;
const text1024 = { type: "string", max: 1024 } as const;
const required1024 = { type: "string", max: 1024, mustBeSupplied: true } as const;
const limit = { type: "int", min: 1, max: 1000, default: 30 } as const;
const allowConcurrentAccess = { type: "bool", default: true } as const;
const exclusive = ["allowConcurrentAccess", false] as const;
const connectionId = { type: "string", max: 128 } as const;
const sessionId = { type: "string", max: 128, condition: exclusive } as const;
const force = { type: "bool", default: false, condition: exclusive } as const;
const timeOffsetToken = text1024;

export const describeNamespaces: Method<DescribeNamespacesRequest, Page<Namespace>> = {
  name: "describeNamespaces",
  component: "namespace",
  verb: "GET",
  path: "/",
  audience: "admin",
  repeat: "safe",
  paged: true,
  fields: { namePrefix: { type: "string", max: 64 }, pageToken: text1024, limit },
};

export const createNamespace: Method<CreateNamespaceRequest, ItemResult<Namespace>> = {
  name: "createNamespace",
  component: "namespace",
  verb: "POST",
  path: "/",
  audience: "admin",
  repeat: "never",
  fields: {
    name,
    description: text1024,
    transactionSetting: { type: "model", fields: transactionSettingFields },
    firebaseSecret: text1024,
    logSetting: { type: "model", fields: logSettingFields },
  },
};

export const getNamespaceStatus: Method<InNamespace, NamespaceStatusResult> = {
  name: "getNamespaceStatus",
  component: "namespace",
  verb: "GET",
  path: "/{namespaceName}/status",
  audience: "admin",
  repeat: "safe",
  fields: { namespaceName },
};

export const getNamespace: Method<InNamespace, ItemResult<Namespace>> = {
  name: "getNamespace",
  component: "namespace",
  verb: "GET",
  path: "/{namespaceName}",
  audience: "admin",
  repeat: "safe",
  fields: { namespaceName },
};

export const updateNamespace: Method<UpdateNamespaceRequest, ItemResult<Namespace>> = {
  name: "updateNamespace",
  component: "namespace",
  verb: "PUT",
  path: "/{namespaceName}",
  audience: "admin",
  repeat: "never",
  fields: {
    namespaceName,
    description: text1024,
    transactionSetting: { type: "model", fields: transactionSettingFields },
    firebaseSecret: text1024,
    logSetting: { type: "model", fields: logSettingFields },
  },
};

export const deleteNamespace: Method<InNamespace, ItemResult<Namespace>> = {
  name: "deleteNamespace",
  component: "namespace",
  verb: "DELETE",
  path: "/{namespaceName}",
  audience: "admin",
  repeat: "never",
  fields: { namespaceName },
};

export const getServiceVersion: Method<Record<never, never>, ItemResult<string>> = {
  name: "getServiceVersion",
  component: "namespace",
  verb: "GET",
  path: "/system/version",
  audience: "admin",
  repeat: "safe",
  fields: {},
};

export const dumpUserDataByUserId: Method<UserDataRequest, EmptyResult> = {
  name: "dumpUserDataByUserId",
  component: "namespace",
  verb: "POST",
  path: "/system/dump/user/{userId}",
  audience: "admin",
  repeat: "never",
  fields: { userId, timeOffsetToken },
};

export const checkDumpUserDataByUserId: Method<UserDataRequest, UrlResult> = {
  name: "checkDumpUserDataByUserId",
  component: "namespace",
  verb: "GET",
  path: "/system/dump/user/{userId}",
  audience: "admin",
  repeat: "safe",
  fields: { userId, timeOffsetToken },
};

export const cleanUserDataByUserId: Method<UserDataRequest, EmptyResult> = {
  name: "cleanUserDataByUserId",
  component: "namespace",
  verb: "POST",
  path: "/system/clean/user/{userId}",
  audience: "admin",
  repeat: "never",
  fields: { userId, timeOffsetToken },
};

export const checkCleanUserDataByUserId: Method<UserDataRequest, EmptyResult> = {
  name: "checkCleanUserDataByUserId",
  component: "namespace",
  verb: "GET",
  path: "/system/clean/user/{userId}",
  audience: "admin",
  repeat: "safe",
  fields: { userId, timeOffsetToken },
};

export const prepareImportUserDataByUserId: Method<UserDataRequest, PrepareImportResult> = {
  name: "prepareImportUserDataByUserId",
  component: "namespace",
  verb: "POST",
  path: "/system/import/user/{userId}/prepare",
  audience: "admin",
  repeat: "never",
  fields: { userId, timeOffsetToken },
};

export const importUserDataByUserId: Method<UploadedUserDataRequest, EmptyResult> = {
  name: "importUserDataByUserId",
  component: "namespace",
  verb: "POST",
  path: "/system/import/user/{userId}",
  audience: "admin",
  repeat: "never",
  fields: { userId, uploadToken: required1024, timeOffsetToken },
};

export const checkImportUserDataByUserId: Method<UploadedUserDataRequest, UrlResult> = {
  name: "checkImportUserDataByUserId",
  component: "namespace",
  verb: "GET",
  path: "/system/import/user/{userId}/{uploadToken}",
  audience: "admin",
  repeat: "safe",
  fields: { userId, uploadToken: required1024, timeOffsetToken },
};

export const describeWebSocketSessions: Method<
  DescribeWebSocketSessionsRequest,
  Page<WebSocketSession>
> = {
  name: "describeWebSocketSessions",
  component: "webSocketSession",
  verb: "GET",
  path: "/{namespaceName}/session/user/me",
  audience: "player",
  repeat: "safe",
  paged: true,
  fields: { namespaceName, accessToken, pageToken: text1024, limit },
};

export const describeWebSocketSessionsByUserId: Method<
  DescribeWebSocketSessionsByUserIdRequest,
  Page<WebSocketSession>
> = {
  name: "describeWebSocketSessionsByUserId",
  component: "webSocketSession",
  verb: "GET",
  path: "/{namespaceName}/session/user/{userId}",
  audience: "admin",
  repeat: "safe",
  paged: true,
  fields: { namespaceName, userId, pageToken: text1024, limit, timeOffsetToken },
};

export const setUserId: DuplicationAvoiderMethod<SetUserIdRequest, ItemResult<WebSocketSession>> = {
  name: "setUserId",
  component: "webSocketSession",
  verb: "POST",
  path: "/{namespaceName}/session/user/me/user",
  audience: "player",
  repeat: "binding",
  takesDuplicationAvoider: true,
  fields: { namespaceName, connectionId, accessToken, allowConcurrentAccess, sessionId, force },
};

export const setUserIdByUserId: DuplicationAvoiderMethod<
  SetUserIdByUserIdRequest,
  ItemResult<WebSocketSession>
> = {
  name: "setUserIdByUserId",
  component: "webSocketSession",
  verb: "POST",
  path: "/{namespaceName}/session/user/{userId}/user",
  audience: "admin",
  repeat: "never",
  takesDuplicationAvoider: true,
  fields: {
    namespaceName,
    connectionId,
    userId,
    allowConcurrentAccess,
    sessionId,
    force,
    timeOffsetToken,
  },
};

export const sendNotification: DuplicationAvoiderMethod<
  SendNotificationRequest,
  SendNotificationResult
> = {
  name: "sendNotification",
  component: "webSocketSession",
  verb: "POST",
  path: "/{namespaceName}/session/user/{userId}/notification",
  audience: "admin",
  repeat: "never",
  takesDuplicationAvoider: true,
  fields: {
    namespaceName,
    userId,
    subject: { type: "string", max: 128, mustBeSupplied: true },
    payload: required1024,
    enableTransferMobileNotification: { type: "bool", default: false },
    sound: { type: "string", max: 256, condition: ["enableTransferMobileNotification", true] },
    timeOffsetToken,
  },
};

export const disconnectByUserId: DuplicationAvoiderMethod<NamespaceUserRequest, DisconnectResult> =
  {
    name: "disconnectByUserId",
    component: "webSocketSession",
    verb: "DELETE",
    path: "/{namespaceName}/session/user/{userId}",
    audience: "admin",
    repeat: "never",
    takesDuplicationAvoider: true,
    fields: { namespaceName, userId, timeOffsetToken },
  };

export const disconnectAll: Method<InNamespace, EmptyResult> = {
  name: "disconnectAll",
  component: "webSocketSession",
  verb: "DELETE",
  path: "/{namespaceName}/session",
  audience: "admin",
  repeat: "never",
  fields: { namespaceName },
};

export const setFirebaseToken: DuplicationAvoiderMethod<
  SetFirebaseTokenRequest,
  ItemResult<FirebaseToken>
> = {
  name: "setFirebaseToken",
  component: "firebaseToken",
  verb: "PUT",
  path: "/{namespaceName}/user/me/firebase/token",
  audience: "player",
  repeat: "safe",
  takesDuplicationAvoider: true,
  fields: { namespaceName, accessToken, token: required1024 },
};

export const setFirebaseTokenByUserId: DuplicationAvoiderMethod<
  SetFirebaseTokenByUserIdRequest,
  ItemResult<FirebaseToken>
> = {
  name: "setFirebaseTokenByUserId",
  component: "firebaseToken",
  verb: "PUT",
  path: "/{namespaceName}/user/{userId}/firebase/token",
  audience: "admin",
  repeat: "safe",
  takesDuplicationAvoider: true,
  fields: { namespaceName, userId, token: required1024, timeOffsetToken },
};

export const getFirebaseToken: Method<ForPlayer, ItemResult<FirebaseToken>> = {
  name: "getFirebaseToken",
  component: "firebaseToken",
  verb: "GET",
  path: "/{namespaceName}/user/me/firebase/token",
  audience: "player",
  repeat: "safe",
  fields: { namespaceName, accessToken },
};

export const getFirebaseTokenByUserId: Method<NamespaceUserRequest, ItemResult<FirebaseToken>> = {
  name: "getFirebaseTokenByUserId",
  component: "firebaseToken",
  verb: "GET",
  path: "/{namespaceName}/user/{userId}/firebase/token",
  audience: "admin",
  repeat: "safe",
  fields: { namespaceName, userId, timeOffsetToken },
};

export const deleteFirebaseToken: DuplicationAvoiderMethod<
  ForPlayer,
  Partial<ItemResult<FirebaseToken>>
> = {
  name: "deleteFirebaseToken",
  component: "firebaseToken",
  verb: "DELETE",
  path: "/{namespaceName}/user/me/firebase/token",
  audience: "player",
  repeat: "safeDelete",
  takesDuplicationAvoider: true,
  fields: { namespaceName, accessToken },
};

export const deleteFirebaseTokenByUserId: DuplicationAvoiderMethod<
  NamespaceUserRequest,
  Partial<ItemResult<FirebaseToken>>
> = {
  name: "deleteFirebaseTokenByUserId",
  component: "firebaseToken",
  verb: "DELETE",
  path: "/{namespaceName}/user/{userId}/firebase/token",
  audience: "admin",
  repeat: "safeDelete",
  takesDuplicationAvoider: true,
  fields: { namespaceName, userId, timeOffsetToken },
};

export const sendMobileNotificationByUserId: DuplicationAvoiderMethod<
  SendMobileNotificationByUserIdRequest,
  EmptyResult
> = {
  name: "sendMobileNotificationByUserId",
  component: "firebaseToken",
  verb: "POST",
  path: "/{namespaceName}/user/{userId}/firebase/token/notification",
  audience: "admin",
  repeat: "never",
  takesDuplicationAvoider: true,
  fields: {
    namespaceName,
    userId,
    subject: { type: "string", max: 256, mustBeSupplied: true },
    payload: required1024,
    sound: { type: "string", max: 256 },
    timeOffsetToken,
  },
};
