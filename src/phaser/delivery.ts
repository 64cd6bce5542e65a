/** When a scene's handlers hear of a notification: `now`, as it comes, or with the next `frame`. */
export type Deliver = "now" | "frame";

/** What becomes of notifications that come while the scene sleeps. */
export type WhileAsleep = "hold" | "skip";

/** Most items that wait for a scene. */
export const MOST_HELD = 1_000;
/** Most items delivered in one frame. */
export const MOST_PER_FRAME = 100;
/** A frame of 60 a second has 16 ms; once this much of it is spent, the rest waits for the next one. */
export const FRAME_BUDGET_MS = 4;

/** @internal */
export interface DeliveryPorts<Item> {
  readonly deliver: Deliver;
  readonly whileAsleep: WhileAsleep;
  readonly isAsleep: () => boolean;
  /** Whether the scene's updates run. */
  readonly isActive: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
  readonly pass: (item: Item) => void;
  /** Told once, until nothing waits any more, when too many do. */
  readonly overrun: (held: number) => void;
}

/** @internal */
export interface Delivery<Item> {
  /** Something has come. */
  readonly take: (item: Item) => void;
  /** The scene's step begins. */
  readonly frame: () => void;
  /** The scene has woken up. */
  readonly wake: () => void;
  readonly clear: () => void;
}

/**
 * Decides when what has come is passed on: always in the order of arrival, and nothing is lost but what is to be skipped. When too much waits,
 * the oldest is passed on at once.
 */
export function createDelivery<Item>({
  deliver,
  whileAsleep,
  isAsleep,
  isActive,
  now,
  pass,
  overrun,
}: DeliveryPorts<Item>): Delivery<Item> {
  const waiting: Item[] = [];
  let told = false;
  const passOldest = (): void => {
    const oldest = waiting.shift()!;
    if (!waiting.length) told = false;
    pass(oldest);
  };
  return {
    take(item) {
      const asleep = isAsleep();
      if (asleep && whileAsleep === "skip") return;
      if (!asleep && deliver === "now" && !waiting.length) {
        pass(item);
        return;
      }
      waiting.push(item);
      if (waiting.length <= MOST_HELD) return;
      if (!told) overrun(MOST_HELD);
      told = true;
      passOldest();
    },
    frame() {
      const end = now() + FRAME_BUDGET_MS;
      let passed = 0;
      while (waiting.length && isActive() && passed < MOST_PER_FRAME && (!passed || now() < end)) {
        passOldest();
        passed++;
      }
    },
    wake() {
      while (deliver === "now" && waiting.length && !isAsleep()) passOldest();
    },
    clear() {
      waiting.length = 0;
    },
  };
}
