import { expect, test } from "vitest";
import { worseThanLinear } from "../bench/growthSeries.mjs";
import { invalidFigures } from "../bench/validity.mjs";

const figure = (ratio: number, median = 400_000) => ({ ratio, median });
const results = (
  ratios: { overSocket?: number; processorTime?: number; inProcess?: number },
  ceiling = 4_000_000,
) => ({
  measures: {
    overSocket: { "bare ws": figure(1), phoenix: figure(ratios.overSocket ?? 0.95) },
    processorTime: { "bare ws": figure(1), phoenix: figure(ratios.processorTime ?? 1.05) },
    inProcess: { "bare ws": figure(1.02), phoenix: figure(ratios.inProcess ?? 1.1) },
  },
  senderCeiling: { median: ceiling },
});

test("a run of the bench is valid when nothing is better than the limit", () => {
  expect(invalidFigures(results({}))).toEqual([]);
  expect(invalidFigures(results({ overSocket: 1.03, processorTime: 0.98 }))).toEqual([]);
});

test.each([
  ["overSocket", 1.04, "notifications per second over a socket"],
  ["processorTime", 0.95, "processor time"],
  ["inProcess", 0.95, "without a network"],
])("a run of the bench is invalid with %s at %d of the limit", (id, ratio, description) => {
  const sentences = invalidFigures(results({ [id]: ratio }));
  expect(sentences).toHaveLength(1);
  expect(sentences[0]).toMatch(/^The run is invalid: phoenix is 1\.0\d times as good as the limit/);
  expect(sentences[0]).toContain(description);
});

test("a run of the bench is invalid when the sender's ceiling is near the fastest library", () => {
  expect(invalidFigures(results({}, 600_000))).toEqual([]);
  expect(invalidFigures(results({}, 560_000))).toEqual([
    "The run is invalid: the sender's ceiling is 1.40 times the rate of bare ws, and less than 1.5 measures the sender.",
  ]);
});

test("a step that takes more than its size's share of time is worse than linear", () => {
  const growth = (nanoseconds: number) => [
    {
      id: "held",
      steps: [
        { size: 10, nanoseconds: 1_000 },
        { size: 100, nanoseconds },
      ],
    },
  ];
  expect(worseThanLinear(growth(10_000))).toEqual([]);
  expect(worseThanLinear(growth(13_000))).toEqual([
    "held: from 10 to 100 the time grows 1.30 times as fast as the size.",
  ]);
});

test("a step is not worse than linear when parsing alone takes as long", () => {
  const steps = (limitNanoseconds: number) => [
    { size: 10, nanoseconds: 1_000, limitNanoseconds: 1_000 },
    { size: 100, nanoseconds: 40_000, limitNanoseconds },
  ];
  expect(worseThanLinear([{ id: "payloadBytes", steps: steps(38_000) }])).toEqual([]);
  expect(worseThanLinear([{ id: "payloadBytes", steps: steps(20_000) }])).toHaveLength(1);
});
