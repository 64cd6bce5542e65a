import { GatewayError } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import type { Fetch } from "./http.js";

type Init = Parameters<Fetch>[1];

/** {@link Fetch} that can send a file. */
export type FileFetch = (
  url: string,
  init: Omit<Init, "body"> & { body?: string | Blob },
) => ReturnType<Fetch>;

/**
 * One PUT to a signed address. The address grants access by itself: no project header is sent with
 * it, and no error quotes it.
 */
export async function upload(
  fetch: FileFetch,
  method: string,
  url: string,
  body: string | Blob,
  signal: AbortSignal,
): Promise<void> {
  const headers = { "Content-Type": (body as Partial<Blob>).type || "application/json" };
  let status: number;
  try {
    const response = await fetch(url, { method: "PUT", headers, body, signal, redirect: "error" });
    status = response.status;
    // Node reuses the connection only after the body was read.
    await response.text();
  } catch (cause) {
    throw new GatewayError({
      kind: "notConnected",
      message: `${method}: the upload failed: the server cannot be reached`,
      method,
      outcome: "unknown",
      retryable: true,
      cause,
    });
  }
  if (status >= 200 && status < 300) return;
  throw new GatewayError({
    kind: kindOfStatus(status),
    message: `${method}: the upload was refused with ${status}`,
    method,
    status,
    outcome: "refused",
  });
}
