import { expect, it } from "vitest";
import {
  readCatchReport,
  readIncrease,
  readOpening,
  readSearch,
} from "../../../demo/server/requests.js";

const playerOf = (values: Record<string, unknown>) => ({
  attributes: Object.entries(values).map(([name, value]) => ({ name, value })),
});
const opening = (capacity: unknown, values: Record<string, unknown> = {}) => ({
  player: playerOf(values),
  capacityOfRoles: [{ capacity }],
});

const report = { matchName: "gathering-0001", caught: [0, 3], isLast: false };

it("a report of caught stars is read", () => {
  expect(readCatchReport(report)).toEqual(report);
});

it("a search and an opening are read", () => {
  expect(readSearch({ player: playerOf({ size: 2, roundMs: 20_000 }) })).toEqual({ size: 2 });
  expect(readOpening(opening(2))).toEqual({ size: 2, roundMs: undefined });
  expect(readOpening(opening(4, { size: 4, roundMs: 20_000 }))).toEqual({
    size: 4,
    roundMs: 20_000,
  });
});

it.each([
  ["lists for stars, which count many times", { ...report, caught: Array(500).fill([0]) }],
  ["a name for a star, which makes the score NaN", { ...report, caught: ["map"] }],
  ["a half star", { ...report, caught: [0.5] }],
  ["a star below zero", { ...report, caught: [-1] }],
  ["more stars than a sky has", { ...report, caught: Array(1_001).fill(0) }],
  ["no list", { ...report, caught: "0" }],
  ["no match", { ...report, matchName: undefined }],
  ["a text for isLast", { ...report, isLast: "no" }],
  ["nothing", undefined],
])("a report with %s is refused", (_, given) => {
  expect(readCatchReport(given)).toBeUndefined();
});

it.each([
  opening(1),
  opening("2"),
  opening(2, { roundMs: "long" }),
  opening(2, { roundMs: NaN }),
  { player: playerOf({}) },
  { ...opening(2), player: null },
  { ...opening(2), capacityOfRoles: [] },
  null,
])("the request %j to open a gathering is refused", (given) => {
  expect(readOpening(given)).toBeUndefined();
});

it.each([playerOf({ size: 1 }), playerOf({ size: "2" }), playerOf({}), {}, null])(
  "a search of the player %j is refused",
  (player) => {
    expect(readSearch({ player })).toBeUndefined();
  },
);

const increase = { userId: "alice", counterName: "win-round", value: 1 };

it("an increase of a counter is read", () => {
  expect(readIncrease({ ...increase, namespaceName: "mission" })).toEqual(increase);
});

it.each([{ value: "1" }, { value: 0 }, { value: 1e9 }, { counterName: "toString" }])(
  "an increase with %j is refused",
  (change) => {
    expect(readIncrease({ ...increase, ...change })).toBeUndefined();
  },
);
