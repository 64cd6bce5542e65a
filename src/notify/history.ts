import type { Clock } from "../core/clock.js";
import type { Notification } from "./notification.js";

declare const brand: unique symbol;

/** A moment in the stream of notifications, from `mark()`. */
export type Mark = number & { readonly [brand]: true };

/** What a waiter gets of a notification; nothing: it goes on waiting. */
export type Matcher = (notification: Notification) => Notification | false | undefined;

interface Entry {
  /** Undefined once a waiter was answered with it. */
  notification: Notification | undefined;
  readonly position: number;
  /** On the monotonic clock. */
  readonly at: number;
  readonly length: number;
}

const LIMIT = 128;
const LIMIT_CHARACTERS = 262_144;
const LIMIT_MS = 30_000;

/**
 * The latest notifications, so that a `waitFor` that begins a little late finds what it waits for.
 * @internal
 */
export class NotificationHistory {
  #entries: Entry[] = [];
  #characters = 0;
  #position = 0;
  #isMarked = false;
  /** Everything up to this position may be incomplete. */
  #missedUpTo = 0;

  mark(): Mark {
    this.#isMarked = true;
    return this.#position as Mark;
  }

  /** @param isTaken a waiter was answered with it */
  add(notification: Notification, { now }: Pick<Clock, "now">, isTaken: boolean): void {
    // Without a mark no waiter can look back.
    if (!this.#isMarked) return;
    const { length } = notification.rawPayload;
    this.#entries.push({
      notification: isTaken ? undefined : notification,
      position: ++this.#position,
      at: now(),
      length,
    });
    this.#characters += length;
    while (this.#entries.length > LIMIT || this.#characters > LIMIT_CHARACTERS) {
      this.#forgetOldest();
    }
  }

  /** Takes out the first one after `since` that matches and has answered no waiter yet. */
  take(since: Mark, now: number, match: Matcher): Notification | undefined {
    while (this.#entries.length && this.#entries[0]!.at < now - LIMIT_MS) this.#forgetOldest();
    for (const entry of this.#entries) {
      const { notification, position } = entry;
      const matched = notification && position > since && match(notification);
      if (!matched) continue;
      entry.notification = undefined;
      return matched;
    }
    return undefined;
  }

  /**
   * Whether a notification after `since` may have been missed: in a gap, or because it is too long
   * ago.
   */
  hasMissedSince(since: Mark): boolean {
    return this.#missedUpTo > since;
  }

  /**
   * A gap lies between two notifications: it takes a position, so that a mark before it differs
   * from one after it.
   */
  addGap(): void {
    this.#missedUpTo = ++this.#position;
  }

  clear(): void {
    this.#entries = [];
    this.#characters = 0;
  }

  #forgetOldest(): void {
    const oldest = this.#entries.shift()!;
    this.#characters -= oldest.length;
    this.#missedUpTo = oldest.position;
  }
}
