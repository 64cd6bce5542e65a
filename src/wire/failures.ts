import type { GatewayErrorKind } from "../errors.js";
import type { Repeat } from "./methods.js";

const kinds: Readonly<Record<number, GatewayErrorKind>> = {
  400: "badRequest",
  401: "unauthorized",
  402: "quotaLimitExceeded",
  404: "notFound",
  // The Go SDK reads 405 on the socket as a conflict, and no other SDK does.
  405: "conflict",
  409: "conflict",
  500: "internalServerError",
  502: "badGateway",
  503: "serviceUnavailable",
  504: "requestTimeout",
};

/** The kind of a GS2 status: `unknown` for one GS2 does not list, `protocol` for 0 and NaN. */
export const kindOfStatus = (status: number): GatewayErrorKind =>
  kinds[status] ?? (status ? "unknown" : "protocol");

/**
 * What to do after a failure. `retry`: wait for the next attempt. `renew`: renew the tokens, then
 * try once more. `replaced`: another client holds the player's binding. `final`: the same attempt
 * would fail again.
 *
 * `retry` is the default: 402, 5xx, no reply in time, an unreadable reply, and every close of the
 * socket this client did not start, whatever its code: GS2 documents no close codes.
 */
export type Recovery = "retry" | "renew" | "replaced" | "final";

export function classifyFailure(kind: GatewayErrorKind): Recovery {
  switch (kind) {
    case "unauthorized":
      return "renew";
    case "conflict":
      return "replaced";
    case "badRequest":
    case "notFound":
    case "invalidArgument":
      return "final";
    default:
      return "retry";
  }
}

export const isSafeToRepeat = (repeat: Repeat | undefined): boolean =>
  repeat === "safe" || repeat === "safeDelete";
