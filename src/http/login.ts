import { timeoutSignal } from "../core/clock.js";
import type { Redact } from "../core/redact.js";
import { invalidArgument } from "../errors.js";
import { isReadableOnTheWay, restBase, type Endpoints, type Region } from "../wire/endpoints.js";
import type { Values } from "../wire/frames.js";
import { requestJson, type Fetch } from "./http.js";

export interface LoginOptions {
  readonly fetch: Fetch;
  readonly endpoints: Endpoints;
  readonly region: Region;
  readonly redact: Redact;
  /** Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Gets a project token over REST: `access_token`, `token_type`, and `expires_in` seconds. Errors
 * name the method `login`.
 */
export const loginByRest = (
  params: { readonly client_id: unknown; readonly client_secret: unknown },
  { fetch, endpoints, region, redact, timeoutMs }: LoginOptions,
): Promise<Values> =>
  requestJson(
    "login",
    () =>
      fetch(restBase(endpoints, "identifier", region) + "/projectToken/login", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(params),
        redirect: "error",
        ...(timeoutMs === undefined ? {} : { signal: timeoutSignal(timeoutMs) }),
      }),
    redact,
  );

/** Throws `invalidArgument` where a client secret would be sent to one of these unencrypted. */
export function requireEncryption(owner: string, credential: unknown, urls: string[]): void {
  if ((Object(credential) as Values)["clientSecret"] && urls.some(isReadableOnTheWay)) {
    const problem = "must be https: and wss: where a clientSecret is sent off this machine";
    throw invalidArgument(owner, "endpoints", problem);
  }
}

/**
 * Throws `invalidArgument` for the first option that is missing. Callers may have no TypeScript.
 */
export function requireOptions(owner: string, credential: unknown, others: Values): void {
  const { clientId, clientSecret, projectToken } = Object(credential) as Values;
  const required: Values = {
    "credential.clientId": clientId,
    "credential.clientSecret or projectToken": clientSecret ?? projectToken,
    ...others,
  };
  for (const name in required) if (!required[name]) throw invalidArgument(owner, name);
}
