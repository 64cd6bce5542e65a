import { describe, expect, test } from "vitest";
import {
  createDelivery,
  FRAME_BUDGET_MS,
  MOST_HELD,
  MOST_PER_FRAME,
  type Deliver,
  type WhileAsleep,
} from "../../../src/phaser/delivery.js";

/** A fake scene, and a clock that advances by `itemMs` for each delivered item. */
function setUp(deliver: Deliver, whileAsleep: WhileAsleep = "hold", itemMs = 0) {
  const world = { asleep: false, active: true, now: 0 };
  const delivered: number[] = [];
  const overruns: number[] = [];
  const hooks: ((item: number) => void)[] = [];
  const delivery = createDelivery<number>({
    deliver,
    whileAsleep,
    isAsleep: () => world.asleep,
    isActive: () => world.active && !world.asleep,
    now: () => world.now,
    onDeliver(item) {
      delivered.push(item);
      world.now += itemMs;
      for (const hook of hooks) hook(item);
    },
    onOverrun: (held) => overruns.push(held),
  });
  const push = (count: number, from = 0) => {
    for (let i = 0; i < count; i++) delivery.push(from + i);
  };
  return { world, delivered, overruns, hooks, delivery, push };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("delivery now", () => {
  test("delivers items at once", () => {
    const { delivered, push } = setUp("now");
    push(3);
    expect(delivered).toEqual([0, 1, 2]);
  });

  test("holds items while the scene sleeps and delivers them when it wakes", () => {
    const { world, delivered, delivery, push } = setUp("now");
    world.asleep = true;
    push(3);
    delivery.onFrame();
    expect(delivered).toEqual([]);
    world.asleep = false;
    delivery.onWake();
    expect(delivered).toEqual([0, 1, 2]);
  });

  test("keeps the order of an item that comes while held items are delivered", () => {
    const { world, delivered, hooks, delivery, push } = setUp("now");
    world.asleep = true;
    push(2);
    world.asleep = false;
    hooks.push((item) => item === 0 && push(1, 2));
    delivery.onWake();
    expect(delivered).toEqual([0, 1, 2]);
  });

  test("stops when a handler puts the scene back to sleep", () => {
    const { world, delivered, hooks, delivery, push } = setUp("now");
    world.asleep = true;
    push(3);
    world.asleep = false;
    hooks.push((item) => {
      world.asleep = item === 1;
    });
    delivery.onWake();
    expect(delivered).toEqual([0, 1]);
  });
});

describe("delivery with frames", () => {
  test("delivers nothing before the frame", () => {
    const { delivered, delivery, push } = setUp("frame");
    push(2);
    expect(delivered).toEqual([]);
    delivery.onFrame();
    expect(delivered).toEqual([0, 1]);
  });

  test("waits until the scene is active", () => {
    const { world, delivered, delivery, push } = setUp("frame");
    world.active = false;
    push(1);
    delivery.onFrame();
    delivery.onWake();
    expect(delivered).toEqual([]);
    world.active = true;
    delivery.onFrame();
    expect(delivered).toEqual([0]);
  });

  test("delivers a burst over several frames, in order", () => {
    const { delivered, delivery, push, overruns } = setUp("frame");
    push(MOST_HELD);
    for (let frame = 1; frame <= MOST_HELD / MOST_PER_FRAME; frame++) {
      delivery.onFrame();
      expect(delivered).toHaveLength(frame * MOST_PER_FRAME);
    }
    expect(delivered).toEqual(upTo(MOST_HELD));
    expect(overruns).toEqual([]);
  });

  test("delivers one item per frame, and no further one after the frame budget", () => {
    const slow = setUp("frame", "hold", 1);
    slow.push(10);
    slow.delivery.onFrame();
    expect(slow.delivered).toHaveLength(FRAME_BUDGET_MS);
    const slower = setUp("frame", "hold", 50);
    slower.push(10);
    slower.delivery.onFrame();
    slower.delivery.onFrame();
    expect(slower.delivered).toEqual([0, 1]);
  });

  test("stops when a handler ends the scene", () => {
    const { delivered, hooks, delivery, push } = setUp("frame");
    push(3);
    hooks.push((item) => {
      if (item === 1) delivery.clear();
    });
    delivery.onFrame();
    delivery.onFrame();
    expect(delivered).toEqual([0, 1]);
  });
});

test.each(["now", "frame"] as const)(
  "whileAsleep skip drops items while the scene sleeps: %s",
  (deliver) => {
    const { world, delivered, delivery, push } = setUp(deliver, "skip");
    world.asleep = true;
    push(2);
    world.asleep = false;
    delivery.onWake();
    push(1, 2);
    delivery.onFrame();
    expect(delivered).toEqual([2]);
  },
);

test("above the maximum the oldest item is delivered at once, and the overrun is reported once", () => {
  const { world, delivered, overruns, delivery, push } = setUp("now");
  world.asleep = true;
  push(MOST_HELD + 3);
  expect(delivered).toEqual([0, 1, 2]);
  expect(overruns).toEqual([MOST_HELD]);
  world.asleep = false;
  delivery.onWake();
  expect(delivered).toEqual(upTo(MOST_HELD + 3));
  world.asleep = true;
  push(MOST_HELD + 1);
  expect(overruns).toEqual([MOST_HELD, MOST_HELD]);
});
