import { socketOpener, type OpenSocket, type WebSocketClass } from "../connection/socket.js";
import { observePlatform } from "../connection/platformEvents.js";
import type { Hint } from "../connection/machine.js";
import type { Fetch } from "../http/http.js";
import type { Clock } from "../core/deferred.js";
import type { SessionStore } from "../session/tabSession.js";
import { newId, systemClock } from "../core/clock.js";

/** What a host may have or lack. */
export const platform = globalThis as {
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: Fetch;
  readonly sessionStorage?: SessionStore;
};

/** Time, chance, network and page as a client meets them; a simulation brings its own. */
export interface ClientPlatform {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly opener: (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly watch: (tell: (hint: Hint) => void) => () => void;
}

export const systemPlatform: ClientPlatform = {
  clock: systemClock,
  newId,
  opener: socketOpener,
  watch: observePlatform,
};
