import { beforeAll, expect, test } from "vitest";
import { bundle } from "./bundle.mjs";
import type * as Outages from "./outages.js";

const CLIENTS = 20_000;
const JITTERS = 5_000;
const OUTAGES_MS = [1_000, 2_000, 5_000, 17_000, 30_000, 60_000, 600_000];

let outages: typeof Outages;
let refused: readonly Outages.Reconnects[];

beforeAll(async () => {
  outages = (await import(await bundle("outages.ts", "outages-test"))) as typeof Outages;
  expect(outages.OUTAGES_MS).toEqual(OUTAGES_MS);
  refused = outages.reconnects("refusing", CLIENTS, 1, JITTERS);
}, 120_000);

test.each(OUTAGES_MS)(
  "clients reconnect spread over time after a server refused for %d ms",
  (outageMs) => {
    const { clients, peakOverEven } = refused.find((one) => one.outageMs === outageMs)!;
    expect(clients).toBe(CLIENTS);
    expect(peakOverEven).toBeLessThanOrEqual(outages.MAX_PEAK_OVER_EVEN);
  },
);

test.each(["refusing", "hanging"] as const)(
  "a client reconnects within a minute after the end of an outage (%s)",
  (behavior) => {
    for (let jitter = 0; jitter < 1; jitter += 0.01) {
      for (const delayMs of outages.reconnectDelaysMs(jitter, OUTAGES_MS, behavior)) {
        expect(delayMs).toBeLessThanOrEqual(60_000);
      }
    }
  },
);

test("the measurement depends on the jitter alone", () => {
  const delayMs = (jitter: number) => outages.reconnectDelaysMs(jitter, [5_000], "refusing")[0];
  const equalJitter = Array.from({ length: 100 }, () => delayMs(0.3));
  expect(new Set(equalJitter).size).toBe(1);
  expect(delayMs(0.3)).not.toBe(delayMs(0.7));
});
