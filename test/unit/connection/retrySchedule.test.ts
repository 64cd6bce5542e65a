import fc from "fast-check";
import { expect, test } from "vitest";
import { nextAttemptAt, type Outage } from "../../../src/connection/retrySchedule.js";

const outages = fc.record({
  startedAt: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  jitter: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
});

function attempts(outage: Outage, count: number, longOnly = false): number[] {
  const times: number[] = [];
  for (let after = outage.startedAt - 1; times.length < count;) {
    after = nextAttemptAt(outage, after, longOnly);
    times.push(after);
  }
  return times;
}

/** Start and width of window k, by the formula of the retry schedule. */
function windowOf(k: number): { start: number; width: number } {
  const width = (i: number) => Math.min(30_000, 500 * 1.5 ** i);
  let start = 0;
  for (let i = 0; i < k; i++) start += width(i);
  return { start, width: width(k) };
}

test("windows of 0.5 s x 1.5^k follow each other from the drop, up to 30 s", () => {
  const at = attempts({ startedAt: 0, jitter: 0 }, 14);
  expect(at.slice(0, 5)).toEqual([0, 500, 1_250, 2_375, 4_062.5]);
  expect(at.at(-1)! - at.at(-2)!).toBe(30_000);
});

test("the attempt of window k lies at its start + jitter x its width, whatever came before", () => {
  fc.assert(
    fc.property(outages, fc.nat({ max: 40 }), (outage, k) => {
      const { start, width } = windowOf(k);
      expect(attempts(outage, k + 1)[k]).toBeCloseTo(
        outage.startedAt + start + outage.jitter * width,
        1,
      );
    }),
  );
});

test("the next attempt lies in the future, at most one window and its jitter away", () => {
  fc.assert(
    fc.property(outages, fc.nat({ max: 10_000_000 }), fc.boolean(), (outage, ms, longOnly) => {
      const after = outage.startedAt + ms;
      const at = nextAttemptAt(outage, after, longOnly);
      expect(at).toBeGreaterThan(after);
      // The windows that longOnly skips last 85.5 s together.
      expect(at - after).toBeLessThanOrEqual(longOnly ? 120_000 : 60_000);
    }),
  );
});

test("the next attempt of the longest outage is found as fast as the first", () => {
  // A clock may jump: by the window, this is a minute of computing.
  const CENTURIES_MS = 10_000_000_000_000;
  const outage = { startedAt: 0, jitter: 0.3 };
  let last = nextAttemptAt(outage, CENTURIES_MS);
  expect(last - CENTURIES_MS).toBeGreaterThan(0);
  for (let i = 0; i < 5; i++) {
    const next = nextAttemptAt(outage, last);
    expect(next - last).toBeCloseTo(30_000, 1);
    last = next;
  }
});

test("each window holds one attempt: any time between two attempts yields the later one", () => {
  fc.assert(
    fc.property(
      outages,
      fc.nat({ max: 30 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (outage, k, share) => {
        const times = attempts(outage, k + 2);
        const [earlier, later] = [times[k]!, times[k + 1]!];
        expect(nextAttemptAt(outage, earlier + share * (later - earlier))).toBe(later);
      },
    ),
  );
});

test("a later time never yields an earlier attempt", () => {
  fc.assert(
    fc.property(
      outages,
      fc.nat({ max: 1_000_000 }),
      fc.nat({ max: 1_000_000 }),
      fc.boolean(),
      (outage, a, b, longOnly) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        expect(nextAttemptAt(outage, outage.startedAt + first, longOnly)).toBeLessThanOrEqual(
          nextAttemptAt(outage, outage.startedAt + second, longOnly),
        );
      },
    ),
  );
});

test("longOnly uses the windows of 30 s alone, at the same times", () => {
  fc.assert(
    fc.property(outages, (outage) => {
      const all = attempts(outage, 25);
      const long = attempts(outage, 5, true);
      expect(all).toEqual(expect.arrayContaining(long));
      for (let i = 1; i < long.length; i++) expect(long[i]! - long[i - 1]!).toBeCloseTo(30_000, 1);
      const firstLong = Array.from({ length: 40 }, (_, k) => k).find(
        (k) => windowOf(k).width === 30_000,
      )!;
      expect(long[0]).toBe(all[firstLong]);
    }),
  );
});
