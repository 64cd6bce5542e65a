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
import type { ProjectTokenGrant } from "../session/session.js";
import type { FirebaseToken, Namespace, WebSocketSession } from "../wire/models.js";
import type {
  AdminCallOptions,
  AdminParams,
  AnySubject,
  GetProjectTokenOptions,
  ImportData,
  JobOptions,
  NotificationToUsers,
  RunOptions,
  RunSummary,
  WithConnection,
  WithPayload,
} from "./options.js";

/** Optional where all its fields are. */
type Params<Given> = Record<never, never> extends Given ? [params?: Given] : [params: Given];

/** A method of the table. */
export type AdminMethod<Request, Result> = (
  ...given: [...Params<AdminParams<Request>>, options?: AdminCallOptions]
) => Promise<Result>;

/** A method that reads a list page by page. */
export interface PagedMethod<Request, Item> extends AdminMethod<Request, Page<Item>> {
  /**
   * Reads all items, page by page. A page is requested when the items of the previous page are used
   * up; none is requested after the loop was left. `limit` is the size of a page; `timeoutMs`
   * applies to each page.
   */
  all(
    ...given: [...Params<AdminParams<Request>>, options?: AbortOptions]
  ): AsyncGenerator<Item, void, undefined>;
}

/** What a `GatewayAdmin` of `gs2-gateway/admin` has. */
export interface AdminMembers {
  /** True when the endpoints are not those of GS2. */
  readonly isEmulator: boolean;

  /** Lists the project's namespaces, one page per call. */
  readonly describeNamespaces: PagedMethod<DescribeNamespacesRequest, Namespace>;
  /** Rejects with kind `conflict` when the name is taken (assumed). */
  readonly createNamespace: AdminMethod<CreateNamespaceRequest, ItemResult<Namespace>>;
  readonly getNamespaceStatus: AdminMethod<InNamespace, NamespaceStatusResult>;
  readonly getNamespace: AdminMethod<InNamespace, ItemResult<Namespace>>;
  /** GS2 does not document whether an omitted setting keeps its value: send all settings. */
  readonly updateNamespace: AdminMethod<UpdateNamespaceRequest, ItemResult<Namespace>>;
  /**
   * Deletes a namespace and resolves with it. Without `namespaceName` it deletes the default
   * namespace of this admin.
   */
  readonly deleteNamespace: AdminMethod<InNamespace, ItemResult<Namespace>>;
  readonly getServiceVersion: AdminMethod<Record<never, never>, ItemResult<string>>;

  /** Starts the export of a user's data; see {@link exportUserData}. */
  readonly dumpUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /**
   * Gets the address of the exported file. Before it is ready (assumed): 404, 409 or a `url` of
   * null.
   */
  readonly checkDumpUserDataByUserId: AdminMethod<UserDataRequest, UrlResult>;
  /** Starts deleting a user's data; see {@link eraseUserData}. */
  readonly cleanUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /**
   * Resolves when everything is deleted. What it does before that is not documented: a 404, a 409
   * or the same 200.
   */
  readonly checkCleanUserDataByUserId: AdminMethod<UserDataRequest, EmptyResult>;
  /** Gets the address to which a user's data is uploaded; see {@link importUserData}. */
  readonly prepareImportUserDataByUserId: AdminMethod<UserDataRequest, PrepareImportResult>;
  /** Starts the import of the uploaded data. */
  readonly importUserDataByUserId: AdminMethod<UploadedUserDataRequest, EmptyResult>;
  /**
   * Gets the address of the import's log. Before it is ready (assumed): 404, 409 or a `url` of
   * null.
   */
  readonly checkImportUserDataByUserId: AdminMethod<UploadedUserDataRequest, UrlResult>;

