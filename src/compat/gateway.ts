export { Gs2GatewayRestClient, Gs2GatewayWebSocketClient } from "./clients.js";
export * from "./model.js";
export * from "./request.js";
export * from "./result.js";
export * as model from "./model.js";
export * as request from "./request.js";
export * as result from "./result.js";
export type { Gs2Error } from "./errors.js";
