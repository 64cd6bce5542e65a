import { createCaller } from "../admin/caller.js";
import { adminPlatform } from "../admin/host.js";
import { GatewayError } from "../errors.js";
import type { AnyMethod } from "../wire/methods.js";
import { expandEndpoint } from "../wire/endpoints.js";
import { endpoints } from "./constants.js";
import { gs2Error } from "./errors.js";
import { tokensOf, type SessionFields } from "./session.js";
import { besideOf, valuesOf } from "./values.js";

const CALL_TIMEOUT_MS = 10_000;

/** Sends a request over REST and answers the result object; rejects with a `Gs2Error`. */
export async function callOverRest(
  session: SessionFields,
  row: AnyMethod,
  request: unknown,
): Promise<object> {
  try {
    if (!session.projectToken) {
      throw new GatewayError({
        kind: "notConnected",
        message: `${row.name}: connect the session first`,
        method: row.name,
      });
    }
    const { clock } = adminPlatform;
    const call = createCaller({
      clock,
      base: expandEndpoint(endpoints().rest, "gateway", session.region).replace(/\/+$/, ""),
      namespaceName: undefined,
      callTimeoutMs: CALL_TIMEOUT_MS,
      tokens: tokensOf(session),
      fetch: () => adminPlatform.fetch()!,
      newId: undefined,
      // The official SDK has nobody to tell.
      broken: () => undefined,
    });
    const { duplicationAvoider, ...beside } = besideOf(request);
    return await call(row, valuesOf(row, request), { beside, duplicationAvoider });
  } catch (error) {
    throw gs2Error(error as GatewayError);
  }
}
