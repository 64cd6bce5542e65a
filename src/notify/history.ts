import type { Notification } from "./notification.js";

declare const brand: unique symbol;

/** A moment in the stream of notifications, from `mark()`. */
export type Mark = number & { readonly [brand]: true };

/** What a waiter gets of a notification; nothing: it goes on waiting. */
export type Matcher = (one: Notification) => Notification | false | undefined;

/** @internal */
export interface NotificationHistory {
  readonly mark: () => Mark;
  readonly remember: (notification: Notification, taken: boolean) => void;
  /** What `pick` makes of the first one after `since` that is nobody's yet and that it does not pass over; it is taken then. */
  readonly take: (since: Mark, now: number, pick: Matcher) => Notification | undefined;
  /** Whether something after `since` may have been missed, be it in a gap or because it was too long ago. */
  readonly missedSince: (since: Mark) => boolean;
  readonly gap: () => void;
  readonly forgetAll: () => void;
}

const MOST = 128;
const MOST_CHARACTERS = 262_144;
const LONGEST_MS = 30_000;

/** The last notifications, so that a waiter who comes a little late finds what it waits for. */
export function createNotificationHistory(): NotificationHistory {
  let entries: {
    one: Notification | undefined;
    readonly position: number;
    readonly at: number;
    readonly length: number;
  }[] = [];
  let characters = 0;
  let position = 0;
  let marked = false;
  /** Everything up to here may be incomplete. */
  let missed = 0;
  const forgetOldest = (): void => {
    const oldest = entries.shift()!;
    characters -= oldest.length;
    missed = oldest.position;
  };
  return {
    mark() {
      marked = true;
      return position as Mark;
    },
    remember(one, taken) {
      // Without a mark nobody can ask for what was before now.
      if (!marked) return;
      const { receivedAt: at, rawPayload } = one;
      const { length } = rawPayload;
      entries.push({ one: taken ? undefined : one, position: ++position, at, length });
      characters += length;
      while (entries.length > MOST || characters > MOST_CHARACTERS) forgetOldest();
    },
    take(since, now, pick) {
      while (entries.length && entries[0]!.at < now - LONGEST_MS) forgetOldest();
      for (const entry of entries) {
        const picked = entry.one && entry.position > since && pick(entry.one);
        if (!picked) continue;
        entry.one = undefined;
        return picked;
      }
      return undefined;
    },
    missedSince: (since) => missed > since,
    gap() {
      // A gap lies between two notifications: it counts as one, so that a mark before it is told from one after it.
      missed = ++position;
    },
    forgetAll() {
      entries = [];
      characters = 0;
    },
  };
}
