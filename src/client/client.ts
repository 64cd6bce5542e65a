import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { AbortOptions } from "../core/deferred.js";
import {
  bindMethods,
  CLIENT_INTERNALS,
  PERFORM_CALL,
  type DefinedCall,
} from "../core/internals.js";
import { invalidArgument } from "../errors.js";
import type { ListenOptions } from "../notify/emitter.js";
import type { Mark } from "../notify/history.js";
import type {
  KnownSelector,
  NotificationOf,
  NotificationSelector,
  NotificationSource,
  WaitOptions,
} from "../notify/notificationSource.js";
import type { Values } from "../wire/frames.js";
import {
  deleteFirebaseToken,
  describeWebSocketSessions,
  getFirebaseToken,
  setFirebaseToken,
} from "../wire/methods.js";
import type { FirebaseToken, WebSocketSession } from "../wire/models.js";
import type {
  DescribeWebSocketSessionsRequest,
  ForPlayer,
  ItemResult,
  Page,
  SetFirebaseTokenRequest,
} from "../wire/requests.js";
import { bindPlayer, DEFAULT_SLOT, release, takeOver } from "./bindings.js";
import { ClientCore } from "./clientCore.js";
import type { GatewayClientOptions } from "./options.js";
import type {
  BindRequest,
  CallOptions,
  DefinedCallOptions,
  Lifecycle,
  PlayerParams,
  ServiceCall,
  Sync,
} from "./types.js";

/**
 * A player's connection to GS2-Gateway: logs in, binds the player, reconnects by itself, and
 * delivers notifications.
 *
 * Every rejection is a GatewayError. The client does nothing before the first `connect` or
 * `setUserId`. It can be extended: its methods are on the prototype. They are bound, too, so that
 * they can be taken off the client. Printing or stringifying it shows no credential.
 */
export class GatewayClient implements NotificationSource {
  /** Events of the connection, beside the notifications. */
  readonly lifecycle: Lifecycle;
  /** Whether the endpoints are other than GS2's own. */
  readonly isEmulator: boolean;
  readonly #core: ClientCore;

