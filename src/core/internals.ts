import type { Report } from "./diagnostics.js";
import type { NotificationFrame } from "../wire/frames.js";

/**
 * Where a client keeps the door for other entries of this package. A symbol of the whole page rather than of this module, so that they find it
 * in a client of the script tag's file too.
 */
export const CLIENT_INTERNALS: unique symbol = Symbol.for("gs2-gateway.internals") as never;

/** @internal */
export interface ClientInternals {
  /** Every notification passes here, whichever way it came: who puts another function in its place decides what is delivered. */
  receive: (
    frame: Omit<NotificationFrame, "kind">,
    receivedAt: number,
    via: "socket" | "push",
  ) => void;
  /** Tells a diagnostic as one of the client's own. */
  readonly report: Report;
}
