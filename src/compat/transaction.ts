import { asIs, modelClass } from "./classes.js";

interface ActionResult {
  /** `Gs2Inventory:AcquireItemSetByUserId`, for example. */
  action: string;
  /** Status of the action, as of a call. */
  statusCode: number;
}
interface WireVerifyActionResult extends ActionResult {
  /** Request and result are JSON text. */
  verifyRequest: string;
  verifyResult: string;
}
interface WireConsumeActionResult extends ActionResult {
  /** Request and result are JSON text. */
  consumeRequest: string;
  consumeResult: string;
}
interface WireAcquireActionResult extends ActionResult {
  /** Request and result are JSON text. */
  acquireRequest: string;
  acquireResult: string;
}
interface WireTransactionResult {
  transactionId: string;
  verifyResults: WireVerifyActionResult[];
  consumeResults: WireConsumeActionResult[];
  acquireResults: WireAcquireActionResult[];
}

/** What a verify action of a transaction did. */
export class VerifyActionResult extends modelClass<WireVerifyActionResult>()({
  action: asIs,
  verifyRequest: asIs,
  statusCode: asIs,
  verifyResult: asIs,
}) {}

/** What a consume action of a transaction did. */
export class ConsumeActionResult extends modelClass<WireConsumeActionResult>()({
  action: asIs,
  consumeRequest: asIs,
  statusCode: asIs,
  consumeResult: asIs,
}) {}

/** What an acquire action of a transaction did. */
export class AcquireActionResult extends modelClass<WireAcquireActionResult>()({
  action: asIs,
  acquireRequest: asIs,
  statusCode: asIs,
  acquireResult: asIs,
}) {}

/**
 * Result of a transaction that GS2 ran at once, as results of other services hold it. GS2-Gateway
 * returns none; the shapes are those of the official TypeScript SDK 1.4.111.
 */
export class TransactionResult extends modelClass<WireTransactionResult>()({
  transactionId: asIs,
  verifyResults: [VerifyActionResult],
  consumeResults: [ConsumeActionResult],
  acquireResults: [AcquireActionResult],
}) {}
