import { afterEach, describe, expect, test, vi } from "vitest";
import { setDeadline, systemClock } from "../../../src/core/clock.js";
import { manualClock } from "../../support/manualClock.js";

function start(ms: number) {
  const clock = manualClock();
  const run = vi.fn();
  const cancel = setDeadline(clock, run, ms);
  return { clock, run, cancel };
}

describe("setDeadline", () => {
  test.each([0, 1, 150, 200, 201, 5_000, 3_600_000])("runs after %i ms, once", (ms) => {
    const { clock, run } = start(ms);
    if (ms) clock.advance(ms - 1);
    expect(run).not.toHaveBeenCalled();
    clock.advance(1);
    expect(run).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("runs 200 ms after the host was blocked, so that waiting frames are read before", () => {
    const { clock, run } = start(5_000);
    clock.jump(60_000);
    clock.advance(199);
    expect(run).not.toHaveBeenCalled();
    clock.advance(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test.each([1_000, 4_900])("can be cancelled after %i ms", (ms) => {
    const { clock, run, cancel } = start(5_000);
    clock.advance(ms);
    cancel();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(10_000);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("systemClock.now", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    ["counts a sleep of the host, in which performance.now() stands still", 3_600_000, 3_600_000],
    ["stands still while the wall clock is put back", -3_600_000, 0],
    ["passes over what the wall clock is corrected by", 900, 0],
  ])("%s", (_, jumpMs, passedMs) => {
    const monotonic = performance.now();
    const wall = Date.now();
    vi.spyOn(performance, "now").mockReturnValue(monotonic);
    const date = vi.spyOn(Date, "now").mockReturnValue(wall);
    const before = systemClock.now();
    date.mockReturnValue(wall + jumpMs);
    expect(systemClock.now() - before).toBeCloseTo(passedMs, -1);
    expect(systemClock.now() - before).toBeCloseTo(passedMs, -1);
  });
});
