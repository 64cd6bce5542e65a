import { WebSocket } from "ws";
import { GatewayClient as BrowserClient } from "./client/client.js";
import type { GatewayClientOptions } from "./client/options.js";

// Ping frames cost nothing at GS2, calls do: so Node may probe more often.
const IDLE_MS = 60_000;

/** The WebSocket of `ws`, with ping frames as probes. */
class NodeWebSocket extends WebSocket {
  sendPing(onPong: () => void): void {
    this.once("pong", onPong);
    this.ping();
  }
}

/**
 * The same client on the WebSocket of `ws`, which can send ping frames: silence is probed with
 * them, after 60 seconds.
 */
export class GatewayClient extends BrowserClient {
  constructor(options: GatewayClientOptions) {
    const { keepAlive } = options;
    super(
      options.WebSocket
        ? options
        : {
            ...options,
            WebSocket: NodeWebSocket,
            keepAlive: keepAlive === false ? false : { idleMs: IDLE_MS, ...keepAlive },
          },
    );
  }
}

export * from "./index.js";
