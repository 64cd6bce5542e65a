import { defineCall } from "../defineCall.js";
import type { AcquireAction, AsPlayer } from "./common.js";

/** What the actions of a transaction led to. */
export interface StampSheetResult {
  stampSheetResultId: string;
  userId: string;
  transactionId: string;
  verifyTaskRequests?: AcquireAction[] | null;
  taskRequests?: AcquireAction[] | null;
  sheetRequest?: AcquireAction | null;
  /** GS2's statuses, one for each request. */
  verifyTaskResultCodes?: number[] | null;
  verifyTaskResults?: string[] | null;
  taskResultCodes?: number[] | null;
  taskResults?: string[] | null;
  sheetResultCode?: number | null;
  /** As JSON. */
  sheetResult?: string | null;
  nextTransactionId?: string | null;
  /** Unix time in milliseconds. */
  createdAt: number;
  revision?: number | null;
}

export interface GetStampSheetResultParams extends AsPlayer {
  transactionId: string;
}

/** Reads what a transaction led to; `notFound` until it has run. */
export const getStampSheetResult = /*#__PURE__*/ defineCall<
  GetStampSheetResultParams,
  { item: StampSheetResult }
>({
  service: "distributor",
  component: "stampSheetResult",
  function: "getStampSheetResult",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/stampSheet/{transactionId}/result" },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "transactionId"],
});
