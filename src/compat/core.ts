import { GatewayClient } from "../index.js";
import { BasicGs2Credential, ProjectTokenGs2Credential } from "./credentials.js";
import { Gs2RestSession } from "./restSession.js";
import { Gs2Constant, Region } from "./session.js";
import {
  AcquireActionResult,
  ConsumeActionResult,
  TransactionResult,
  VerifyActionResult,
} from "./transaction.js";
import { webSocketSessionOn } from "./webSocketSession.js";

/** A session over a socket. It runs on a `GatewayClient`. */
export class Gs2WebSocketSession extends webSocketSessionOn(GatewayClient) {}

export {
  AcquireActionResult,
  BasicGs2Credential,
  ConsumeActionResult,
  Gs2Constant,
  Gs2RestSession,
  ProjectTokenGs2Credential,
  Region,
  TransactionResult,
  VerifyActionResult,
};
export type { Gs2RestSessionOptions } from "./restSession.js";
export type { Gs2Credential } from "./credentials.js";
export type { Gs2Error } from "./errors.js";
export type { LoginResult } from "./session.js";
export type { Gs2Notification } from "./webSocketSession.js";

/** All exports as one object, as the samples of the GS2 reference import them. */
// eslint-disable-next-line no-restricted-syntax -- the samples write `import Gs2Core from`.
export default {
  AcquireActionResult,
  BasicGs2Credential,
  ConsumeActionResult,
  Gs2Constant,
  Gs2RestSession,
  Gs2WebSocketSession,
  ProjectTokenGs2Credential,
  Region,
  TransactionResult,
  VerifyActionResult,
};
