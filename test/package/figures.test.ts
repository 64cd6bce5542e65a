import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { growthSeries } from "../bench/growthSeries.mjs";
import { chartFile, chartsOf, pagesOfFigures, partsOf, withParts } from "../bench/page.mjs";
import { mutations } from "../sim/mutations.mjs";
import { inRepo, readInRepo } from "../support/repo.js";

const figures = JSON.parse(readInRepo("bench.json")) as Record<string, unknown>;

test.each(pagesOfFigures)("$file says what bench.json says", ({ language, file }) => {
  const text = readInRepo(file);
  expect(text).toContain("<!-- bench.json: ");
  expect(text, "node test/bench/record.mjs writes it anew").toBe(
    withParts(text, partsOf(figures, language)),
  );
});

test("bench.json has the simulation's mutations, and each was found", () => {
  const { results } = figures["mutations"] as { results: { name: string; caught: boolean }[] };
  const found = results.filter(({ caught }) => caught).map(({ name }) => name);
  expect(results.map(({ name }) => name)).toEqual(mutations.map(({ name }) => name));
  expect(found, "npm run sim -- --mutations").toHaveLength(mutations.length);
});

test.each(Object.entries(chartsOf(figures)))("the chart %s shows bench.json", (name, chart) => {
  const file = chartFile(name);
  expect(existsSync(inRepo(file))).toBe(chart !== undefined);
  if (chart !== undefined) expect(readInRepo(file)).toBe(chart);
});

test("a page whose figures are missing says how to measure them", () => {
  for (const language of ["en", "ja"] as const) {
    for (const part of Object.values(partsOf({}, language))) expect(part).toContain("`npm run ");
  }
});

test("figures of each kind that is measured find their place", () => {
  const ratio = { median: 1, ratio: 0.5, spread: [0.4, 0.6] };
  const names = ["overSocket", "processorTime", "inProcess", "call", "connect"];
  const parts = partsOf(
    {
      measuredOn: "2 x a machine",
      versions: { phoenix: "1.8.16" },
      measures: Object.fromEntries(names.map((id) => [id, { "bare ws": ratio, gs2: ratio }])),
      senderCeiling: { median: 12 },
      growth: growthSeries.map(({ id, sizes }) => ({
        id,
        steps: sizes.map((size) => ({ size, nanoseconds: 2_000 })),
      })),
      boundAgain: { roundTripMs: 100, firstMs: 304.4, againMs: 203.2 },
      gzipBytes: { "gs2-gateway": 8_000, gs2: 9_000 },
      installedBytes: { "gs2-gateway": 2_000_000 },
      emulator: [
        {
          sockets: 5_000,
          readyMs: 200,
          rssMegabytes: 150,
          bytesPerSocket: 6_010,
          sentPerSecond: 2_500,
          p50Ms: 90,
          p99Ms: 170,
        },
      ],
      exec: { clients: 200, ms: 1_234 },
      inspector: { perSecond: 1_000, longestTaskMs: 30, longestByClockMs: 40 },
      chromium: { perSecond: 90_000, handPerSecond: 100_000, ratio: 0.9 },
      heap: [
        { of: "reconnects", count: 10_000, heapBytes: -1_234 },
        { of: "notifications", count: 1_000_000, heapBytes: 5_678 },
      ],
    },
    "en",
  );
  expect(parts.machine).toBe("Measured on 2 x a machine, with phoenix 1.8.16.");
  expect(parts.measures).toContain(`| gs2 |${" 0.50 x (0.40–0.60) |".repeat(names.length)}`);
  expect(parts.senderCeiling).toContain("12 notifications per second, 12 x");
  expect(parts.growth).toContain("| 1 / 10 / 100 / 1,000 | 2,000 / 2,000 / 2,000 / 2,000 |");
  expect(parts.boundAgain).toContain("| first | 3 | 304 ms | <= 320 ms |");
  expect(parts.gzipBytes).toContain("| gs2-gateway | 8,000 |");
  expect(parts.installedBytes).toContain("| gs2-gateway | 2,000,000 |");
  expect(parts.emulator).toContain("| 5,000 | 200 ms | 150 MB | 6.0 kB | 2,500 | 90 ms | 170 ms |");
  expect(parts.exec).toContain("200 clients");
  expect(parts.exec).toContain("1,234 ms");
  expect(parts.inspector).toContain("took 30 ms");
  expect(parts.chromium).toContain("receives 90,000 notifications per second");
  expect(parts.heap).toContain("| 10,000 reconnects | -1,234 |");
  expect(parts.summary).toContain("| A page's bundle, gzip | 8,000 bytes (`gs2`: 9,000) |");
  expect(parts.summary).toContain("304 ms; after a dropped connection 203 ms");
  expect(parts.summary).toContain("after 1,000,000 notifications | 5,678 bytes |");
});
