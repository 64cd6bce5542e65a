import type { GatewayError } from "../errors.js";
import type { Values } from "../wire/frames.js";
import type { AnyMethod } from "../wire/methods.js";

/** Makes the error for a value that cannot be sent. */
export type InvalidValue = (field: string, problem: string) => GatewayError;

/** A REST request without the headers of the project. */
export interface RestRequest {
  /** Below the base of the service; begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const HEADERS: Readonly<Record<string, string>> = {
  accessToken: "X-GS2-ACCESS-TOKEN",
  timeOffsetToken: "X-GS2-TIME-OFFSET-TOKEN",
  duplicationAvoider: "X-GS2-DUPLICATION-AVOIDER",
  requestId: "X-GS2-REQUEST-ID",
  dryRun: "X-GS2-DRY-RUN",
};

/** Whether fetch accepts this text in a header. */
export const fitsHeader = (text: string): boolean => /^[ -~]+$/.test(text);

/** The headers of the project, which every call carries. */
export const projectHeaders = (clientId: string, projectToken: string): Record<string, string> => ({
  "X-GS2-CLIENT-ID": clientId,
  Authorization: `Bearer ${projectToken}`,
});

/**
 * Path values are encoded; tokens go into headers; the rest is query (GET, DELETE) or body. Throws
 * for a value that would change the path or does not fit a header.
 *
 * @param values those of the method's fields, and optionally `duplicationAvoider`, `requestId`,
 * `dryRun`, `contextStack`; unset values are absent
 */
export function restRequest(
  { verb, path: template }: Pick<AnyMethod, "verb" | "path">,
  values: Values,
  invalidValue: InvalidValue,
): RestRequest {
  const rest: Record<string, unknown> = { ...values };
  const take = (field: string): string => {
    const value = String(rest[field]);
    delete rest[field];
    return value;
  };
  const encode = (field: string, text: string): string => {
    try {
      return encodeURIComponent(text);
    } catch {
      throw invalidValue(field, "has half a character (a lone surrogate)");
    }
  };

  const path = template.replace(/\{(\w+)\}/g, (_, field: string) => {
    const text = take(field);
    // Dots are steps in a path, encoded or not: `DELETE /ns/session/user/..` would disconnect all.
    if (text === "." || text === "..") throw invalidValue(field, `must not be "${text}"`);
    return encode(field, text);
  });
  const headers: Record<string, string> = {};
  for (const field in HEADERS) {
    if (rest[field] == null) continue;
    const text = take(field);
    if (!fitsHeader(text)) {
      throw invalidValue(field, "must be printable ASCII, it goes into a header");
    }
    headers[HEADERS[field]!] = text;
  }
  if (verb === "POST" || verb === "PUT") {
    headers["Content-Type"] = "application/json";
    return { path, headers, body: JSON.stringify(rest) };
  }
  const query = Object.entries(rest).map(
    ([field, value]) => `${field}=${encode(field, String(value))}`,
  );
  return { path: query.length > 0 ? `${path}?${query.join("&")}` : path, headers, body: undefined };
}
