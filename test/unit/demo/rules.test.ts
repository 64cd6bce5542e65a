import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { userIdOf } from "../../../demo/shared/players.js";
import { CELLS, pointsOf, scoreOf, skyOf } from "../../../demo/shared/rules.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const rounds = fc.integer({ min: 2_000, max: 120_000 });

describe("a sky", () => {
  it("is equal for equal seeds, and differs for others", () => {
    expect(skyOf(7, 40_000)).toEqual(skyOf(7, 40_000));
    expect(skyOf(7, 40_000)).not.toEqual(skyOf(8, 40_000));
  });

  it("has stars in every round, all within the round and the board", () => {
    fc.assert(
      fc.property(seeds, rounds, (seed, roundMs) => {
        const sky = skyOf(seed, roundMs);
        expect(sky.length).toBeGreaterThan(2);
        for (const { id, cell, fromMs, untilMs } of sky) {
          expect(sky[id]?.id).toBe(id);
          expect(cell).toBeGreaterThanOrEqual(0);
          expect(cell).toBeLessThan(CELLS);
          expect(fromMs).toBeGreaterThanOrEqual(0);
          expect(untilMs - fromMs).toBeGreaterThanOrEqual(400);
          expect(untilMs).toBeLessThanOrEqual(roundMs);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has at most one star in a cell at a time", () => {
    fc.assert(
      fc.property(seeds, rounds, (seed, roundMs) => {
        const free = new Map<number, number>();
        for (const { cell, fromMs, untilMs } of skyOf(seed, roundMs)) {
          expect(fromMs).toBeGreaterThanOrEqual(free.get(cell) ?? 0);
          free.set(cell, untilMs);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a score", () => {
  const sky = (["star", "gold", "comet"] as const).map((kind, id) => {
    return { id, kind, cell: id, fromMs: 0, untilMs: 1_000 };
  });

  it("adds the points of caught stars, ignores unknown ids, and never falls below zero", () => {
    expect(scoreOf(sky, [0, 1, 2])).toBe(pointsOf.star + pointsOf.gold + pointsOf.comet);
    expect(scoreOf(sky, [2, 0])).toBe(pointsOf.star);
    expect(scoreOf(sky, [9])).toBe(0);
  });
});

describe("a name", () => {
  it("is trimmed, cut between code points, and never the name of a robot", () => {
    expect(userIdOf("  Alice ")).toBe("Alice");
    expect(userIdOf("🙂".repeat(30))).toBe("🙂".repeat(24));
    expect(userIdOf("robot:Vega")).toBe("robot Vega");
    expect(userIdOf(" : ")).toBe("");
  });
});
