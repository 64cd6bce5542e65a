import type { AbortOptions } from "../core/deferred.js";
import type { NotificationKey } from "../wire/notifications.js";
import type { ListenOptions } from "./emitter.js";
import type { Mark } from "./history.js";
import type { Notification, NotificationOf } from "./notification.js";
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
   * Calls `handler` for each notification of this key, in the order of arrival. Handlers survive
   * reconnects. One that throws does not stop the others (`handlerThrew`). The same function
   * registered twice for the same key is called once, until both registrations are undone.
   *
   * @returns ends the registration
   */
  on<K extends NotificationKey>(
    key: K,
    handler: (notification: NotificationOf<K>) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * Calls `handler` for each notification of the definition's key that fits its schema, with the
   * schema's output as `payload`.
   */
  on<Payload, K extends string>(
    definition: NotificationDefinition<Payload, K>,
    handler: (notification: Notification<Payload, K>) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * Calls `handler` for every notification (`"*"`), or for those with this issuer and subject;
   * either may be left out.
   */
  on(
    selector: "*" | NotificationPair,
    handler: (notification: Notification) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * Resolves with the next notification of this key. One notification answers one waiter. Rejects
   * with kind `requestTimeout`, `aborted`, `gap`, or `notConnected` when the client is disposed.
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

export const isDefinition = (selector: unknown): selector is NotificationDefinition =>
  !!(selector as Partial<NotificationDefinition>).check;

/** Tells selectors apart, as the name of a handler list and in errors. */
export const selectorName = (selector: NotificationSelector): string =>
  typeof selector === "string"
    ? selector
    : isDefinition(selector)
      ? selector.key
      : JSON.stringify({ issuer: selector.issuer, subject: selector.subject });
