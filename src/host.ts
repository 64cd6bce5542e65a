import { socketOpener, type OpenSocket, type WebSocketClass } from "./connection/socket.js";
import { watchHost } from "./connection/wakeups.js";
import type { Hint } from "./connection/machine.js";
import type { Fetch } from "./http/http.js";
import type { Clock } from "./pending.js";
import type { SessionStore } from "./session/tabSession.js";

/** What a host may have or lack. */
export const host = globalThis as {
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: Fetch;
  readonly sessionStorage?: SessionStore;
};

/** Time, chance, network and page as a client meets them; a simulation brings its own. */
export interface ClientHost {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly opener: (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket;
  readonly watch: (tell: (hint: Hint) => void) => () => void;
}

export const systemHost: ClientHost = {
  clock: {
    now: () => Date.now(),
    random: () => Math.random(),
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer as number),
  },
  // 128 random bits. randomUUID is missing on plain http; getRandomValues is not.
  newId: () =>
    crypto.getRandomValues(new Uint32Array(4)).reduce((id, word) => id + word.toString(36), ""),
  opener: socketOpener,
  watch: watchHost,
};
