import { createCaller } from "../admin/caller.js";
import type { AdminCallOptions } from "../admin/options.js";
import { adminPlatform } from "../admin/platform.js";
import { GatewayError } from "../errors.js";
import { restBase } from "../wire/endpoints.js";
import type { Values } from "../wire/frames.js";
import type { AnyMethod } from "../wire/methods.js";
import { COMMON_FIELDS, dictOf, type Dict } from "./classes.js";
import { gs2Error } from "./errors.js";
import { endpoints, projectTokensOf, type SessionFields } from "./session.js";

const CALL_TIMEOUT_MS = 10_000;

/** The method's fields in a request, which may be one of the official package. */
export function valuesOf({ fields }: AnyMethod, request: unknown): Dict {
  const values = Object(request) as Dict;
  return Object.fromEntries(Object.keys(fields).map((field) => [field, dictOf(values[field])]));
}

/** Its other values. The official SDK does not send empty texts here. */
export function commonFieldsOf(
  request: unknown,
): Pick<AdminCallOptions, "requestId" | "contextStack" | "dryRun" | "duplicationAvoider"> {
  const values = Object(request) as Values;
  return Object.fromEntries(
    [...COMMON_FIELDS, "duplicationAvoider"].flatMap((name) =>
      values[name] ? [[name, values[name]]] : [],
    ),
  );
}

/** Sends a request over REST and resolves with the result object; rejects with a `Gs2Error`. */
export async function callOverRest(
  session: SessionFields,
  method: AnyMethod,
  request: unknown,
): Promise<object> {
  try {
    if (!session.projectToken) {
      throw new GatewayError({
        kind: "notConnected",
        message: `${method.name}: connect the session first`,
        method: method.name,
      });
    }
    const { clock } = adminPlatform;
    const call = createCaller({
      clock,
      base: restBase(endpoints(), "gateway", session.region),
      namespaceName: undefined,
      callTimeoutMs: CALL_TIMEOUT_MS,
      tokens: projectTokensOf(session),
      fetch: () => adminPlatform.fetch()!,
      newId: undefined,
      // The official SDK reports no diagnostics.
      onIneffectiveField: () => undefined,
    });
    return await call(method, valuesOf(method, request), commonFieldsOf(request));
  } catch (error) {
    throw gs2Error(error as GatewayError);
  }
}
