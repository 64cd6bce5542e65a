import { GatewayError, type GatewayErrorInit } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import { readErrors, type Values } from "../wire/frames.js";

/** What we use of `fetch`. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

/**
 * Asks once: the result object of a 200, or a GatewayError that names `method`.
 *
 * @param scrub takes secrets out of a text the server wrote
 */
export async function requestJson(
  method: string,
  ask: () => ReturnType<Fetch>,
  scrub: (text: string) => string,
): Promise<Values> {
  const failed = (init: Omit<GatewayErrorInit, "message">, problem: string): GatewayError =>
    new GatewayError({ outcome: "unknown", ...init, method, message: `${method}: ${problem}` });
  let status: number;
  let text: string;
  try {
    const response = await ask();
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw failed({ kind: "notConnected", cause, retryable: true }, "the server cannot be reached");
  }
  let answer: Values | null | undefined;
  try {
    answer = JSON.parse(text) as Values | null;
  } catch {
    // With any other status the status has to do.
  }
  if (status === 200) {
    if (answer) return answer;
    throw failed({ kind: "protocol", status }, "the answer is no JSON object");
  }
  const errors = readErrors(String(answer?.["message"]), scrub);
  throw failed(
    { kind: kindOfStatus(status), status, errors, outcome: "refused" },
    `refused with ${status}${errors[0] ? `: ${errors[0].message}` : ""}`,
  );
}

/** One POST: see {@link requestJson}. */
export const post = (
  fetch: Fetch,
  method: string,
  url: string,
  body: Values,
  timeoutMs: number,
  scrub: (text: string) => string,
): Promise<Values> =>
  requestJson(
    method,
    () =>
      fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      }),
    scrub,
  );
