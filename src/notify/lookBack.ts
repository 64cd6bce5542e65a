import type { Notification } from "./notification.js";

declare const brand: unique symbol;

/** A moment in the stream of notifications, from `mark()`. */
export type Mark = number & { readonly [brand]: true };

/** @internal */
export interface LookBack {
  readonly mark: () => Mark;
  readonly remember: (notification: Notification, taken: boolean) => void;
  /** The first one after `since` that is nobody's yet and accepted; it is taken then. */
  readonly take: (
    since: Mark,
    now: number,
    accepts: (one: Notification) => boolean,
  ) => Notification | undefined;
  /** Whether something after `since` may have been missed, be it in a gap or because it was too long ago. */
  readonly missedSince: (since: Mark) => boolean;
  readonly gap: () => void;
  readonly forgetAll: () => void;
}

const MOST = 128;
const MOST_CHARACTERS = 262_144;
const LONGEST_MS = 30_000;

/** The last notifications, so that a waiter who comes a little late finds what it waits for. */
export function createLookBack(): LookBack {
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
    take(since, now, accepts) {
      while (entries.length && entries[0]!.at < now - LONGEST_MS) forgetOldest();
      const found = entries.find(
        ({ one, position: stands }) => one && stands > since && accepts(one),
      );
      const one = found?.one;
      if (found) found.one = undefined;
      return one;
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
