import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { inRepo } from "../support/repo.js";
import { bundle } from "./bundle.mjs";
import type * as Entry from "./entry.js";
import { mutations } from "./mutations.mjs";

const SEEDS = 2_000;
const MAX_CPU_SECONDS = 60;

let runSeed: typeof Entry.runSeed;
let simulate: typeof Entry.simulate;

beforeAll(async () => {
  // As one file it takes a quarter less time than as modules of Vitest.
  const url = await bundle("entry.ts", "simulation-test");
  ({ runSeed, simulate } = (await import(url)) as typeof Entry);
});

test(
  `no invariant is violated with ${SEEDS} seeds (trace of a seed: npm run sim -- --seed N)`,
  { timeout: 300_000 },
  async () => {
    const before = process.cpuUsage();
    for (let seed = 1; seed <= SEEDS; seed++) expect(await runSeed(seed)).toBeUndefined();
    // CPU time of this process: other load on the machine does not count.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000_000).toBeLessThan(MAX_CPU_SECONDS);
  },
);

test.each(["randomFaults", "sharedSessionId", "flapping", "transactions"] as const)(
  "the scenario %s gives the same trace for the same seed, byte for byte",
  async (scenario) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { trace } = await simulate(seed, { scenario });
      expect((await simulate(seed, { scenario })).trace).toBe(trace);
      expect((await simulate(seed + 100, { scenario })).trace).not.toBe(trace);
    }
  },
);

test("the real and the simulated socket give the same traces with 200 seeds", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { trace } = await simulate(seed, { sockets: "real" });
    expect(trace).toBe((await simulate(seed, { sockets: "simulated" })).trace);
  }
}, 120_000);

describe("the detection of a shared session ID", () => {
  test("stops one of two clients that share a session ID within two minutes", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violation } = await simulate(seed, { scenario: "sharedSessionId" });
      expect(violation, `seed ${seed}`).toBeUndefined();
    }
  }, 120_000);

  test("does not stop a client whose network breaks again and again", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violation } = await simulate(seed, { scenario: "flapping" });
      expect(violation, `seed ${seed}`).toBeUndefined();
    }
  }, 120_000);
});

test.each(mutations)("the mutation matches the source once: $name", ({ file, find, replace }) => {
  const text = readFileSync(inRepo("src", file), "utf8");
  expect(text.split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});
