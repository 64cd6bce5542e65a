import type { AbortOptions } from "../core/deferred.js";
import type { NotificationKey, NotificationMap } from "../wire/notifications.js";
import type { ListenOptions } from "./emitter.js";
import type { Mark } from "./history.js";
import type { Notification } from "./notification.js";
import type { NotificationDefinition, StandardSchema } from "./schema.js";

/** By the raw pair; either may be left out. */
export interface NotificationPair {
  issuer?: string | undefined;
  subject?: string | undefined;
}

export type NotificationSelector =
  NotificationKey | "*" | NotificationPair | NotificationDefinition;

/**
 * The notification that a selector stands for: of a key with the payload that `NotificationMap`
 * declares, of a definition with the output of its schema, else with an unknown payload.
 */
export type NotificationOf<Selector> = Selector extends NotificationKey
  ? Notification<NotificationMap[Selector], Selector>
  : Selector extends NotificationDefinition<infer Payload, infer Key>
    ? Notification<Payload, Key>
    : Notification;

/**
 * What `on` and `waitFor` take as a selector. For a key that is not declared the compiler's message
 * says where to declare it; `NotificationKey` stands beside that for editors, which suggest keys,
 * and for generic functions over keys.
 */
export type KnownSelector<Selector, Wildcard = "*"> = [string | object] extends [Selector]
  ? // `Parameters<GatewayClient["on"]>` has no selector.
    Exclude<NotificationSelector, "*"> | Wildcard
  : [Selector] extends [object]
    ? | NotificationKey
      | ([Selector] extends [{ readonly schema: StandardSchema }]
          ? NotificationDefinition
          : NotificationPair)
    : [Selector] extends [NotificationKey | Wildcard | NotificationPair | NotificationDefinition]
      ? Selector
      : NotificationKey | UndeclaredKey<Selector>;

/** In a tuple: editors would suggest a bare text as a key. */
type UndeclaredKey<Key> = Key extends string
  ? [
      `${Key} is not declared: add it to the interface NotificationMap of gs2-gateway, or correct it`,
    ]
  : never;

/** `timeoutMs` by default: no limit. */
export interface WaitOptions<N extends Notification = Notification> extends AbortOptions {
  /**
   * Looks also at what was delivered since then: the latest 128 notifications, 256 KB and 30
   * seconds at most. Default: only at what comes from now on.
   */
  since?: Mark | undefined;
  /** Resolves only with a notification it returns true for. */
  where?: ((notification: N) => boolean) | undefined;
  /**
   * After a gap the notification may have been lost: go on waiting (`keep`, the default), or reject
   * with kind `gap`.
   */
  onGap?: "keep" | "reject" | undefined;
}

/** Where game code gets notifications from: a GatewayClient, or a double in tests. */
export interface NotificationSource {
  /**
   * Calls `handler` for each notification that the selector stands for, in the order of arrival:
   *
   * - a key of GS2's services or of `NotificationMap`;
   * - a definition of `defineNotification`: those of its key that fit its schema, with the
   *   schema's output as `payload`;
   * - `"*"`: every notification;
   * - a pair: those with this issuer and subject; either may be left out.
   *
   * Handlers survive reconnects. One that throws does not stop the others (`handlerThrew`). The same
   * function registered twice for the same selector is called once, until both registrations are
   * undone.
   *
   * @returns ends the registration
   */
  on<Selector extends string | object>(
    selector: KnownSelector<Selector>,
    handler: (notification: NotificationOf<Selector>) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * Resolves with the next notification that the selector stands for, as for `on`. One notification
   * answers one waiter. Rejects with kind `requestTimeout`, `aborted`, `gap`, or `notConnected` when
   * the client is disposed.
   */
  waitFor<Selector extends string | object>(
    selector: KnownSelector<Selector>,
    options?: WaitOptions<NotificationOf<Selector>>,
  ): Promise<NotificationOf<Selector>>;
}

export const isDefinition = (selector: unknown): selector is NotificationDefinition =>
  !!(selector as Partial<NotificationDefinition>).check;

/** Tells selectors apart, as the name of a handler list and in errors. */
export const selectorName = (selector: NotificationSelector): string =>
  typeof selector === "string"
    ? selector
    : isDefinition(selector)
      ? selector.key
      : JSON.stringify({ issuer: selector.issuer, subject: selector.subject });
