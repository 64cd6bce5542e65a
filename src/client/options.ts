import type { WebSocketClass } from "../connection/socket.js";
import { checkTime } from "../core/deferred.js";
import type { Logger } from "../core/diagnostics.js";
import type { Fetch } from "../http/http.js";
import { requireEncryption, requireOptions } from "../http/login.js";
import type { Credential } from "../session/session.js";
import type { SessionStore } from "../session/tabSession.js";
import {
  DEFAULT_REGION,
  expandEndpoint,
  gs2Endpoints,
  isGs2Endpoint,
  isLoopback,
  type Endpoints,
  type Region,
} from "../wire/endpoints.js";
import { hostGlobals, PLATFORM, systemPlatform, type ClientPlatform } from "./platform.js";

export interface KeepAlive {
  /**
   * Silence after which the connection is probed. Default 300,000; 60,000 in Node, with ping
   * frames.
   */
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
  /**
   * Default: GS2 itself. {@link emulatorEndpoints} gives those of an emulator. With a
   * `clientSecret` they must be `https:` and `wss:`, unless they are on this machine.
   */
  endpoints?: Endpoints | undefined;
  /** How long a call may take, waiting for the connection included. Default 10,000. */
  callTimeoutMs?: number | undefined;
  /**
   * How long a provider of tokens (a function in `credential` or `accessToken`) may take before it
   * is asked again; where an earlier token was not refused, that one is used after 5 seconds. What
   * comes late is used for the next request. Default 30,000.
   */
  providerTimeoutMs?: number | undefined;
  /**
   * Probing of a silent connection; false: only on suspicion. Each probe of a browser is a call GS2
   * bills.
   */
  keepAlive?: KeepAlive | false | undefined;
  /**
   * How long a conflict on coming back is tried again before it counts as `replaced`, for servers
   * that are slow to end a session. Default 0.
   */
  conflictGraceMs?: number | undefined;
  /** Default: that of the host; in Node that of `ws`. */
  WebSocket?: WebSocketClass | undefined;
  /** Default: that of the host. */
  fetch?: Fetch | undefined;
  /**
   * Keeps the session ID of a tab over a reload. Default: sessionStorage where there is one; null:
   * nowhere.
   */
  storage?: SessionStore | null | undefined;
  /** Gets every diagnostic. Default: `console`, for warnings and errors; false: no log. */
  logger?: Logger | false | undefined;
}

const CALL_TIMEOUT_MS = 10_000;
const PROVIDER_TIMEOUT_MS = 30_000;
const PROBE_TIMEOUT_MS = 5_000;
const IDLE_MS = 300_000;

/** The options with their defaults. */
export interface ClientSettings extends Omit<GatewayClientOptions, "keepAlive" | "storage"> {
  readonly callTimeoutMs: number;
  readonly providerTimeoutMs: number;
  readonly idleMs: number;
  readonly probeTimeoutMs: number;
  readonly conflictGraceMs: number;
  readonly WebSocket: WebSocketClass;
  readonly storage: () => SessionStore | null | undefined;
  readonly webSocketUrl: string;
  readonly region: Region;
  readonly endpoints: Endpoints;
  readonly loopback: boolean;
  readonly isEmulator: boolean;
  readonly platform: ClientPlatform;
}

/** Throws `invalidArgument` for an option that is missing or out of range. */
export function readOptions(options: GatewayClientOptions): ClientSettings {
  // Callers may have no TypeScript.
  const {
    credential,
    region = DEFAULT_REGION,
    endpoints = gs2Endpoints,
    callTimeoutMs = CALL_TIMEOUT_MS,
    providerTimeoutMs = PROVIDER_TIMEOUT_MS,
    conflictGraceMs = 0,
    keepAlive,
    storage,
    WebSocket = hostGlobals.WebSocket,
  } = Object(options) as GatewayClientOptions;
  requireOptions("GatewayClient", credential, {
    WebSocket,
    "endpoints.rest and webSocket, as of emulatorEndpoints(url)":
      endpoints.rest && endpoints.webSocket,
    "callTimeoutMs above 0": callTimeoutMs > 0,
  });

  const { idleMs = IDLE_MS, timeoutMs: probeTimeoutMs = PROBE_TIMEOUT_MS } =
    keepAlive === false ? { idleMs: Infinity } : (keepAlive ?? {});
  const times = {
    callTimeoutMs,
    providerTimeoutMs,
    conflictGraceMs,
    "keepAlive.idleMs": idleMs,
    "keepAlive.timeoutMs": probeTimeoutMs,
  };
  for (const [name, ms] of Object.entries(times)) checkTime("GatewayClient", name, ms);
  const webSocketUrl = expandEndpoint(endpoints.webSocket, "gateway", region);
  requireEncryption("GatewayClient", credential, [webSocketUrl, endpoints.rest]);
  return {
    ...options,
    callTimeoutMs,
    providerTimeoutMs,
    idleMs,
    probeTimeoutMs,
    conflictGraceMs,
    WebSocket: WebSocket!,
    storage: () => (storage === undefined ? hostGlobals.sessionStorage : storage),
    webSocketUrl,
    region,
    endpoints,
    loopback: isLoopback(webSocketUrl),
    isEmulator: !isGs2Endpoint(webSocketUrl),
    platform: (options as { [PLATFORM]?: ClientPlatform })[PLATFORM] ?? systemPlatform,
  };
}
