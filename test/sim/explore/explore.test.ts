import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../bundle.mjs";
import { mutations, type Mutation } from "../mutations.mjs";
import type { explore, ExploreResult } from "./explore.js";

type Explore = typeof explore;

async function load(name: string, mutation?: Mutation): Promise<Explore> {
  const url = await bundle("explore/explore.ts", name, mutation);
  return ((await import(url)) as { explore: Explore }).explore;
}

describe("every order of the connection's events keeps the promises", () => {
  let run: Explore;

  beforeAll(async () => {
    run = await load("explore");
  });

  const expectNoViolation = (
    { violation, trace, depth }: ExploreResult,
    minDepth: number,
  ): void => {
    expect(trace, violation).toBeUndefined();
    // On a busy machine the time limit ends the search early, but not before this.
    expect(depth).toBeGreaterThanOrEqual(minDepth);
  };

  test("with one slot", { timeout: 90_000 }, () => {
    const result = run({ slots: 1, depth: 12, maxStates: 1_000_000, timeLimitMs: 30_000 });
    expectNoViolation(result, 4);
  });

  test("with two slots", { timeout: 90_000 }, () => {
    const result = run({ slots: 2, depth: 12, maxStates: 1_000_000, timeLimitMs: 30_000 });
    expectNoViolation(result, 3);
  });
});

describe("the explorer detects", () => {
  test.each([
    "events of an earlier socket change the present one's state",
    "onSync does not run after a gap",
    "onSync runs after every bind",
    "a forced bind without a reply is sent again with force",
    "a forced bind that was refused is sent again with force",
    "a replaced client goes on binding",
    "a released slot stays bound at the server",
    "the former player stays bound at the server",
    "a probe without a reply does not end the connection",
    "a bind that failed temporarily is not retried",
    "a login that failed temporarily is not retried",
  ])("the mutation: %s", async (name) => {
    const mutation = mutations.find((one) => one.name === name);
    const run = await load(`explore-${mutations.indexOf(mutation!)}`, mutation);
    const options = { slots: 1, maxStates: 50_000, timeLimitMs: 20_000 } as const;
    expect(run({ ...options, depth: 6 }).end).toBe("violation");
  });
});