  /** Lists the live sessions of the player of the access token, one page per call. */
  readonly describeWebSocketSessions: PagedMethod<
    DescribeWebSocketSessionsRequest,
    WebSocketSession
  >;
  /** Lists a user's live sessions, one page per call. */
  readonly describeWebSocketSessionsByUserId: PagedMethod<
    DescribeWebSocketSessionsByUserIdRequest,
    WebSocketSession
  >;
  /**
   * Binds the connection `connectionId` to the player of the access token. With
   * `allowConcurrentAccess: false` it rejects with kind `conflict` when another connection
   * holds the player (seen in the official SDKs).
   */
  readonly setUserId: AdminMethod<WithConnection<SetUserIdRequest>, ItemResult<WebSocketSession>>;
  /** Binds a connection to a user, as {@link setUserId} does to a player. */
  readonly setUserIdByUserId: AdminMethod<
    WithConnection<SetUserIdByUserIdRequest>,
    ItemResult<WebSocketSession>
  >;
  /**
   * Sends a notification to the live sessions of a user (to all of them: assumed). It resolves when
   * there is none (assumed): see the result.
   */
  sendNotification<const Subject extends AnySubject>(
    params: WithPayload<SendNotificationRequest, Subject>,
    options?: AdminCallOptions,
  ): Promise<SendNotificationResult>;
  /**
   * Closes a user's sessions in the namespace and resolves with them. That it closes their
   * connections, with all that is bound on those, is assumed.
   */
  readonly disconnectByUserId: AdminMethod<NamespaceUserRequest, DisconnectResult>;
  /**
   * Closes all sessions in a namespace, and their connections (assumed). Without `namespaceName` it
   * is the default namespace of this admin.
   */
  readonly disconnectAll: AdminMethod<InNamespace, EmptyResult>;

  /** Stores a player's Firebase device token; it replaces the previous one. */
  readonly setFirebaseToken: AdminMethod<SetFirebaseTokenRequest, ItemResult<FirebaseToken>>;
  /** Stores a user's Firebase device token; it replaces the previous one. */
  readonly setFirebaseTokenByUserId: AdminMethod<
    SetFirebaseTokenByUserIdRequest,
    ItemResult<FirebaseToken>
  >;
  /** Rejects with kind `notFound` when none is stored (seen in the official SDKs). */
  readonly getFirebaseToken: AdminMethod<ForPlayer, ItemResult<FirebaseToken>>;
  /** Rejects with kind `notFound` when none is stored (seen in the official SDKs). */
  readonly getFirebaseTokenByUserId: AdminMethod<NamespaceUserRequest, ItemResult<FirebaseToken>>;
  /**
   * Resolves with the deleted token; without `item` when the response was lost and the repeat found
   * no token.
   */
  readonly deleteFirebaseToken: AdminMethod<ForPlayer, Partial<ItemResult<FirebaseToken>>>;
  /**
   * Resolves with the deleted token; without `item` when the response was lost and the repeat found
   * no token.
   */
  readonly deleteFirebaseTokenByUserId: AdminMethod<
    NamespaceUserRequest,
    Partial<ItemResult<FirebaseToken>>
  >;
  /** Sends a notification to a user's device by Firebase Cloud Messaging. */
  sendMobileNotificationByUserId<const Subject extends AnySubject>(
    params: WithPayload<SendMobileNotificationByUserIdRequest, Subject>,
    options?: AdminCallOptions,
  ): Promise<EmptyResult>;

  /**
   * The project token of this admin's credential, with the seconds that are left of its life: for a
   * server that hands out project tokens, so that the client secret stays there. Logs in when there
   * is none, when nine tenths of its life have passed, and when it is older than `maxAgeMs`;
   * concurrent calls share one login. Without `expiresInSeconds` the life is not known.
   */
  getProjectToken(options?: GetProjectTokenOptions): Promise<ProjectTokenGrant>;

  /** Exports a user's data; resolves with the address of the file when the job is done. */
  exportUserData(params: UserDataRequest, options?: JobOptions): Promise<{ url: string }>;
  /**
   * Deletes a user's data; resolves when the job is done. GS2 does not document the reply of a
   * check while the job is running. Where the first check succeeds at once, the user's Firebase
   * token is read in every namespace of the project, and again until those found are gone: one call
   * for each namespace. Where the credential may not read them, the check decides alone.
   */
  eraseUserData(params: UserDataRequest, options?: JobOptions): Promise<void>;
  /**
   * Uploads and imports a user's data. When the job is done, resolves with the address of its log,
   * which says whether the import succeeded.
   */
  importUserData(
    params: ForUser & TimeShifted & { data: ImportData },
    options?: JobOptions,
  ): Promise<{ url: string }>;

  /**
   * Sends one notification to many users, `concurrency` users at a time. A 402 or 429 pauses the
   * whole run, longer each time; a throttled call is sent up to 8 times. No user gets the
   * notification twice: a call without a response counts as `failed`, with `outcome: "unknown"`.
   *
   * Rejects when the signal aborts, when the list or `onResult` fails, when the login is refused,
   * and when the namespace is missing. Users for whom `onResult` was not called were not sent
   * anything: to resume, call again with those.
   */
  sendNotificationToUsers<const Subject extends AnySubject>(
    userIds: Iterable<string> | AsyncIterable<string>,
    notification: NotificationToUsers<Subject>,
    options?: RunOptions,
  ): Promise<RunSummary>;
}
