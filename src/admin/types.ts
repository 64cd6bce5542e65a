import type { AbortOptions } from "../core/deferred.js";
import type {
  CreateNamespaceRequest,
  DescribeNamespacesRequest,
  DescribeWebSocketSessionsByUserIdRequest,
  DescribeWebSocketSessionsRequest,
  DisconnectResult,
  EmptyResult,
  ForPlayer,
  ForUser,
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
  TimeShifted,
  UpdateNamespaceRequest,
  UploadedUserDataRequest,
  UrlResult,
  UserDataRequest,
} from "../wire/requests.js";
import type { FirebaseToken, Namespace, WebSocketSession } from "../wire/models.js";
import type {
  AdminCallOptions,
  AdminParams,
  AnySubject,
  ImportData,
  JobOptions,
  NotificationToUsers,
  RunOptions,
  RunSummary,
  WithPayload,
} from "./options.js";

/** May be left out where nothing must be in it. */
type Params<Given> = Record<never, never> extends Given ? [params?: Given] : [params: Given];

/** A method of the table. */
export type AdminMethod<Request, Result> = (
  ...given: [...Params<AdminParams<Request>>, options?: AdminCallOptions]
) => Promise<Result>;

/** A method that answers pages. */
export interface PagedMethod<Request, Item> extends AdminMethod<Request, Page<Item>> {
  /**
   * All items, page after page: a page is asked for when the one before is used up, and none any more when the loop is left. `limit` is the size
   * of a page, `timeoutMs` holds for each.
   */
  all(
    ...given: [...Params<AdminParams<Request>>, options?: AbortOptions]
  ): AsyncGenerator<Item, void, undefined>;
}

/**
 * GS2-Gateway for servers and tools: all 28 methods over REST.
 *
 * Rejections are always a GatewayError; arguments are checked before anything is sent. Logs in by itself when needed, and once more after a 401. Where
 * no answer came, or one that says "later" (402, 429, 5xx), reads and the methods that set or delete a Firebase token are repeated within their
 * deadline; every other call is sent once, and `outcome` of its error tells whether it may have been done. Methods may be taken off the object
 * and called alone; nothing has to be closed.
 */
export interface GatewayAdmin {
  /** Whether the endpoints are other than GS2's own. */
  readonly isEmulator: boolean;

  /** Lists the project's namespaces, a page at a time. */
  readonly describeNamespaces: PagedMethod<DescribeNamespacesRequest, Namespace>;
  /** Rejects with kind `conflict` where the name is taken. */
  readonly createNamespace: AdminMethod<CreateNamespaceRequest, ItemResult<Namespace>>;
  readonly getNamespaceStatus: AdminMethod<InNamespace, NamespaceStatusResult>;
  readonly getNamespace: AdminMethod<InNamespace, ItemResult<Namespace>>;
  /** GS2 does not say whether a setting that is left out keeps its value: give all. */
  readonly updateNamespace: AdminMethod<UpdateNamespaceRequest, ItemResult<Namespace>>;
  /** Deletes it and answers what was deleted. Without `namespaceName` it is the default one. */
  readonly deleteNamespace: AdminMethod<InNamespace, ItemResult<Namespace>>;
  readonly getServiceVersion: AdminMethod<Record<never, never>, ItemResult<string>>;

  /** Starts the export of a user's data; see {@link exportUserData}. */
  readonly dumpUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /** Asks for the file of the export. While it is not there: 404, 409 or a `url` of null. */
  readonly checkDumpUserDataByUserId: AdminMethod<UserDataRequest, UrlResult>;
  /** Starts deleting a user's data; see {@link eraseUserData}. */
  readonly cleanUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /** Answers when all is deleted; before that 404 or 409. */
  readonly checkCleanUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /** Gets an address to upload a user's data to; see {@link importUserData}. */
  readonly prepareImportUserDataByUserId: AdminMethod<UserDataRequest, PrepareImportResult>;
  /** Starts the import of what was uploaded. */
  readonly importUserDataByUserId: AdminMethod<UploadedUserDataRequest, EmptyResult>;
  /** Asks for the log of the import. While it is not there: 404, 409 or a `url` of null. */
  readonly checkImportUserDataByUserId: AdminMethod<UploadedUserDataRequest, UrlResult>;

