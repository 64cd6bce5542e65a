import { expect, test } from "vitest";
import { MAX_PEAK_OVER_EVEN, OUTAGES_MS, reconnectAfter, reconnectDelayMs } from "./outages.js";

const CLIENTS = 20_000;

test.each(OUTAGES_MS)(
  "clients reconnect spread over time after a server refused for %d ms",
  { timeout: 120_000 },
  (outageMs) => {
    expect(reconnectAfter(outageMs, "refusing", CLIENTS, 1).peakOverEven).toBeLessThanOrEqual(
      MAX_PEAK_OVER_EVEN,
    );
  },
);

test.each(["refusing", "hanging"] as const)(
  "a client reconnects within a minute after the end of an outage (%s)",
  (behavior) => {
    for (const outageMs of OUTAGES_MS) {
      for (let jitter = 0; jitter < 1; jitter += 0.01) {
        expect(reconnectDelayMs(jitter, outageMs, behavior)).toBeLessThanOrEqual(60_000);
      }
    }
  },
);

test("the measurement depends on the jitter alone", () => {
  const equalJitter = Array.from({ length: 100 }, () => reconnectDelayMs(0.3, 5_000, "refusing"));
  expect(new Set(equalJitter).size).toBe(1);
  expect(reconnectDelayMs(0.3, 5_000, "refusing")).not.toBe(
    reconnectDelayMs(0.7, 5_000, "refusing"),
  );
});
