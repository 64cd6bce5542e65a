import type { GatewayErrorDetail } from "../../../errors.js";
import { readErrors, type Values } from "../../../wire/frames.js";
import { isObject } from "../../store/json.js";

/** A reply. */
export interface Seen {
  /** 0: no reply came. */
  readonly status: number;
  readonly body: Values;
  readonly errors: readonly GatewayErrorDetail[];
}

/** What came, in words. */
export const describe = ({ status, errors }: Seen): string =>
  status === 0
    ? `no reply${errors[0] ? ` (${errors[0].message})` : ""}`
    : `status ${status}${errors[0] ? ` (${errors[0].message})` : ""}`;

export function seenOf(status: number, value: unknown): Seen {
  const body = isObject(value) ? value : {};
  const { message } = body;
  return { status, body, errors: typeof message === "string" ? readErrors(message) : [] };
}

/** The item of a reply, empty where there is none. */
export const itemOf = ({ body }: Seen): Record<string, unknown> =>
  isObject(body["item"]) ? body["item"] : {};

export const inSeconds = (ms: number): string => `${(ms / 1000).toLocaleString("en")} s`;
