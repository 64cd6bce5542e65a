import type { GatewayErrorKind } from "../errors.js";

const kinds: Readonly<Record<number, GatewayErrorKind>> = {
  400: "badRequest",
  401: "unauthorized",
  402: "quotaLimitExceeded",
  404: "notFound",
  // The Go SDK takes 405 on the socket as a conflict; GS2 is known to mean 409.
  405: "conflict",
  409: "conflict",
  500: "internalServerError",
  502: "badGateway",
  503: "serviceUnavailable",
  504: "requestTimeout",
};

/** The one list of GS2's statuses; one it does not name is `unknown`, and a missing one cannot be read. */
export const kindOfStatus = (status: number): GatewayErrorKind =>
  kinds[status] ?? (status ? "unknown" : "protocol");

/**
 * What an ending means for whoever goes on trying:
 * `retry`: wait for the next window. `renew`: renew the tokens, then once more. `replaced`: another client holds the place.
 * `final`: asking again in the same way is pointless.
 *
 * Not named and therefore `retry`: 402, 5xx, no answer in time, answers nobody can read, and every close of the socket we did not ask
 * for, whatever its code: GS2 documents no close codes.
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
