import { describe, expect, it } from "vitest";
import { createRound } from "../../../demo/game/round.js";
import { skyOf } from "../../../demo/shared/rules.js";
import { until } from "../../support/until.js";

const ROUND_MS = 20_000;
const sky = skyOf(7, ROUND_MS);

function createTestRound(caught: readonly number[] = []) {
  let now = 0;
  let isDown = false;
  const reports: [caught: readonly number[], isLast: boolean][] = [];
  const round = createRound({
    ...{ matchName: "gathering-0001", seed: 7, startsAt: 0, roundMs: ROUND_MS, caught },
    serverNow: () => now,
    changed: () => undefined,
    report: async (ids, isLast) => {
      if (isDown) throw new Error("out of reach");
      reports.push([ids, isLast]);
    },
  });
  return {
    round,
    reports,
    setNow: (ms: number) => (now = ms),
    setDown: (to: boolean) => (isDown = to),
  };
}

describe("a round", () => {
  it("has the falling stars live until they are caught", () => {
    const { round, setNow } = createTestRound();
    const star = sky[3]!;
    setNow(star.fromMs);
    expect(round.live()).toContainEqual(star);
    round.catchStar(star);
    expect(round.live()).not.toContainEqual(star);
  });

  it("reports caught stars together and once, soon after they are caught", async () => {
    const { round, reports, setNow } = createTestRound();
    setNow(sky[3]!.fromMs);
    round.catchStar(sky[2]!);
    round.catchStar(sky[3]!);
    round.catchStar(sky[3]!);
    await until("it is reported", () => reports.length > 0);
    expect(reports).toEqual([[[2, 3], false]]);
    expect(round.unreportedCount()).toBe(0);
  });

  it("reports once a second at most, and its end at once", async () => {
    const { round, reports, setNow } = createTestRound();
    setNow(sky[3]!.fromMs);
    const startedAt = Date.now();
    round.catchStar(sky[2]!);
    await until("the first is reported", () => reports.length === 1);
    round.catchStar(sky[3]!);
    await until("the second is reported", () => reports.length === 2);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    setNow(ROUND_MS);
    await round.flush();
    expect(reports.at(-1)).toEqual([[], true]);
  });

  it("keeps a failed report until the server is back", async () => {
    const { round, reports, setNow, setDown } = createTestRound();
    setNow(sky[3]!.fromMs);
    setDown(true);
    round.catchStar(sky[3]!);
    await round.flush();
    expect([reports.length, round.unreportedCount()]).toEqual([0, 1]);
    setDown(false);
    await round.flush();
    expect(reports).toEqual([[[3], false]]);
    expect(round.unreportedCount()).toBe(0);
  });

  it("reports its end once, and counts no star after it", async () => {
    const { round, reports, setNow } = createTestRound();
    setNow(ROUND_MS);
    round.catchStar(sky.at(-1)!);
    await round.flush();
    await round.flush();
    expect(reports).toEqual([[[], true]]);
  });

  it("excludes stars that were caught before a reload or in another tab", () => {
    const { round, setNow } = createTestRound([sky[3]!.id]);
    setNow(sky[3]!.fromMs);
    expect(round.live()).not.toContainEqual(sky[3]);
    round.addCaught([sky[2]!.id]);
    expect(round.live()).not.toContainEqual(sky[2]);
    expect(round.unreportedCount()).toBe(0);
  });
});
