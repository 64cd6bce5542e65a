import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { SyncReason } from "../connection/state.js";
import type { AbortOptions } from "../core/deferred.js";
import type { Diagnostic } from "../core/diagnostics.js";
import type { PERFORM_CALL } from "../core/internals.js";
import type { GatewayError } from "../errors.js";
import type { ListenOptions } from "../notify/emitter.js";
import type { AccessTokenSource } from "../session/session.js";
import type { Values } from "../wire/frames.js";
import type { ForPlayer, SetUserIdRequest } from "../wire/requests.js";

/** `timeoutMs` by default: `callTimeoutMs` of the client. */
export interface CallOptions extends AbortOptions {
  /** Default `player`. */
  slot?: string | undefined;
}

export interface BindRequest extends Omit<
  SetUserIdRequest,
  "accessToken" | "namespaceName" | "connectionId"
> {
  accessToken: AccessTokenSource;
  /** Default: that of the client. */
  namespaceName?: string | undefined;
  /** One binding per slot; a guild beside the player is another slot. Default `player`. */
  slot?: string | undefined;
}

/** What a player's method takes: the token, and unless given the namespace, come from the slot. */
export type PlayerParams<Request extends ForPlayer> = Omit<Request, keyof ForPlayer> & {
  namespaceName?: string | undefined;
  slot?: string | undefined;
};

export interface ServiceCall {
  /** For example `matchmaking`. */
  service: string;
  component: string;
  function: string;
  /** An `accessToken` in it goes into the envelope too, where no slot gives another. */
  params?: Values | undefined;
  /** Sends the access token of this slot, and waits for its binding. Default: neither. */
  slot?: string | undefined;
  /**
   * A definition is called with its parameters.
   * @internal
   */
  readonly [PERFORM_CALL]?: undefined;
}

/** The options of a call of a definition. */
export interface DefinedCallOptions extends CallOptions {
  /**
   * Default: `socket` where the definition says that an official SDK was seen to send it there,
   * else `rest`, which needs no connection.
   */
  via?: "socket" | "rest" | undefined;
}

export interface Sync {
  /**
   * `first`: bound for the first time. `gap`: bound again; notifications may have been lost.
   * `takeOver`: bound by force.
   */
  readonly reason: SyncReason;
  /**
   * Time of the last sign of life before the gap, Unix time in milliseconds; undefined on the first
   * bind.
   */
  readonly since: number | undefined;
  /** From then until the bind succeeded; 0 on the first bind. */
  readonly downMs: number;
  readonly binding: Binding;
}

/** The events of a client beside notifications, and what their handlers get. */
export interface LifecycleEvents {
  /**
   * Any part of the snapshot has changed: also an attempt, a binding or `nextRetryAt`, with the same
   * status. A handler that is interested in the status alone compares `now.status` with
   * `before.status`.
   */
  status: [now: ConnectionSnapshot, before: ConnectionSnapshot];
  /**
   * Another client has the player's place. The slot is not bound again until takeOver or setUserId.
   */
  replaced: [binding: Binding];
  /**
   * A token was refused, and a renewed one too. `slot` is undefined where the whole client stopped.
   */
  unauthorized: [event: { readonly slot: string | undefined; readonly error: GatewayError }];
  diagnostic: [diagnostic: Diagnostic];
}

/** Events of the connection; `gateway.on` has the notifications. */
export interface Lifecycle {
  /**
   * Calls `handler` for each event of this name from now on: `status` after any change of
   * `gateway.connection`. The present status is `gateway.connection.status`.
   *
   * @returns ends the registration
   */
  on<E extends keyof LifecycleEvents>(
    event: E,
    handler: (...args: LifecycleEvents[E]) => unknown,
    options?: ListenOptions,
  ): () => void;
}
