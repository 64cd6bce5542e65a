import { pending, type Clock, type Limits, type Pending } from "../pending.js";
import type { NotificationFrame } from "../wire/frames.js";
import type { NotificationKey } from "../wire/notifications.js";
import type { Emitter, Handler, ListenOptions } from "./emitter.js";
import { createLookBack, type Mark } from "./lookBack.js";
import { notificationMaker, type Notification, type NotificationOf } from "./notification.js";

/** By the raw pair; either may be left out. */
export interface NotificationPair {
  issuer?: string | undefined;
  subject?: string | undefined;
}

export type NotificationSelector = NotificationKey | "*" | NotificationPair;

/** `timeoutMs` by default: no limit. */
export interface WaitOptions<N extends Notification = Notification> extends Limits {
  /** Also look at what was delivered since then: the last 128 notifications, 256 KB and 30 seconds at most. Default: only what comes now. */
  since?: Mark | undefined;
  /** Only one it is true for. */
  where?: ((notification: N) => boolean) | undefined;
  /** After a gap the notification may have been lost: go on waiting (the default), or reject with kind `gap`. */
  onGap?: "keep" | "reject" | undefined;
}

/** Where game code hears notifications from: a GatewayClient, or a double in tests. */
export interface NotificationSource {
  /**
   * Calls `handler` for each notification of this key, in the order of arrival. Handlers survive reconnects. One that throws stops nobody
   * (`handlerThrew`). The same function registered twice for the same key is called once, until the last of the two is undone.
   *
   * @returns ends the listening
   */
  on<K extends NotificationKey>(
    key: K,
    handler: (notification: NotificationOf<K>) => unknown,
    options?: ListenOptions,
  ): () => void;
  /** Calls `handler` for every notification (`"*"`), or for those whose issuer and subject are these; either may be left out. */
  on(
    selector: "*" | NotificationPair,
    handler: (notification: Notification) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * The next notification of this key. One notification answers one waiter. Rejects with kind `requestTimeout`, `aborted`, `gap`, or
   * `notConnected` when the client is disposed.
   */
  waitFor<K extends NotificationKey>(
    key: K,
    options?: WaitOptions<NotificationOf<K>>,
  ): Promise<NotificationOf<K>>;
  waitFor(selector: "*" | NotificationPair, options?: WaitOptions): Promise<Notification>;
}

/** @internal */
interface Waiter extends Pending<Notification> {
  readonly accepts: (notification: Notification) => boolean;
  readonly gapEnds: boolean;
}

/** @internal */
export interface Notify {
  readonly listenTo: (
    selector: NotificationSelector,
    handler: Handler,
    options?: ListenOptions,
  ) => () => void;
  readonly mark: () => Mark;
  readonly wait: (
    selector: NotificationSelector,
    options?: WaitOptions<never>,
  ) => Promise<Notification>;
  readonly take: (
    frame: Omit<NotificationFrame, "kind">,
    receivedAt: number,
    via: Notification["via"],
  ) => void;
  /** From here on notifications are kept back, until the returned function has been called for each hold; 5 seconds and 1,000 at most. */
  readonly hold: () => () => void;
  /** Runs what the game does to be right again; until it is done, notifications are kept back. */
  readonly sync: (runs: readonly Handler[], arg: unknown) => Promise<void>;
  /** What happened until now may have been missed. */
  readonly gap: () => void;
  readonly forgetNotifications: () => void;
  /** Nobody is to wait any longer: what is held is delivered. */
  readonly stopHolding: () => void;
  readonly end: () => void;
}

const MOST_HELD = 1_000;
const LONGEST_HOLD_MS = 5_000;

const nameOf = (selector: NotificationSelector): string =>
  typeof selector === "string"
    ? selector
    : JSON.stringify({ issuer: selector.issuer, subject: selector.subject });

/**
 * Takes notifications in, keeps them back while the game refetches, remembers the last ones, and tells everybody.
 *
 * @param notJson told of the key of a payload that is no JSON
 * @param overrun told how many were held for too long
 */
export function createNotify(
  clock: Clock,
  emitter: Emitter,
  notJson: (key: string) => void,
  overrun: (held: number) => void,
): Notify {
  const make = notificationMaker(notJson);
  const lookBack = createLookBack();
  const waiters = new Set<Waiter>();
  let held: Notification[] = [];
  let holds = 0;
  /** Holds that overlap; those of a round that was given up count no more. */
  let round = {};
  let timer: unknown;

  const matches =
    (selector: NotificationSelector) =>
    ({ key, issuer, subject }: Notification): boolean =>
      typeof selector === "string"
        ? selector === "*" || key === selector
        : (selector.issuer ?? issuer) === issuer && (selector.subject ?? subject) === subject;

  const deliver = (one: Notification): void => {
    let taken = false;
    for (const waiter of waiters) {
      if (!waiter.accepts(one)) continue;
      waiter.resolve(one);
      taken = true;
      break;
    }
    lookBack.remember(one, taken);
    emitter.emit(one.key, one);
  };

  const endRound = (): void => {
    clock.clearTimer(timer);
    round = {};
    holds = 0;
    for (let next; !holds && (next = held.shift());) deliver(next);
  };

  const giveUpHolding = (): void => {
    overrun(held.length);
    endRound();
  };

  const hold: Notify["hold"] = () => {
    if (!holds++) timer = clock.setTimer(giveUpHolding, LONGEST_HOLD_MS);
    const mine = round;
    let done = false;
    return () => {
      if (done || mine !== round) return;
      done = true;
      if (!--holds) endRound();
    };
  };

  return {
    hold,
    mark: lookBack.mark,
    forgetNotifications: lookBack.forgetAll,
    listenTo: (selector, handler, options) =>
      typeof selector === "string" && selector !== "*"
        ? emitter.listen(selector, handler, options)
        : // A name no key has.
          emitter.listen("*" + nameOf(selector), handler, options, matches(selector)),
    wait(selector, options = {}) {
      const { since, where, onGap } = options;
      const isOne = matches(selector);
      const waiter: Waiter = {
        ...pending<Notification>(`waitFor ${nameOf(selector)}`, clock, options, () =>
          waiters.delete(waiter),
        ),
        gapEnds: onGap === "reject",
        accepts(one) {
          try {
            return isOne(one) && (!where || where(one as never));
          } catch (error) {
            waiter.reject(error);
            return false;
          }
        },
      };
      if (options.signal?.aborted) return waiter.promise;
      waiters.add(waiter);
      const found = since === undefined ? since : lookBack.take(since, clock.now(), waiter.accepts);
      if (found) waiter.resolve(found);
      else if (waiter.gapEnds && since !== undefined && lookBack.missedSince(since)) lost(waiter);
      return waiter.promise;
    },
    take(frame, receivedAt, via) {
      const one = make(frame, receivedAt, via);
      if (!holds) deliver(one);
      else if (held.push(one) >= MOST_HELD) giveUpHolding();
    },
    async sync(runs, arg) {
      if (!runs.length) return;
      const release = hold();
      await Promise.all(runs.map((run) => emitter.shield(run, [arg])));
      release();
    },
    gap() {
      lookBack.gap();
      for (const waiter of waiters) if (waiter.gapEnds) lost(waiter);
    },
    stopHolding: endRound,
    end() {
      for (const { fail } of waiters) fail({ kind: "notConnected" }, "disposed");
      held = [];
      lookBack.forgetAll();
    },
  };
}

const lost = ({ fail }: Waiter): void => fail({ kind: "gap" }, "it may have been lost in a gap");
