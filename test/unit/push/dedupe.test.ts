import { describe, expect, it } from "vitest";
import { createDeduplicator, type Via } from "../../../src/push/dedupe.js";

const join = { issuer: "Gs2Matchmaking:Join", subject: "Gs2Matchmaking:Join", payload: "{}" };

/** Which of these are copies; `wait` is the time before an arrival. */
function copies(arrivals: [Via, Partial<typeof join>?, number?][], windowMs = 60_000): boolean[] {
  const isCopy = createDeduplicator(windowMs);
  let now = 0;
  return arrivals.map(([via, changed, wait = 0]) =>
    isCopy({ ...join, ...changed }, via, (now += wait)),
  );
}

describe("a notification that comes by socket and by push", () => {
  it.each<[Via, Via]>([
    ["socket", "push"],
    ["push", "socket"],
  ])("is a copy the second time: %s, then %s", (first, second) => {
    expect(copies([[first], [second]])).toEqual([false, true]);
  });

  it("is recognised without the issuer, which a push may lack", () => {
    expect(copies([["socket"], ["push", { issuer: "" }]])).toEqual([false, true]);
  });

  it("is not a copy after the window", () => {
    expect(copies([["socket"], ["push", {}, 60_001]])).toEqual([false, false]);
    expect(copies([["socket"], ["push", {}, 60_000]])).toEqual([false, true]);
  });
});

describe("notifications", () => {
  it("that are equal and come the same way are no copies", () => {
    expect(copies([["socket"], ["socket"]])).toEqual([false, false]);
    expect(copies([["push"], ["push"]])).toEqual([false, false]);
  });

  it("that are equal have one copy each", () => {
    expect(copies([["socket"], ["socket"], ["push"], ["push"], ["push"]])).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([{ payload: '{"a":1}' }, { subject: "Gs2Matchmaking:Leave", issuer: "" }])(
    "that differ are no copies: %o",
    (changed) => {
      expect(copies([["socket"], ["push", changed]])).toEqual([false, false]);
    },
  );
});

it("the deduplicator remembers the last 256 notifications", () => {
  const isCopy = createDeduplicator(60_000);
  for (let n = 0; n <= 256; n++) isCopy({ ...join, payload: String(n) }, "socket", n);
  expect(isCopy({ ...join, payload: "1" }, "push", 300)).toBe(true);
  expect(isCopy({ ...join, payload: "0" }, "push", 300)).toBe(false);
});

it("256,000 characters are remembered at most, those of the newest notifications", () => {
  const payload = (mark: string) => ({ payload: mark + "x".repeat(100_000) });
  const [a, b, c] = [payload("a"), payload("b"), payload("c")];
  const sent: ["socket", typeof a][] = [
    ["socket", a],
    ["socket", b],
    ["socket", c],
  ];
  expect(copies([...sent, ["push", a], ["push", c]]).slice(3)).toEqual([false, true]);
});
