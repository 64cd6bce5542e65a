import { defineCall } from "../defineCall.js";
import type { AsPlayer } from "./common.js";

/** What a job led to. */
export interface JobResult {
  jobResultId: string;
  jobId: string;
  tryNumber: number;
  /** GS2's status. */
  statusCode: number;
  /** As JSON. */
  result: string;
  /** Unix time in milliseconds. */
  tryAt: number;
}

export interface GetJobResultParams extends AsPlayer {
  jobName: string;
  /** Which attempt; default: the latest. */
  tryNumber?: number | null;
}

/** Reads what a job of a queue led to; `notFound` until it has run. */
export const getJobResult = /*#__PURE__*/ defineCall<GetJobResultParams, { item: JobResult }>({
  service: "jobQueue",
  component: "jobResult",
  function: "getJobResult",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/job/{jobName}/result" },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "jobName"],
});
