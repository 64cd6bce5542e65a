/** When a scene's handlers are called: at once, or at the start of the next frame. */
export type Deliver = "now" | "frame";

/** Whether notifications that come while the scene sleeps are held or dropped. */
export type WhileAsleep = "hold" | "skip";

/** Held items at most; above it the oldest are delivered at once. */
export const MOST_HELD = 1_000;
/** Items delivered in one frame at most. */
export const MOST_PER_FRAME = 100;
/** A frame lasts 16 ms at 60 frames per second; after this time the rest waits for the next. */
export const FRAME_BUDGET_MS = 4;

/** @internal */
export interface DeliveryPorts<Item> {
  readonly deliver: Deliver;
  readonly whileAsleep: WhileAsleep;
  readonly isAsleep: () => boolean;
  /** Whether the scene updates. */
  readonly isActive: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onDeliver: (item: Item) => void;
  /** Called when more than the maximum are held; again only after none was held. */
  readonly onOverrun: (held: number) => void;
}

/** @internal */
export interface Delivery<Item> {
  readonly push: (item: Item) => void;
  /** At the start of the scene's step. */
  readonly onFrame: () => void;
  readonly onWake: () => void;
  readonly clear: () => void;
}

/**
 * Delivers items at once, with the scene's frames, or when it wakes; always in the order of
 * arrival. Nothing is lost, except what comes while a scene sleeps and `whileAsleep` is `skip`.
 */
export function createDelivery<Item>({
  deliver,
  whileAsleep,
  isAsleep,
  isActive,
  now,
  onDeliver,
  onOverrun,
}: DeliveryPorts<Item>): Delivery<Item> {
  const held: Item[] = [];
  let reported = false;
  const deliverOldest = (): void => {
    const oldest = held.shift()!;
    if (!held.length) reported = false;
    onDeliver(oldest);
  };
  return {
    push(item) {
      const asleep = isAsleep();
      if (asleep && whileAsleep === "skip") return;
      if (!asleep && deliver === "now" && !held.length) {
        onDeliver(item);
        return;
      }
      held.push(item);
      if (held.length <= MOST_HELD) return;
      if (!reported) onOverrun(MOST_HELD);
      reported = true;
      deliverOldest();
    },
    onFrame() {
      const end = now() + FRAME_BUDGET_MS;
      let delivered = 0;
      while (
        held.length &&
        isActive() &&
        delivered < MOST_PER_FRAME &&
        (!delivered || now() < end)
      ) {
        deliverOldest();
        delivered++;
      }
    },
    onWake() {
      while (deliver === "now" && held.length && !isAsleep()) deliverOldest();
    },
    clear() {
      held.length = 0;
    },
  };
}
