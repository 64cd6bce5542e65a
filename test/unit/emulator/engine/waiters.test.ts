import { expect, test } from "vitest";
import { Waiters } from "../../../../src/emulator/engine/waiters.js";
import { rejectionOf } from "../../../support/promises.js";

test("the 1,001st wait at the same time is refused, and one that ended leaves its place", async () => {
  const waiters = new Waiters();
  const stop = new AbortController();
  let open = false;
  const wait = () =>
    waiters.waitFor(
      () => open || undefined,
      60_000,
      () => "Waited for a test.",
      stop.signal,
    );
  const waits = Array.from({ length: 1_000 }, wait);
  expect(await rejectionOf(wait())).toMatchObject({
    kind: "quotaLimitExceeded",
    message: "1,000 waits are pending already.",
  });
  open = true;
  waiters.notifyAll();
  await Promise.all(waits);
  expect(await wait()).toBe(true);
});

test("many waits with one signal warn of no leak, and its abort ends them all", async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on("warning", warn);
  const waiters = new Waiters();
  const stop = new AbortController();
  const waits = Array.from({ length: 100 }, () =>
    waiters.waitFor(
      () => undefined,
      60_000,
      () => "Waited for a test.",
      stop.signal,
    ),
  );
  stop.abort();
  for (const wait of waits) expect(await rejectionOf(wait)).toMatchObject({ kind: "aborted" });
  // Node emits a warning in a later task.
  await new Promise(setImmediate);
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});
