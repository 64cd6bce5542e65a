import type { Hint } from "../connection/machine.js";
import { observePlatform } from "../connection/platformEvents.js";
import { createSocketOpener, type OpenSocket, type WebSocketClass } from "../connection/socket.js";
import { newId, systemClock, type Clock } from "../core/clock.js";
import type { Fetch } from "../http/http.js";
import type { SessionStore } from "../session/tabSession.js";

/** What a host may have or lack. */
export const hostGlobals = globalThis as {
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: Fetch;
  readonly sessionStorage?: SessionStore;
};

/** Time, randomness, network and page of a client. */
export interface ClientPlatform {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly createSocketOpener: (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly observePlatform: (emit: (hint: Hint) => void) => () => void;
}

/** Key among a client's options of the platform to use in place of the host's: for simulations. */
export const PLATFORM: unique symbol = Symbol("gs2-gateway.platform") as never;

export const systemPlatform: ClientPlatform = {
  clock: systemClock,
  newId,
  createSocketOpener,
  observePlatform,
};
