import { describe, expect, test } from "vitest";
import {
  createDelivery,
  FRAME_BUDGET_MS,
  MOST_HELD,
  MOST_PER_FRAME,
  type Deliver,
  type WhileAsleep,
} from "../../../src/phaser/delivery.js";

/** A scene that is none, and a clock that only moves when an item takes its time. */
function setUp(deliver: Deliver, whileAsleep: WhileAsleep = "hold", itemMs = 0) {
  const world = { asleep: false, active: true, now: 0 };
  const passed: number[] = [];
  const overruns: number[] = [];
  const hooks: ((item: number) => void)[] = [];
  const delivery = createDelivery<number>({
    deliver,
    whileAsleep,
    isAsleep: () => world.asleep,
    isActive: () => world.active && !world.asleep,
    now: () => world.now,
    onDeliver(item) {
      passed.push(item);
      world.now += itemMs;
      for (const hook of hooks) hook(item);
    },
    onOverrun: (held) => overruns.push(held),
  });
  const take = (count: number, from = 0) => {
    for (let i = 0; i < count; i++) delivery.push(from + i);
  };
  return { world, passed, overruns, hooks, delivery, take };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("delivery at once", () => {
  test("passes on what comes, as it comes", () => {
    const { passed, take } = setUp("now");
    take(3);
    expect(passed).toEqual([0, 1, 2]);
  });

  test("holds what comes in a scene's sleep until it wakes", () => {
    const { world, passed, delivery, take } = setUp("now");
    world.asleep = true;
    take(3);
    delivery.onFrame();
    expect(passed).toEqual([]);
    world.asleep = false;
    delivery.onWake();
    expect(passed).toEqual([0, 1, 2]);
  });

  test("keeps the order when something comes while what was held is passed on", () => {
    const { world, passed, hooks, delivery, take } = setUp("now");
    world.asleep = true;
    take(2);
    world.asleep = false;
    hooks.push((item) => item === 0 && take(1, 2));
    delivery.onWake();
    expect(passed).toEqual([0, 1, 2]);
  });

  test("stops when a handler sends the scene back to sleep", () => {
    const { world, passed, hooks, delivery, take } = setUp("now");
    world.asleep = true;
    take(3);
    world.asleep = false;
    hooks.push((item) => {
      world.asleep = item === 1;
    });
    delivery.onWake();
    expect(passed).toEqual([0, 1]);
  });
});

describe("delivery with frames", () => {
  test("passes nothing on before the frame", () => {
    const { passed, delivery, take } = setUp("frame");
    take(2);
    expect(passed).toEqual([]);
    delivery.onFrame();
    expect(passed).toEqual([0, 1]);
  });

  test("waits until the scene is active", () => {
    const { world, passed, delivery, take } = setUp("frame");
    world.active = false;
    take(1);
    delivery.onFrame();
    delivery.onWake();
    expect(passed).toEqual([]);
    world.active = true;
    delivery.onFrame();
    expect(passed).toEqual([0]);
  });

  test("passes on a burst in portions, in order", () => {
    const { passed, delivery, take, overruns } = setUp("frame");
    take(MOST_HELD);
    for (let frame = 1; frame <= MOST_HELD / MOST_PER_FRAME; frame++) {
      delivery.onFrame();
      expect(passed).toHaveLength(frame * MOST_PER_FRAME);
    }
    expect(passed).toEqual(upTo(MOST_HELD));
    expect(overruns).toEqual([]);
  });

  test("begins none once the frame's share of time is spent, but one in any case", () => {
    const slow = setUp("frame", "hold", 1);
    slow.take(10);
    slow.delivery.onFrame();
    expect(slow.passed).toHaveLength(FRAME_BUDGET_MS);
    const slower = setUp("frame", "hold", 50);
    slower.take(10);
    slower.delivery.onFrame();
    slower.delivery.onFrame();
    expect(slower.passed).toEqual([0, 1]);
  });

  test("stops when a handler ends the scene", () => {
    const { passed, hooks, delivery, take } = setUp("frame");
    take(3);
    hooks.push((item) => {
      if (item === 1) delivery.clear();
    });
    delivery.onFrame();
    delivery.onFrame();
    expect(passed).toEqual([0, 1]);
  });
});

test.each(["now", "frame"] as const)("what is skipped in sleep never comes: %s", (deliver) => {
  const { world, passed, delivery, take } = setUp(deliver, "skip");
  world.asleep = true;
  take(2);
  world.asleep = false;
  delivery.onWake();
  take(1, 2);
  delivery.onFrame();
  expect(passed).toEqual([2]);
});

test("for each above the bound the oldest is passed on at once, told once until all is through", () => {
  const { world, passed, overruns, delivery, take } = setUp("now");
  world.asleep = true;
  take(MOST_HELD + 3);
  expect(passed).toEqual([0, 1, 2]);
  expect(overruns).toEqual([MOST_HELD]);
  world.asleep = false;
  delivery.onWake();
  expect(passed).toEqual(upTo(MOST_HELD + 3));
  world.asleep = true;
  take(MOST_HELD + 1);
  expect(overruns).toEqual([MOST_HELD, MOST_HELD]);
});
