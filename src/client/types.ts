import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { ListenOptions } from "../notify/emitter.js";
import type { Mark } from "../notify/history.js";
import type { NotificationSource } from "../notify/notify.js";
import type {
  BindRequest,
  CallOptions,
  Lifecycle,
  PlayerParams,
  ServiceCall,
  Sync,
} from "./options.js";
import type { Values } from "../wire/frames.js";
import type { AbortOptions } from "../core/deferred.js";
import type {
  DescribeWebSocketSessionsRequest,
  ForPlayer,
  ItemResult,
  Page,
  SetFirebaseTokenRequest,
} from "../wire/requests.js";
import type { FirebaseToken, WebSocketSession } from "../wire/models.js";

/**
 * A player's connection to GS2-Gateway: logs in, binds the player, comes back by itself, and tells of notifications.
 *
 * Rejections are always a GatewayError. Nothing happens before the first `connect` or `setUserId`. Methods may be taken off the object
 * and called alone.
 */
export interface GatewayClient extends NotificationSource {
  /** How things stand: a frozen snapshot, replaced by a new one after each change. */
  readonly connection: ConnectionSnapshot;
  /** Events of the connection, beside the notifications. */
  readonly lifecycle: Lifecycle;
  /** Whether the endpoints are other than GS2's own. */
  readonly isEmulator: boolean;
  /**
   * Connects and logs in, or waits for that; tries at once, whatever the schedule. Resolves with the first `connected`. Rejects on an
   * ending that trying does not mend, on `signal`, and after `timeoutMs` (default: no limit). Attempts go on until `disconnect`, also after a rejection.
   */
  connect(options?: AbortOptions): Promise<void>;
  /** Ends the connection. Nothing revives it but `connect`, which binds again what was bound before. */
  disconnect(): Promise<void>;
  /** Ends everything: no timer, listener or waiting call is left, and the client cannot be used again. */
  dispose(): void;
  /**
   * Binds this connection to a player, so that the player's notifications come here, and binds it again after each reconnect. Connects by
   * itself when idle. A new call for the same slot takes the place of the one before; when the server refuses it, the slot is left unbound.
   *
   * With `allowConcurrentAccess: false` another live session of the player makes it reject with kind `conflict`: offer the player `takeOver`.
   * `force` cuts that session; a forced bind leaves once, on an open connection, and is never repeated. After a rejection for want of
   * time, by `signal`, or because the connection was lost, the wish stays, without force: see `release`. After `disconnect` it rejects with `notConnected`.
   */
  setUserId(request: BindRequest, options?: CallOptions): Promise<Binding>;
  /** Binds a slot again with force: the player's other session is cut. Only ever from a player's action, and on an open connection. */
  takeOver(options?: CallOptions): Promise<Binding>;
  /** Forgets a binding. GS2 has no unbind: the socket is replaced, and the other slots are bound again. */
  release(options?: { slot?: string | undefined }): Promise<void>;
  /** Remembers this moment for `waitFor({ since })`: take it before the call that causes the notification. */
  mark(): Mark;
  /**
   * Called after the first bind of a slot and after every gap: GS2 keeps no queue, so what happened in between is to be fetched again. Until
   * the promise settles, 5 seconds and 1,000 notifications at most, notifications are held, and then delivered in order.
   *
   * @returns ends it
   */
  onSync(handler: (sync: Sync) => unknown, options?: ListenOptions): () => void;
  /** Tries at once instead of waiting for the next window; at most once a second. */
  retryNow(): void;
  /** Tells what the client cannot see by itself, for example in a native shell. */
  hint(hint: "foreground" | "background" | "online" | "offline"): void;
  /** Round trip of a small call, in milliseconds. GS2 bills it as a call. */
  ping(): Promise<number>;
  /** Stores the player's Firebase device token; it takes the place of the one before. */
  setFirebaseToken(
    params: PlayerParams<SetFirebaseTokenRequest>,
    options?: CallOptions,
  ): Promise<ItemResult<FirebaseToken>>;
  /** Reads it. Rejects with kind `notFound` where none is stored. */
  getFirebaseToken(
    params?: PlayerParams<ForPlayer>,
    options?: CallOptions,
  ): Promise<ItemResult<FirebaseToken>>;
  /** Deletes it and answers what was deleted; without `item` where the answer was lost and asking again found none. */
  deleteFirebaseToken(
    params?: PlayerParams<ForPlayer>,
    options?: CallOptions,
  ): Promise<Partial<ItemResult<FirebaseToken>>>;
  /** Lists the player's live sessions, a page at a time. */
  describeWebSocketSessions(
    params?: PlayerParams<DescribeWebSocketSessionsRequest>,
    options?: CallOptions,
  ): Promise<Page<WebSocketSession>>;
  /** Calls any function of any GS2 service over the same socket. It is never repeated by itself, but once after a 401. */
  call<Result = Values>(request: ServiceCall, options?: CallOptions): Promise<Result>;
  /**
   * A project token young enough to be used, for REST calls of your own. Logs in over REST where there is no connection. Rejects with kind
   * `notConnected` when the client is disposed.
   */
  getProjectToken(): Promise<string>;
  /** Uses this project token from now on. Leads out of `unauthorized`. */
  setProjectToken(token: string): void;
}
