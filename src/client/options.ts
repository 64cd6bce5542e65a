import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { WebSocketClass } from "../connection/socket.js";
import type { SyncReason } from "../connection/state.js";
import type { Diagnostic, Logger } from "../core/diagnostics.js";
import type { GatewayError } from "../errors.js";
import type { Fetch } from "../http/http.js";
import type { ListenOptions } from "../notify/emitter.js";
import type { Values } from "../wire/frames.js";
import type { AbortOptions } from "../core/deferred.js";
import type { AccessTokenSource, Credential } from "../session/session.js";
import type { SessionStore } from "../session/tabSession.js";
import type { ForPlayer, SetUserIdRequest } from "../wire/requests.js";
import type { Endpoints, Region } from "../wire/endpoints.js";

export interface KeepAlive {
  /** Silence after which the connection is probed. Default 300,000; 60,000 in Node, with ping frames. */
  idleMs?: number | undefined;
  /** How long a probe may go unanswered before the socket is left. Default 5,000. */
  timeoutMs?: number | undefined;
}

export interface GatewayClientOptions {
  /** Default `ap-northeast-1`. */
  region?: Region | undefined;
  /** The Gateway namespace of every call that names none. At most 128 characters. */
  namespaceName?: string | undefined;
  credential: Credential;
  /** Default: GS2 itself. {@link emulatorEndpoints} gives those of an emulator. */
  endpoints?: Endpoints | undefined;
  /** How long a call may take, waiting for the connection included. Default 10,000. */
  callTimeoutMs?: number | undefined;
  /** Probing of a silent connection; false: only on suspicion. Each probe of a browser is a call GS2 bills. */
  keepAlive?: KeepAlive | false | undefined;
  /** How long a conflict on coming back is tried again before it counts as `replaced`, for servers that are slow to end a session. Default 0. */
  conflictGraceMs?: number | undefined;
  /** Default: that of the host; in Node that of `ws`. */
  WebSocket?: WebSocketClass | undefined;
  /** Default: that of the host. */
  fetch?: Fetch | undefined;
  /** Keeps the session ID of a tab over a reload. Default: sessionStorage where there is one; null: nowhere. */
  storage?: SessionStore | null | undefined;
  /** Hears every diagnostic. Default: `console`, for warnings and errors; false: nobody. */
  logger?: Logger | false | undefined;
}

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
}

export interface Sync {
  /** `first`: bound for the first time. `gap`: bound again; notifications may have been lost. `takeOver`: bound by force. */
  readonly reason: SyncReason;
  /** Time of the last sign of life before the gap, Unix time in milliseconds; undefined on the first bind. */
  readonly since: number | undefined;
  /** From then until the bind was answered; 0 on the first bind. */
  readonly downMs: number;
  readonly binding: Binding;
}

/** Which events a client tells of beside notifications, and what their handlers get. */
export interface LifecycleEvents {
  /** Anything of the snapshot has changed; compare `now.status` with `before.status` to hear of the status alone. */
  status: [now: ConnectionSnapshot, before: ConnectionSnapshot];
  /** Another client has the player's place. Nothing is tried for this slot until takeOver or setUserId. */
  replaced: [binding: Binding];
  /** A token was refused, and a renewed one too. `slot` is undefined where the whole client stopped. */
  unauthorized: [event: { readonly slot: string | undefined; readonly error: GatewayError }];
  diagnostic: [diagnostic: Diagnostic];
}

export interface Lifecycle {
  on<E extends keyof LifecycleEvents>(
    event: E,
    handler: (...args: LifecycleEvents[E]) => unknown,
    options?: ListenOptions,
  ): () => void;
}
