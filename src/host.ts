import type { WebSocketClass } from "./connection/socket.js";
import type { Fetch } from "./http/http.js";
import type { Clock } from "./pending.js";
import type { SessionStore } from "./session/tabSession.js";

/** What a host may have or lack. */
export const host = globalThis as {
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: Fetch;
  readonly sessionStorage?: SessionStore;
};

/** 128 random bits. randomUUID is missing on plain http; getRandomValues is not. */
export const randomId = (): string =>
  crypto.getRandomValues(new Uint32Array(4)).reduce((id, word) => id + word.toString(36), "");

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as number),
};