  /** Lists the live sessions of the player whose access token it is, a page at a time. */
  readonly describeWebSocketSessions: PagedMethod<
    DescribeWebSocketSessionsRequest,
    WebSocketSession
  >;
  /** Lists a user's live sessions, a page at a time. */
  readonly describeWebSocketSessionsByUserId: PagedMethod<
    DescribeWebSocketSessionsByUserIdRequest,
    WebSocketSession
  >;
  /** Binds the connection `connectionId` to the player whose access token it is. Rejects with kind `conflict` where another has the place. */
  readonly setUserId: AdminMethod<SetUserIdRequest, ItemResult<WebSocketSession>>;
  /** Binds the connection `connectionId` to a user. Rejects with kind `conflict` where another has the place. */
  readonly setUserIdByUserId: AdminMethod<SetUserIdByUserIdRequest, ItemResult<WebSocketSession>>;
  /** Sends to all live sessions of a user. That there is none is no error: see the result. */
  sendNotification<const Subject extends AnySubject>(
    params: WithPayload<SendNotificationRequest, Subject>,
    options?: AdminCallOptions,
  ): Promise<SendNotificationResult>;
  /** Cuts a user's connections and answers the sessions that ended. */
  readonly disconnectByUserId: AdminMethod<NamespaceUserRequest, DisconnectResult>;
  /** Cuts every connection in the namespace. Without `namespaceName` it is the default one. */
  readonly disconnectAll: AdminMethod<InNamespace, EmptyResult>;

  /** Stores a player's Firebase device token; it takes the place of the one before. */
  readonly setFirebaseToken: AdminMethod<SetFirebaseTokenRequest, ItemResult<FirebaseToken>>;
  /** Stores a user's Firebase device token; it takes the place of the one before. */
  readonly setFirebaseTokenByUserId: AdminMethod<
    SetFirebaseTokenByUserIdRequest,
    ItemResult<FirebaseToken>
  >;
  /** Rejects with kind `notFound` where none is stored. */
  readonly getFirebaseToken: AdminMethod<ForPlayer, ItemResult<FirebaseToken>>;
  /** Rejects with kind `notFound` where none is stored. */
  readonly getFirebaseTokenByUserId: AdminMethod<NamespaceUserRequest, ItemResult<FirebaseToken>>;
  /** Answers what was deleted; without `item` where the answer was lost and asking again found none. */
  readonly deleteFirebaseToken: AdminMethod<ForPlayer, Partial<ItemResult<FirebaseToken>>>;
  /** Answers what was deleted; without `item` where the answer was lost and asking again found none. */
  readonly deleteFirebaseTokenByUserId: AdminMethod<
    NamespaceUserRequest,
    Partial<ItemResult<FirebaseToken>>
  >;
  /** Sends to a user's phone by Firebase Cloud Messaging. */
  sendMobileNotificationByUserId<const Subject extends AnySubject>(
    params: WithPayload<SendMobileNotificationByUserIdRequest, Subject>,
    options?: AdminCallOptions,
  ): Promise<EmptyResult>;

  /** Exports a user's data and waits until it is done: answers the address of the file. */
  exportUserData(params: UserDataRequest, options?: JobOptions): Promise<{ url: string }>;
  /** Deletes a user's data and waits until it is done. */
  eraseUserData(params: UserDataRequest, options?: JobOptions): Promise<void>;
  /** Uploads and imports a user's data and waits until it is done: answers the address of the log, which says whether it went well. */
  importUserData(
    params: ForUser & TimeShifted & { data: ImportData },
    options?: JobOptions,
  ): Promise<{ url: string }>;

  /**
   * Sends one notification to many users, a bounded number at a time. A 402 or 429 slows the whole run: all wait, longer each time, and who was
   * refused is tried again, 8 times in all. No user is sent anything twice: a call without an answer counts as `failed`, with `outcome: "unknown"`.
   *
   * Rejects when the signal aborts, when the list or `onResult` fails, when the login is refused, and when the namespace is missing. Users
   * `onResult` was not told of were not sent anything by then: to resume, call again with those.
   */
  sendNotificationToUsers<const Subject extends AnySubject>(
    userIds: Iterable<string> | AsyncIterable<string>,
    notification: NotificationToUsers<Subject>,
    options?: RunOptions,
  ): Promise<RunSummary>;
}
