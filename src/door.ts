import type { NotificationFrame } from "./wire/frames.js";

/**
 * Where a client keeps the door its notifications come in by. A symbol of the whole page rather than of this module, so that push finds it
 * in a client of the script tag's file too.
 */
export const DOOR: unique symbol = Symbol.for("gs2-gateway.door") as never;

/** Every notification of a client passes `take`, whichever way it came: who puts another function there decides what is delivered. */
export interface Door {
  take: (
    frame: Omit<NotificationFrame, "kind">,
    receivedAt: number,
    via: "socket" | "push",
  ) => void;
}
