// The built inspector in Chromium, with no other test beside it: more notifications arrive in one
// task of a page that waits for the processor.
import { expect, test } from "vitest";
import { inspectorLoad } from "../../bench/inspectorLoad.mjs";

test("the inspector keeps every task under 100 ms at 1,000 notifications per second", async () => {
  const { perSecond, longestTaskMs, longestByClockMs } = await inspectorLoad(5);
  console.info(
    `inspector at ${perSecond} notifications per second: longest task ${longestTaskMs} ms of processor time, ${longestByClockMs} ms of wall time`,
  );
  expect(perSecond).toBeGreaterThan(500);
  expect(longestTaskMs).toBeGreaterThan(0);
  expect(longestTaskMs).toBeLessThanOrEqual(100);
});
