import { GatewayClient } from "../node.js";
import core from "./core.js";
import { webSocketSessionOn } from "./webSocketSession.js";

/** The same on the WebSocket of `ws`. */
export class Gs2WebSocketSession extends webSocketSessionOn(GatewayClient) {}

export * from "./core.js";

// eslint-disable-next-line no-restricted-syntax -- as in core.ts.
export default { ...core, Gs2WebSocketSession };