  /** Throws `invalidArgument` where the credential or a WebSocket class is missing. */
  constructor(options: GatewayClientOptions) {
    const core = (this.#core = new ClientCore(options));
    this.isEmulator = core.settings.isEmulator;
    this.lifecycle = { on: core.onLifecycle };
    Object.defineProperty(this, CLIENT_INTERNALS, { value: core.internals() });
    bindMethods(this, GatewayClient.prototype);
    core.reportSettings();
  }

  /** The state of the connection: a frozen snapshot, replaced by a new one after each change. */
  get connection(): ConnectionSnapshot {
    return this.#core.snapshot;
  }

  /**
   * Calls `listener` after each change of `connection`, which stays the same object until then: as
   * `useSyncExternalStore` of React and the stores of other frameworks take it.
   *
   * @returns ends the subscription
   */
  subscribe(listener: () => void): () => void {
    return this.lifecycle.on("status", () => listener());
  }

  /**
   * Connects and logs in, or waits for that; tries at once, whatever the schedule. Resolves with
   * the first `connected`. Rejects with the error that ends the trying, on `signal`, and after
   * `timeoutMs` (default: no limit), then with the kind and text of the last failure, for example
   * `notConnected` where nothing answers. Attempts go on until `disconnect`, also after a rejection.
   */
  async connect(options: AbortOptions = {}): Promise<void> {
    const { status, connection } = this.#core;
    const waiting = status.waitUntil("connect", options, ({ phase }) => phase === "open");
    if (!options.signal?.aborted && !status.isDisposed) connection.dispatch({ type: "connect" });
    await waiting.promise;
  }

  /**
   * Ends the connection. Only `connect` and `setUserId` revive it, and bind again what was bound
   * before.
   */
  async disconnect(): Promise<void> {
    this.#core.disconnect();
  }

  /**
   * Ends everything: no timer, listener or waiting call is left, and the client cannot be used
   * again.
   */
  dispose(): void {
    this.#core.dispose();
  }

  /**
   * Binds this connection to a player, so that the player's notifications come here, and binds it
   * again after each reconnect. Connects by itself when idle. A new call for the same slot replaces
   * the one before; when the server refuses it, the slot is left unbound.
   *
   * With `allowConcurrentAccess: false` another live session of the player makes it reject with
   * kind `conflict`: offer the player `takeOver`. `force` cuts that session; a forced bind leaves
   * once, on an open connection, and is never repeated. After a rejection by time-out, by `signal`,
   * or because the connection was lost, the slot stays wanted, without force: see `release`. The
   * same request while a bind of it is under way shares that bind.
   */
  async setUserId(request: BindRequest, options: CallOptions = {}): Promise<Binding> {
    return bindPlayer(this.#core, request, options);
  }

  /**
   * Binds a slot again with force: the player's other session is cut. Call it only from a player's
   * action, and on an open connection.
   */
  async takeOver(options: CallOptions = {}): Promise<Binding> {
    return takeOver(this.#core, options);
  }

  /**
   * Forgets a binding. GS2 has no unbind: the socket is replaced, and the other slots are bound
   * again.
   */
  async release({ slot }: { slot?: string | undefined } = {}): Promise<void> {
    release(this.#core, slot ?? DEFAULT_SLOT);
  }

  on<Selector extends string | object>(
    selector: KnownSelector<Selector>,
    handler: (notification: NotificationOf<Selector>) => unknown,
    options?: ListenOptions,
  ): () => void {
    return this.#core.notifications.on(selector as NotificationSelector, handler, options);
  }

  waitFor<Selector extends string | object>(
    selector: KnownSelector<Selector>,
    options?: WaitOptions<NotificationOf<Selector>>,
  ): Promise<NotificationOf<Selector>> {
    return this.#core.notifications.waitFor(
      selector as NotificationSelector,
      options,
    ) as Promise<never>;
  }

  /**
   * Remembers this moment for `waitFor({ since })`: take it before the call that causes the
   * notification.
   */
  mark(): Mark {
    return this.#core.notifications.mark();
  }

  /**
   * Calls the handler after the first bind of a slot and after every gap: what the server sent in
   * between may be lost, so the game fetches its state again. A handler that is registered after a
   * bind is called for it soon after, with reason `first`. Until the promise settles, 5 seconds and
   * 1,000 notifications at most, notifications are held, and then delivered in order; a `waitFor`
   * inside the handler gets them at once.
   *
   * @returns ends the registration
   */
  onSync(handler: (sync: Sync) => unknown, options?: ListenOptions): () => void {
    return this.#core.syncEvents.listen(handler, options);
  }

  /** Tries at once instead of waiting for the next window; at most once a second. */
  retryNow(): void {
    this.#core.connection.dispatch({ type: "hint", hint: "retryNow" });
  }

  /** Passes on what the client cannot see by itself, for example in a native shell. */
  hint(hint: "foreground" | "background" | "online" | "offline"): void {
    this.#core.connection.dispatch({ type: "hint", hint });
  }

  /** Round trip of a small call, in milliseconds. GS2 bills it as a call. */
  async ping(): Promise<number> {
    const { callTimeoutMs, platform } = this.#core.settings;
    const start = platform.clock.now();
    await this.#core.probe(callTimeoutMs);
    return platform.clock.now() - start;
  }

  /** Stores the player's Firebase device token; it replaces the one before. */
  async setFirebaseToken(
    params: PlayerParams<SetFirebaseTokenRequest>,
    options?: CallOptions,
  ): Promise<ItemResult<FirebaseToken>> {
    return this.#core.callMethod(setFirebaseToken, params, options);
  }

  /** Reads it. Rejects with kind `notFound` where none is stored. */
  async getFirebaseToken(
    params?: PlayerParams<ForPlayer>,
    options?: CallOptions,
  ): Promise<ItemResult<FirebaseToken>> {
    return this.#core.callMethod(getFirebaseToken, params, options);
  }

  /**
   * Deletes it and resolves with what was deleted; without `item` where the reply was lost and the
   * repeated call found none.
   */
  async deleteFirebaseToken(
    params?: PlayerParams<ForPlayer>,
    options?: CallOptions,
  ): Promise<Partial<ItemResult<FirebaseToken>>> {
    return await this.#core.callMethod(deleteFirebaseToken, params, options);
  }

  /** Lists the player's live sessions, a page at a time. */
  async describeWebSocketSessions(
    params?: PlayerParams<DescribeWebSocketSessionsRequest>,
    options?: CallOptions,
  ): Promise<Page<WebSocketSession>> {
    return this.#core.callMethod(describeWebSocketSessions, params, options);
  }

  /**
   * Calls a function of any GS2 service: a definition of `gs2-gateway/calls`, or one by its names
   * over the same socket. The latter is never repeated by itself, but once after a 401.
   */
  call<Params, Result>(
    definition: DefinedCall<Params, Result>,
    params: NoInfer<Params>,
    options?: DefinedCallOptions,
  ): Promise<Result>;
  call<Result = Values>(request: ServiceCall, options?: CallOptions): Promise<Result>;
  async call(
    request: ServiceCall | DefinedCall<object, unknown>,
    params: object = {},
    options?: CallOptions,
  ): Promise<unknown> {
    // Callers may have no TypeScript.
    const { [PERFORM_CALL]: perform } = Object(request) as typeof request;
    return perform?.(this, params, options) ?? this.#core.call(request, params);
  }

  /**
   * A project token young enough to be used, for REST calls of your own. Logs in over REST where
   * there is no connection. Rejects with kind `notConnected` when the client is disposed.
   */
  getProjectToken(): Promise<string> {
    return this.#core.getProjectToken();
  }

  /** Uses this project token from now on. Leads out of `unauthorized`. */
  setProjectToken(token: string): void {
    if (!token) throw invalidArgument("setProjectToken", "token");
    const { session, connection } = this.#core;
    const renewInMs = session.setProjectToken(token);
    connection.dispatch({ type: "tokenSet", renewInMs });
  }
}
