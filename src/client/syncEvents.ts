import type { Binding } from "../connection/snapshot.js";
import type { SyncReason } from "../connection/state.js";
import type { Clock } from "../core/clock.js";
import type { Report } from "../core/diagnostics.js";
import type { ListenOptions } from "../notify/emitter.js";
import type { Notifications } from "../notify/notify.js";
import { addActiveClient, type BindingOf } from "./activeClients.js";
import type { EventQueue } from "./eventQueue.js";
import type { Sync } from "./types.js";

/** @internal */
export interface SyncEventsPorts {
  readonly clock: Pick<Clock, "wallTime">;
  readonly queue: Pick<EventQueue, "announce">;
  readonly notifications: Notifications;
  readonly bindingOf: BindingOf;
  readonly report: Report;
}

/**
 * The events of onSync: one for each first bind, gap and take-over of a slot, for each handler.
 * @internal
 */
export class SyncEvents {
  readonly #ports: SyncEventsPorts;
  /** Slots whose latest event was emitted. */
  readonly #emitted = new Set<string>();

  constructor(ports: SyncEventsPorts) {
    this.#ports = ports;
  }

  /** @param gapMs how long the gap was; undefined where there was none before */
  emit(slot: string, reason: SyncReason, gapMs: number | undefined): void {
    const { clock, queue, notifications, bindingOf, report } = this.#ports;
    const downMs = Math.round(gapMs ?? 0);
    const since = gapMs === undefined ? undefined : Math.round(clock.wallTime() - gapMs);
    if (reason !== "first") notifications.addGap();
    for (const one of this.#emitted) {
      if (one === slot || !bindingOf(one)) this.#emitted.delete(one);
    }
    queue.announce(() => {
      // A handler before this one may have released it.
      const binding = bindingOf(slot);
      if (!binding) return;
      this.#emitted.add(slot);
      if (addActiveClient(bindingOf, binding)) {
        report("warn", "duplicateClient", binding.userId ?? "", { slot });
      }
      const sync: Sync = { reason, since, downMs, binding };
      void notifications.sync(sync);
    });
  }

  /** A handler that comes after the first bind of a slot is called for it, too. */
  listen(handler: (sync: Sync) => unknown, options?: ListenOptions): () => void {
    const { queue, notifications, bindingOf } = this.#ports;
    const off = notifications.onSync(handler, options);
    const held = (slot: string): Binding | undefined => {
      const binding = bindingOf(slot);
      return binding?.state === "held" ? binding : undefined;
    };
    const slots = [...this.#emitted].filter(held);
    // Not before the caller has what ends the registration.
    void Promise.resolve().then(() => {
      for (const slot of slots) {
        const binding = held(slot);
        if (!binding) continue;
        const sync: Sync = { reason: "first", since: undefined, downMs: 0, binding };
        queue.announce(() => void notifications.sync(sync, off));
      }
    });
    return off;
  }
}
