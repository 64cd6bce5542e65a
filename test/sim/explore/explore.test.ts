import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../bundle.mjs";
import { mutations, type Mutation } from "../mutations.mjs";
import type { explore } from "./explore.js";

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

  // `npm run sim -- --explore DEPTH` goes deeper.
  test.each([
    { slots: 1, depth: 6 },
    { slots: 2, depth: 5 },
  ] as const)(
    "with $slots of its slots, up to $depth events",
    { timeout: 240_000 },
    ({ slots, depth }) => {
      const result = run({ slots, depth, maxStates: 1_000_000, timeLimitMs: Infinity });
      expect(result.trace, result.violation).toBeUndefined();
      expect(result.end).toBe("depth");
    },
  );
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
