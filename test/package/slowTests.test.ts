import { expect, test } from "vitest";
import { SlowTests } from "../support/slowTests.js";

type Modules = Parameters<SlowTests["onTestRunEnd"]>[0];

/** A file whose tests took these milliseconds; undefined: not run. */
const moduleOf = (relativeModuleId: string, durations: Record<string, number | undefined>) => ({
  relativeModuleId,
  children: {
    *allTests() {
      for (const [fullName, duration] of Object.entries(durations)) {
        yield {
          fullName,
          diagnostic: () => (duration === undefined ? undefined : { duration }),
        };
      }
    },
  },
});

const printed = (...modules: ReturnType<typeof moduleOf>[]) => {
  const texts: string[] = [];
  new SlowTests((text) => texts.push(text)).onTestRunEnd(modules as unknown as Modules);
  return texts;
};

test("tests over 5 seconds are listed at the end of a run, the slowest first", () => {
  expect(
    printed(
      moduleOf("test/a.test.ts", { quick: 4_999, slow: 5_600 }),
      moduleOf("test/b.test.ts", { slowest: 61_000, skipped: undefined }),
    ),
  ).toEqual([
    "\nTests over 5 s: 2\n   61.0 s  test/b.test.ts > slowest\n    5.6 s  test/a.test.ts > slow",
  ]);
});

test("nothing is listed when every test is quick", () => {
  expect(printed(moduleOf("test/a.test.ts", { quick: 10 }))).toEqual([]);
});
