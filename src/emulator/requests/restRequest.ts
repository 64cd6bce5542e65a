import type { Context } from "hono";
import type { Target } from "../../wire/frames.js";
import type { ApiRequest } from "../calls/request.js";

/** Reads a call from its path, headers and these values of its query or body. */
export function readRestRequest(
  { req }: Context,
  target: Target,
  values: Readonly<Record<string, unknown>>,
  pathParams: Readonly<Record<string, string>>,
): ApiRequest {
  // Spread rather than assigned: a body may have a field `__proto__`.
  const params: Record<string, unknown> = { ...values, ...withoutNulls(pathParams) };
  const timeOffsetToken = req.header("x-gs2-time-offset-token");
  if (timeOffsetToken !== undefined) params["timeOffsetToken"] = timeOffsetToken;
  return {
    transport: "rest",
    target,
    params,
    projectToken: /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1],
    accessToken: req.header("x-gs2-access-token") || undefined,
    connectionId: undefined,
    duplicationAvoider: req.header("x-gs2-duplication-avoider") || undefined,
    dryRun: req.header("x-gs2-dry-run")?.toLowerCase() === "true",
  };
}

/** The official SDKs write an unset value as the text "null". */
export const withoutNulls = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== "null" && value !== ""),
  );
