import type { GatewayClient } from "../client/client.js";
import type { Report } from "../core/diagnostics.js";
import { internalsOf } from "../core/internals.js";
import {
  createEmitter,
  type Emitter,
  type Handler,
  type ListenOptions,
} from "../notify/emitter.js";
import type { Notification } from "../notify/notification.js";
import {
  isDefinition,
  selectorName,
  type NotificationSelector,
  type NotificationSource,
} from "../notify/notificationSource.js";
import type { ConnectionSnapshot } from "../connection/snapshot.js";
import type { Sync } from "../client/types.js";
import { createDelivery, type Deliver, type Delivery, type WhileAsleep } from "./delivery.js";
import { DESTROY, PRE_UPDATE, SHUT_DOWN, SHUTDOWN, WAKE, type SceneLike } from "./host.js";

export interface ScopeOptions {
  /**
   * `now` (the default): handlers are called when a notification comes, also before `create`, while
   * the scene is paused, and while the page is hidden.
   *
   * `frame`: handlers are called at the start of the scene's update, in order, from the first
   * update after `create`. A frame delivers 100 notifications at most and begins none after 4
   * milliseconds; the rest waits for the next frame, so that a burst does not drop a frame.
   */
  deliver?: Deliver | undefined;
  /**
   * For notifications that come while the scene sleeps. `hold` (the default): they are delivered
   * when it wakes, at once or with its frames. `skip`: they are dropped.
   *
   * 1,000 notifications at most are held for a scene that sleeps, is paused, or gets no frames
   * because the page is hidden. Above that the oldest are delivered at once, and the diagnostic
   * `sceneOverrun` is reported: nothing is lost.
   */
  whileAsleep?: WhileAsleep | undefined;
}

/**
 * Subscriptions that end when the scene shuts down or is destroyed. After that `on`, `onStatus` and
 * `onSync` do nothing, and `waitFor` rejects with kind `aborted`.
 */
export interface SceneScope extends NotificationSource {
  /**
   * Called at once when the connection has changed, whatever `deliver` is. The present state is
   * `client.connection`.
   */
  onStatus(
    handler: (now: ConnectionSnapshot, before: ConnectionSnapshot) => unknown,
    options?: ListenOptions,
  ): () => void;
  /**
   * `onSync` of the client, called at once whatever `deliver` is: notifications are held until its
   * promise settles.
   */
  onSync(handler: (sync: Sync) => unknown, options?: Omit<ListenOptions, "once">): () => void;
  /** Aborts when the scene ends: for `client.call`, `fetch`, and other work of the scene. */
  readonly signal: AbortSignal;
}

/** @internal A scope, and its end for when the game is destroyed before the scene. */
export interface OpenScope {
  readonly scope: SceneScope;
  readonly end: () => void;
}

/** @internal */
export type ScopeRules = { readonly [O in keyof ScopeOptions]-?: NonNullable<ScopeOptions[O]> };

const STATUS = "status";
const nothing = (): void => undefined;

/**
 * Opens a scope; it has ended already where the scene has.
 *
 * @param onEnd called when it ends, by the scene or by `end`
 */
export function openScope(
  client: GatewayClient,
  { sys }: SceneLike,
  rules: ScopeRules,
  onEnd: () => void,
): OpenScope {
  const { events } = sys;
  const controller = new AbortController();
  const { signal } = controller;
  const { delivery, emitter } = createSceneDelivery(client, sys, rules);
  const subscriptions = createSubscriptions(emitter, signal);

  const listeners: [event: string, handler: () => void][] = [
    [SHUTDOWN, () => end()],
    [DESTROY, () => end()],
    [WAKE, delivery.onWake],
    [PRE_UPDATE, delivery.onFrame],
  ];
  const end = (): void => {
    for (const [event, handler] of listeners) events.off(event, handler);
    subscriptions.end();
    delivery.clear();
    emitter.forgetHandlers();
    controller.abort();
    onEnd();
  };
  if (sys.settings.status >= SHUT_DOWN) controller.abort();
  else for (const [event, handler] of listeners) events.on(event, handler);

  const nameOfSelector = createSelectorNames();
  const scope: SceneScope = {
    signal,
    on(selector, handler: Handler, options) {
      const name = nameOfSelector(selector as NotificationSelector);
      return subscriptions.listen(name, handler, options, () =>
        client.on(selector, (notification) => delivery.push([name, notification])),
      );
    },
    waitFor: (selector, options = {}) =>
      withAnySignal([signal, options.signal], (both) =>
        client.waitFor(selector, { ...options, signal: both }),
      ),
    onStatus: (handler, options) =>
      subscriptions.listen(STATUS, handler, options, () =>
        client.lifecycle.on(STATUS, (now, before) => emitter.emit(STATUS, now, before)),
      ),
    onSync: (handler, options) =>
      signal.aborted ? nothing : subscriptions.add(client.onSync(handler, options)),
  };
  return { scope, end };
}

/** Calls the scene's handlers by the rules, and reports as a diagnostic of the client. */
function createSceneDelivery(
  client: GatewayClient,
  sys: SceneLike["sys"],
  rules: ScopeRules,
): {
  delivery: Delivery<[name: string | symbol, notification: Notification]>;
  emitter: Emitter;
} {
  const scene = sys.settings.key;
  const report: Report = (...args) => internalsOf(client)?.report(...args);
  const emitter = createEmitter((error, message) =>
    report("error", "handlerThrew", `scene "${scene}": ${message}`, { error }),
  );
  const delivery = createDelivery<[name: string | symbol, notification: Notification]>({
    ...rules,
    isAsleep: () => sys.isSleeping(),
    isActive: () => sys.isActive(),
    now: () => performance.now(),
    onDeliver: ([name, notification]) => emitter.emit(name, notification),
    onOverrun: (held) =>
      report("warn", "sceneOverrun", `scene "${scene}": more than ${held} were held`, {
        scene,
        held,
      }),
  });
  return { delivery, emitter };
}

/** Subscribes to the client once for each name; the emitter calls the handlers. */
function createSubscriptions(emitter: Emitter, signal: AbortSignal) {
  const names = new Set<string | symbol>();
  const undos = new Set<() => void>();
  return {
    listen(
      name: string | symbol,
      handler: Handler,
      options: ListenOptions | undefined,
      subscribe: () => () => void,
    ): () => void {
      if (signal.aborted) return nothing;
      const undo = emitter.listen(name, handler, options);
      if (!names.has(name)) {
        names.add(name);
        undos.add(subscribe());
      }
      return undo;
    },
    add(off: () => void): () => void {
      const undo = (): void => {
        undos.delete(undo);
        off();
      };
      undos.add(undo);
      return undo;
    },
    end: () => undos.forEach((undo) => undo()),
  };
}

/**
 * Each definition has a name of its own: its payload differs from that of its key, and of another
 * definition of that key.
 */
function createSelectorNames(): (selector: NotificationSelector) => string | symbol {
  const definitions = new Map<NotificationSelector, symbol>();
  return (selector) => {
    // The prefix keeps it apart from other events of the emitter.
    if (!isDefinition(selector)) return `on ${selectorName(selector)}`;
    const name = definitions.get(selector) ?? Symbol(selector.key);
    definitions.set(selector, name);
    return name;
  };
}

/**
 * Runs with a signal that aborts when one of these does. Safari has AbortSignal.any since 17.4
 * only.
 */
async function withAnySignal<Result>(
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of signals) {
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  }
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of signals) signal?.removeEventListener("abort", abort);
  }
}
