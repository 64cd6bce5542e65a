import { playerKey } from "../../store/keys.js";
import { explain, shortenToken, type OutboxEntry } from "../../store/outbox.js";
import type { Effect, Store } from "../../store/types.js";

export interface MobileNotification {
  readonly method: OutboxEntry["method"];
  readonly namespaceName: string;
  readonly userId: string;
  readonly subject: string;
  readonly payload: string;
  readonly sound: string | null | undefined;
  readonly away: boolean;
  readonly transferEnabled: boolean;
}

/** Sends to the player's device if all conditions hold; the entry says which do not. */
export function sendToDevice(
  store: Store,
  { away, transferEnabled, sound, ...notification }: MobileNotification,
  now: number,
): { entry: OutboxEntry; effects: Effect[] } {
  const { namespaceName, userId } = notification;
  const token = store.firebaseTokens.get(playerKey(namespaceName, userId))?.token;
  const secret = Boolean(store.namespaces.get(namespaceName)?.firebaseSecret);
  const conditions = { away, transferEnabled, token: token !== undefined, secret };
  const entry: OutboxEntry = {
    at: now,
    ...notification,
    sound: sound ?? null,
    token: token === undefined ? null : shortenToken(token),
    sent: Object.values(conditions).every(Boolean),
    conditions,
    reason: explain(conditions),
  };
  return { entry, effects: [{ kind: "mobile", entry }] };
}
