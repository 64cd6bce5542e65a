import type { Report } from "../core/diagnostics.js";
import type { ClientInternals, NotificationFilter } from "../core/internals.js";
import { createDeferred, type Clock, type AbortOptions, type Deferred } from "../core/deferred.js";
import type { NotificationKey } from "../wire/notifications.js";
import type { Emitter, Handler, ListenOptions } from "./emitter.js";
import { createNotificationHistory, type Mark, type Matcher } from "./history.js";
import { notificationMaker, type Notification, type NotificationOf } from "./notification.js";
import type { NotificationDefinition } from "./schema.js";

/** By the raw pair; either may be left out. */
export interface NotificationPair {
  issuer?: string | undefined;
  subject?: string | undefined;
}

export type NotificationSelector =
  NotificationKey | "*" | NotificationPair | NotificationDefinition;

/** `timeoutMs` by default: no limit. */
export interface WaitOptions<N extends Notification = Notification> extends AbortOptions {
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
  /** Calls `handler` for each notification of the definition's key that fits, with the output of its schema as `payload`. */
  on<Payload, K extends string>(
    definition: NotificationDefinition<Payload, K>,
    handler: (notification: Notification<Payload, K>) => unknown,
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
  waitFor<Payload, K extends string>(
    definition: NotificationDefinition<Payload, K>,
    options?: WaitOptions<Notification<Payload, K>>,
  ): Promise<Notification<Payload, K>>;
  waitFor(selector: "*" | NotificationPair, options?: WaitOptions): Promise<Notification>;
}

/** @internal */
interface Waiter extends Deferred<Notification> {
  readonly pick: Matcher;
  readonly gapEnds: boolean;
}

/** @internal */
export interface Notify extends Pick<ClientInternals, "receive" | "addNotificationFilter"> {
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
  /** From here on notifications are kept back, until the returned function has been called for each hold; 5 seconds and 1,000 at most. */
  readonly hold: () => () => void;
  /** Adds to what the game does to be right again. */
  readonly onSync: (handler: Handler, options?: ListenOptions) => () => void;
  /** Runs all that; until it is done, notifications are kept back. */
  readonly sync: (arg: unknown) => Promise<void>;
  /** What happened until now may have been missed. */
  readonly gap: () => void;
  readonly forgetNotifications: () => void;
  /** Nobody is to wait any longer: what is held is delivered. */
  readonly stopHolding: () => void;
  readonly end: () => void;
}

const MOST_HELD = 1_000;
const LONGEST_HOLD_MS = 5_000;

export const isDefinition = (selector: unknown): selector is NotificationDefinition =>
  !!(selector as Partial<NotificationDefinition>).check;

/** What tells one selector from another. */
export const nameOf = (selector: NotificationSelector): string =>
  typeof selector === "string"
    ? selector
    : isDefinition(selector)
      ? selector.key
      : JSON.stringify({ issuer: selector.issuer, subject: selector.subject });

const nothing = (): undefined => undefined;

/** Takes notifications in, keeps them back while the game refetches, remembers the last ones, and tells everybody. */
export function createNotify(clock: Clock, emitter: Emitter, report: Report): Notify {
  const make = notificationMaker((key) => report("warn", "payloadNotJson", key, { key }));
  const lookBack = createNotificationHistory();
  const waiters = new Set<Waiter>();
  const syncs = new Map<Handler, Handler>();
  let held: Notification[] = [];
  /** Replaced on each change: a notification passes the filters that were there when it came. */
  let filters: readonly NotificationFilter[] = [];
  let holds = 0;
  /** Holds that overlap; those of a round that was given up count no more. */
  let round = {};
  let timer: unknown;

  /** Definitions of its key are in use, and it fits none. */
  const isMisfit = (one: Notification): boolean => {
    let misfit = false;
    for (const name of emitter.names()) {
      if (!isDefinition(name) || name.key !== one.key) continue;
      if (name.check(one, report)) return false;
      misfit = true;
    }
    return misfit;
  };

  const pickBy =
    (selector: NotificationSelector): Matcher =>
    (one) => {
      if (selector === "*") return one;
      const { key, issuer, subject } = one;
      if (typeof selector === "string") return key === selector && !isMisfit(one) && one;
      if (isDefinition(selector)) return key === selector.key && selector.check(one, report);
      return (
        (selector.issuer ?? issuer) === issuer && (selector.subject ?? subject) === subject && one
      );
    };

  const deliver = (one: Notification): void => {
    let taken = false;
    for (const waiter of waiters) {
      const picked = waiter.pick(one);
      if (!picked) continue;
      waiter.resolve(picked);
      taken = true;
      break;
    }
    lookBack.remember(one, taken);
    emitter.emit(isMisfit(one) ? "*" : one.key, one);
  };

  const endRound = (): void => {
    clock.clearTimer(timer);
    round = {};
    holds = 0;
    for (let next; !holds && (next = held.shift());) deliver(next);
  };

  const giveUpHolding = (): void => {
    report("warn", "syncOverrun", `${held.length} held`, { held: held.length });
    endRound();
  };

  const accept = (one: Notification): void => {
    if (!holds) deliver(one);
    else if (held.push(one) >= MOST_HELD) giveUpHolding();
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
    listenTo(selector, handler, options) {
      if (typeof selector === "string" && selector !== "*") {
        return emitter.listen(selector, handler, options);
      }
      const pick = pickBy(selector);
      return isDefinition(selector)
        ? emitter.listen(selector, handler, options, pick, selector.key)
        : // A name no key has.
          emitter.listen("*" + nameOf(selector), handler, options, pick);
    },
    wait(selector, options = {}) {
      const { since, where, onGap } = options;
      const pick = pickBy(selector);
      // Whoever waits for a definition has it in use.
      const release = isDefinition(selector)
        ? emitter.listen(selector, nothing, {}, nothing)
        : nothing;
      const waiter: Waiter = {
        ...createDeferred<Notification>(`waitFor ${nameOf(selector)}`, clock, options, () => {
          waiters.delete(waiter);
          release();
        }),
        gapEnds: onGap === "reject",
        pick(one) {
          try {
            const picked = pick(one);
            return picked && (!where || where(picked as never)) && picked;
          } catch (error) {
            waiter.reject(error);
            return undefined;
          }
        },
      };
      if (options.signal?.aborted) return waiter.promise;
      waiters.add(waiter);
      const found = since === undefined ? since : lookBack.take(since, clock.now(), waiter.pick);
      if (found) waiter.resolve(found);
      else if (waiter.gapEnds && since !== undefined && lookBack.missedSince(since)) lost(waiter);
      return waiter.promise;
    },
    receive(frame, receivedAt, via) {
      const chain = filters;
      const pass = (index: number): void => {
        const filter = chain[index];
        if (filter) emitter.callSafely(filter, [frame, via, () => pass(index + 1)]);
        else accept(make(frame, receivedAt, via));
      };
      pass(0);
    },
    addNotificationFilter(filter) {
      // Not the given function itself: it may have been added twice.
      const added: NotificationFilter = (...args) => filter(...args);
      filters = [...filters, added];
      return () => {
        filters = filters.filter((one) => one !== added);
      };
    },
    onSync(handler, { signal, once } = {}) {
      const undo = (): void => void syncs.delete(undo);
      syncs.set(undo, once ? (...args) => (undo(), handler(...args)) : handler);
      signal?.addEventListener("abort", undo);
      if (signal?.aborted) undo();
      return undo;
    },
    async sync(arg) {
      if (!syncs.size) return;
      const release = hold();
      await Promise.all([...syncs.values()].map((run) => emitter.callSafely(run, [arg])));
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
      syncs.clear();
      lookBack.forgetAll();
    },
  };
}

const lost = ({ fail }: Waiter): void => fail({ kind: "gap" }, "it may have been lost in a gap");
