import { GatewayError } from "../errors.js";
import { kindOfStatus } from "../wire/failures.js";
import type { Fetch } from "./http.js";

type Init = Parameters<Fetch>[1];

/** {@link Fetch} that can send a file. */
export type FileFetch = (
  url: string,
  init: Omit<Init, "body"> & { body?: string | Blob },
) => ReturnType<Fetch>;

/** One PUT to an address that is its own permission: no header of ours goes there, and no error quotes it. */
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
    const response = await fetch(url, { method: "PUT", headers, body, signal });
    status = response.status;
    // So that the connection is free again.
    await response.text();
  } catch (cause) {
    throw new GatewayError({
      kind: "notConnected",
      message: `${method}: the upload did not get through`,
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
