import { expect, test } from "vitest";
import { MOST_OVER_EVEN, OUTAGES_MS, returnAfter, returnOf } from "./outages.js";

const CLIENTS = 20_000;

test.each(OUTAGES_MS)(
  "after %d ms of a server that refuses, the crowd comes back spread out",
  { timeout: 120_000 },
  (outageMs) => {
    expect(returnAfter(outageMs, "refusing", CLIENTS, 1).peakOverEven).toBeLessThanOrEqual(
      MOST_OVER_EVEN,
    );
  },
);

test.each(["refusing", "hanging"] as const)(
  "nobody stays away for much longer than a minute after the server is back (%s)",
  (away) => {
    for (const outageMs of OUTAGES_MS) {
      for (let part = 0; part < 1; part += 0.01) {
        expect(returnOf(part, outageMs, away)).toBeLessThanOrEqual(60_000);
      }
    }
  },
);

test("a crowd that came back at once would be found out", () => {
  // Everybody draws the same part: what all clients do alike, they do together.
  const together = new Set(Array.from({ length: 100 }, () => returnOf(0.3, 5_000, "refusing")));
  expect(together.size).toBe(1);
  expect(returnOf(0.3, 5_000, "refusing")).not.toBe(returnOf(0.7, 5_000, "refusing"));
});
