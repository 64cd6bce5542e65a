import { WebSocket } from "ws";
import { GatewayClient as PlayerClient } from "./client/client.js";
import type { GatewayClientOptions } from "./client/options.js";

// Ping frames cost nothing at GS2, calls do: so Node may look more often.
const IDLE_MS = 60_000;

/** The same client on the WebSocket of `ws`, which can send ping frames: silence is probed with them, after 60 seconds. */
export class GatewayClient extends PlayerClient {
  constructor(options: GatewayClientOptions) {
    const { keepAlive } = options;
    super(
      options.WebSocket
        ? options
        : {
            ...options,
            WebSocket: WebSocket as unknown as NonNullable<GatewayClientOptions["WebSocket"]>,
            keepAlive: keepAlive === false ? false : { idleMs: IDLE_MS, ...keepAlive },
          },
    );
  }
}

export * from "./index.js";
