import { expect, it } from "vitest";
import { readCatchReport, readJoinRequest } from "../../../demo/server/requests.js";

const report = { matchName: "gathering-0001", caught: [0, 3], isLast: false };

it("a report of caught stars is read", () => {
  expect(readCatchReport(report)).toEqual(report);
  expect(readJoinRequest({ size: 2 })).toEqual({ size: 2 });
  expect(readJoinRequest({ size: 4, roundMs: 20_000 })).toEqual({ size: 4, roundMs: 20_000 });
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
  { size: 1 },
  { size: "2" },
  { size: 2, roundMs: "long" },
  { size: 2, roundMs: NaN },
  null,
])("the request %j to join is refused", (given) => {
  expect(readJoinRequest(given)).toBeUndefined();
});
