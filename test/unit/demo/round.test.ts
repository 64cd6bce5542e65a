import { describe, expect, it } from "vitest";
import { createRound } from "../../../demo/game/round.js";
import { skyOf } from "../../../demo/shared/rules.js";
import { until } from "../../support/until.js";

const ROUND_MS = 20_000;
const sky = skyOf(7, ROUND_MS);

function aRound(caught: readonly number[] = []) {
  let now = 0;
  let isDown = false;
  const told: [caught: readonly number[], isLast: boolean][] = [];
  const round = createRound({
    ...{ matchName: "gathering-0001", seed: 7, startsAt: 0, roundMs: ROUND_MS, caught },
    serverNow: () => now,
    changed: () => undefined,
    report: async (ids, isLast) => {
      if (isDown) throw new Error("out of reach");
      told.push([ids, isLast]);
    },
  });
  return {
    round,
    told,
    setNow: (ms: number) => (now = ms),
    setDown: (to: boolean) => (isDown = to),
  };
}

describe("a round", () => {
  it("shows what falls at this moment, and no more what was caught", () => {
    const { round, setNow } = aRound();
    const star = sky[3]!;
    setNow(star.fromMs);
    expect(round.live()).toContainEqual(star);
    round.take(star);
    expect(round.live()).not.toContainEqual(star);
  });

  it("counts at once, and tells what was caught soon, together and once", async () => {
    const { round, told, setNow } = aRound();
    setNow(sky[3]!.fromMs);
    round.take(sky[2]!);
    round.take(sky[3]!);
    round.take(sky[3]!);
    await until("it is told", () => told.length > 0);
    expect(told).toEqual([[[2, 3], false]]);
    expect(round.untold()).toBe(0);
  });

  it("keeps what could not be told until the server is back", async () => {
    const { round, told, setNow, setDown } = aRound();
    setNow(sky[3]!.fromMs);
    setDown(true);
    round.take(sky[3]!);
    await round.flush();
    expect([told.length, round.untold()]).toEqual([0, 1]);
    setDown(false);
    await round.flush();
    expect(told).toEqual([[[3], false]]);
    expect(round.untold()).toBe(0);
  });

  it("tells once that it is over, and takes nothing after", async () => {
    const { round, told, setNow } = aRound();
    setNow(ROUND_MS);
    round.take(sky.at(-1)!);
    await round.flush();
    await round.flush();
    expect(told).toEqual([[[], true]]);
  });

  it("knows after a reload, and from another tab, what is caught already", () => {
    const { round, setNow } = aRound([sky[3]!.id]);
    setNow(sky[3]!.fromMs);
    expect(round.live()).not.toContainEqual(sky[3]);
    round.learn([sky[2]!.id]);
    expect(round.live()).not.toContainEqual(sky[2]);
    expect(round.untold()).toBe(0);
  });
});
