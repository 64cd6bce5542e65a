import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inRepo } from "../support/repo.js";
import { mutations } from "./mutations.mjs";
import { tellSeed } from "./seeds.js";
import { simulate } from "./simulation.js";

const SEEDS = 2_000;
const MOST_CPU_SECONDS = 60;

test(
  `no promise is broken in ${SEEDS} stories (again, readable: npm run sim -- --seed N)`,
  { timeout: 300_000 },
  async () => {
    const before = process.cpuUsage();
    for (let seed = 1; seed <= SEEDS; seed++) expect(await tellSeed(seed)).toBeUndefined();
    const { user, system } = process.cpuUsage(before);
    // Of this process: what else the machine does meanwhile counts not.
    expect((user + system) / 1_000_000).toBeLessThan(MOST_CPU_SECONDS);
  },
);

test.each(["weather", "twins", "flapping"] as const)(
  "the same seed tells the same story of %s, byte for byte",
  async (scenario) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { story } = await simulate(seed, { scenario });
      expect((await simulate(seed, { scenario })).story).toBe(story);
      expect((await simulate(seed + 100, { scenario })).story).not.toBe(story);
    }
  },
);

test("with the real socket.ts and reconnecting-websocket 200 seeds tell the same as with the port", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { story } = await simulate(seed, { sockets: "socket" });
    expect(story).toBe((await simulate(seed, { sockets: "port" })).story);
  }
}, 120_000);

describe("two clients with one session ID", () => {
  test("are quiet within two minutes, and one of them plays", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violation } = await simulate(seed, { scenario: "twins" });
      expect(violation, `seed ${seed}`).toBeUndefined();
    }
  }, 120_000);

  test("are never suspected where the network alone breaks, over and over", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { violation } = await simulate(seed, { scenario: "flapping" });
      expect(violation, `seed ${seed}`).toBeUndefined();
    }
  }, 120_000);
});

test.each(mutations)("the bug can still be put in: $name", ({ file, find, replace }) => {
  const text = readFileSync(inRepo("src", file), "utf8");
  expect(text.split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});
