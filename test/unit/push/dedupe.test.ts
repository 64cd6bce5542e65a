import { describe, expect, it } from "vitest";
import { createDeduplicator, type Via } from "../../../src/push/dedupe.js";

const join = { issuer: "Gs2Matchmaking:Join", subject: "Gs2Matchmaking:Join", payload: "{}" };

/** Which of these are copies; `wait` lets time go by before the next. */
function copies(arrivals: [Via, Partial<typeof join>?, number?][], windowMs = 60_000): boolean[] {
  const isCopy = createDeduplicator(windowMs);
  let now = 0;
  return arrivals.map(([via, changed, wait = 0]) =>
    isCopy({ ...join, ...changed }, via, (now += wait)),
  );
}

describe("one notification that comes by both ways", () => {
  it.each<[Via, Via]>([
    ["socket", "push"],
    ["push", "socket"],
  ])("is delivered once: %s, then %s", (first, second) => {
    expect(copies([[first], [second]])).toEqual([false, true]);
  });

  it("is recognised without the issuer, which a push may not have", () => {
    expect(copies([["socket"], ["push", { issuer: "" }]])).toEqual([false, true]);
  });

  it("is two after the window", () => {
    expect(copies([["socket"], ["push", {}, 60_001]])).toEqual([false, false]);
    expect(copies([["socket"], ["push", {}, 60_000]])).toEqual([false, true]);
  });
});

describe("two notifications", () => {
  it("that are equal and come by one way are two", () => {
    expect(copies([["socket"], ["socket"]])).toEqual([false, false]);
    expect(copies([["push"], ["push"]])).toEqual([false, false]);
  });

  it("that are equal have two copies, not three", () => {
    expect(copies([["socket"], ["socket"], ["push"], ["push"], ["push"]])).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([{ payload: '{"a":1}' }, { subject: "Gs2Matchmaking:Leave", issuer: "" }])(
    "that differ are two: %o",
    (changed) => {
      expect(copies([["socket"], ["push", changed]])).toEqual([false, false]);
    },
  );
});

it("remembers the last 256, however many come", () => {
  const isCopy = createDeduplicator(60_000);
  for (let n = 0; n <= 256; n++) isCopy({ ...join, payload: String(n) }, "socket", n);
  expect(isCopy({ ...join, payload: "1" }, "push", 300)).toBe(true);
  expect(isCopy({ ...join, payload: "0" }, "push", 300)).toBe(false);
});
