import { explain, shortened, type OutboxEntry } from "../../store/outbox.js";
import { playerKey, type Effect, type Store } from "../../store/store.js";

export interface MobileNotice {
  readonly method: OutboxEntry["method"];
  readonly namespaceName: string;
  readonly userId: string;
  readonly subject: string;
  readonly payload: string;
  readonly sound: string | null | undefined;
  readonly away: boolean;
  readonly transferEnabled: boolean;
}

/** Sends to the player's device where nothing stands in the way; the entry tells what did. */
export function sendToDevice(
  world: Store,
  { away, transferEnabled, sound, ...notice }: MobileNotice,
  now: number,
): { entry: OutboxEntry; effects: Effect[] } {
  const { namespaceName, userId } = notice;
  const token = world.firebaseTokens.get(playerKey(namespaceName, userId))?.token;
  const secret = Boolean(world.namespaces.get(namespaceName)?.firebaseSecret);
  const because = { away, transferEnabled, token: token !== undefined, secret };
  const entry: OutboxEntry = {
    at: now,
    ...notice,
    sound: sound ?? null,
    token: token === undefined ? null : shortened(token),
    sent: Object.values(because).every(Boolean),
    conditions: because,
    reason: explain(because),
  };
  return { entry, effects: [{ kind: "mobile", entry }] };
}
