import { GatewayClient } from "../node.js";
import core from "./core.js";
import { webSocketSessionOn } from "./webSocketSession.js";

/** A session over the WebSocket of `ws`. It runs on a `GatewayClient`. */
export class Gs2WebSocketSession extends webSocketSessionOn(GatewayClient) {}

export * from "./core.js";

// eslint-disable-next-line no-restricted-syntax -- as in core.ts.
export default { ...core, Gs2WebSocketSession };
