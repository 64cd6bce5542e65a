import type { GatewayClient } from "../client/client.js";
import type { Report } from "../core/diagnostics.js";
import { internalsOf } from "../core/internals.js";
import { createEmitter, type Handler, type ListenOptions } from "../notify/emitter.js";
import type { Notification } from "../notify/notification.js";
import {
  isDefinition,
  selectorName,
  type NotificationSelector,
  type NotificationSource,
  type WaitOptions,
} from "../notify/notificationSource.js";
import type { ConnectionSnapshot } from "../connection/snapshot.js";
import type { Sync } from "../client/types.js";
import { createDelivery, type Deliver, type WhileAsleep } from "./delivery.js";
import { DESTROY, PRE_UPDATE, SHUT_DOWN, SHUTDOWN, WAKE, type SceneLike } from "./host.js";

export interface ScopeOptions {
  /**
   * `now` (the default): handlers are called as notifications come, be it before `create`, while the scene is paused or the page hidden.
   *
   * `frame`: at the start of the scene's update, in order, from the first update after `create` on. A frame takes at most 100 of them and
   * begins none after 4 milliseconds; the rest waits for the next, so that a burst costs no frame.
   */
  deliver?: Deliver | undefined;
  /**
   * `hold` (the default): what comes while the scene sleeps is delivered when it wakes: at once, or with its frames.
   * `skip`: the scene never hears of it.
   *
   * At most 1,000 notifications wait for a scene, be it asleep, paused or without frames because the page is hidden. For each one above
   * that the oldest is delivered at once, and the diagnostic `sceneOverrun` says so: nothing is lost.
   */
  whileAsleep?: WhileAsleep | undefined;
}

/**
 * A scene's ear: what is listened to through it ends when the scene shuts down or is destroyed. After that `on`, `onStatus` and
 * `onSync` do nothing, and `waitFor` rejects with kind `aborted`.
 */
export interface SceneScope extends NotificationSource {
  /** Changes of the connection, as they come, whatever `deliver` says. Only changes: how things stand is `client.connection`. */
  onStatus(
    handler: (now: ConnectionSnapshot, before: ConnectionSnapshot) => unknown,
    options?: ListenOptions,
  ): () => void;
  /** `onSync` of the client, as it comes, whatever `deliver` says: notifications are held back until it settles. */
  onSync(handler: (sync: Sync) => unknown, options?: Omit<ListenOptions, "once">): () => void;
  /** Aborts when the scene ends: for `client.call`, `fetch` and whatever else the scene waits for. */
  readonly signal: AbortSignal;
}

/** @internal A scope, and its end for when the game goes before the scene does. */
export interface OpenScope {
  readonly scope: SceneScope;
  readonly end: () => void;
}

/** @internal */
export type ScopeRules = { readonly [O in keyof ScopeOptions]-?: NonNullable<ScopeOptions[O]> };

const STATUS = "status";

/**
 * A scope that listens, or one that has ended already where the scene has.
 *
 * @param ended told when it is over, be it by the scene or by `end`
 */
export function openScope(
  client: GatewayClient,
  { sys }: SceneLike,
  rules: ScopeRules,
  ended: () => void,
): OpenScope {
  const { events } = sys;
  const scene = sys.settings.key;
  const controller = new AbortController();
  const { signal } = controller;
  const nothing = (): void => undefined;

  const report: Report = (...args) => internalsOf(client)?.report(...args);
  const emitter = createEmitter((error, said) =>
    report("error", "handlerThrew", `scene "${scene}": ${said}`, { error }),
  );
  const delivery = createDelivery<[name: string | symbol, notification: Notification]>({
    ...rules,
    isAsleep: () => sys.isSleeping(),
    isActive: () => sys.isActive(),
    now: () => performance.now(),
    pass: ([name, notification]) => emitter.emit(name, notification),
    overrun: (held) =>
      report("warn", "sceneOverrun", `scene "${scene}": more than ${held} waited for it`, {
        scene,
        held,
      }),
  });

  /** The client is listened to once for each name; who hears it is the emitter's business. */
  const heard = new Set<string | symbol>();
  const undos = new Set<() => void>();
  const listen = (
    name: string | symbol,
    handler: Handler,
    options: ListenOptions | undefined,
    subscribe: () => () => void,
  ): (() => void) => {
    if (signal.aborted) return nothing;
    const undo = emitter.listen(name, handler, options);
    if (!heard.has(name)) {
      heard.add(name);
      undos.add(subscribe());
    }
    return undo;
  };

  const definitions = new Map<NotificationSelector, symbol>();
  /** A definition is told something else than its key is, and than another definition of that key. */
  const nameFor = (selector: NotificationSelector): string | symbol => {
    // In front of a name stands what no other name begins with.
    if (!isDefinition(selector)) return `on ${selectorName(selector)}`;
    const name = definitions.get(selector) ?? Symbol(selector.key);
    definitions.set(selector, name);
    return name;
  };

  const parts: [event: string, handler: () => void][] = [
    [SHUTDOWN, () => end()],
    [DESTROY, () => end()],
    [WAKE, delivery.wake],
    [PRE_UPDATE, delivery.frame],
  ];
  const end = (): void => {
    for (const [event, handler] of parts) events.off(event, handler);
    undos.forEach((undo) => undo());
    delivery.clear();
    emitter.forgetHandlers();
    controller.abort();
    ended();
  };
  if (sys.settings.status >= SHUT_DOWN) controller.abort();
  else for (const [event, handler] of parts) events.on(event, handler);

  const scope: SceneScope = {
    signal,
    on(selector: NotificationSelector, handler: Handler, options?: ListenOptions) {
      const name = nameFor(selector);
      return listen(name, handler, options, () =>
        client.on(selector as "*", (notification) => delivery.take([name, notification])),
      );
    },
    async waitFor(selector: NotificationSelector, options: WaitOptions<never> = {}) {
      const both = new AbortController();
      const abort = (): void => both.abort();
      const signals = [signal, options.signal];
      for (const one of signals) {
        one?.addEventListener("abort", abort);
        if (one?.aborted) abort();
      }
      try {
        return (await client.waitFor(selector as "*", {
          ...(options as WaitOptions),
          signal: both.signal,
        })) as never;
      } finally {
        for (const one of signals) one?.removeEventListener("abort", abort);
      }
    },
    onStatus: (handler, options) =>
      listen(STATUS, handler, options, () =>
        client.lifecycle.on(STATUS, (now, before) => emitter.emit(STATUS, now, before)),
      ),
    onSync(handler, options) {
      if (signal.aborted) return nothing;
      const off = client.onSync(handler, options);
      const undo = (): void => {
        undos.delete(undo);
        off();
      };
      undos.add(undo);
      return undo;
    },
  };
  return { scope, end };
}
