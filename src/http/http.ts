import type { Redact } from "../core/redact.js";
import { GatewayError, type GatewayErrorInit } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import { readErrors, type Values } from "../wire/frames.js";

/** The part of `fetch` that this package uses. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    signal?: AbortSignal;
    /** A redirect would carry the credential to another server. */
    redirect: "error";
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

/**
 * Sends one request. Resolves with the result object of a 200; rejects with a GatewayError that
 * names `method`.
 */
export async function requestJson(
  method: string,
  send: () => ReturnType<Fetch>,
  redact: Redact,
): Promise<Values> {
  const failed = (init: Omit<GatewayErrorInit, "message">, problem: string): GatewayError =>
    new GatewayError({ outcome: "unknown", ...init, method, message: `${method}: ${problem}` });
  let status: number;
  let text: string;
  try {
    const response = await send();
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw failed({ kind: "notConnected", cause, retryable: true }, "the server cannot be reached");
  }
  let body: Values | null | undefined;
  try {
    body = JSON.parse(text) as Values | null;
  } catch {
    // A proxy may answer with a page: then the status alone says what failed.
  }
  if (status === 200) {
    if (body) return body;
    throw failed({ kind: "protocol", status }, "the response is not a JSON object");
  }
  const errors = readErrors(String(body?.["message"]), redact);
  throw failed(
    { kind: kindOfStatus(status), status, errors, outcome: "refused" },
    `refused with ${status}${errors[0] ? `: ${errors[0].message}` : ""}`,
  );
}
