import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { securityMutations } from "../../scripts/securityMutations.mjs";
import { inRepo, readInRepo } from "../support/repo.js";

/** Rows of the tables of threats: the attack, and the tests that verify the protection. */
const rows = readInRepo("SECURITY.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (Attack|---)/.test(line))
  .map((line) => {
    const cells = line.split(" | ").map((cell) => cell.replace(/^\| | ?\|$/g, "").trim());
    return {
      attack: cells[0]!,
      tests: [...cells.at(-1)!.matchAll(/`(test\/[^`]+)`/g)].map(([, test]) => test!),
    };
  });

/** They need what was built, so no source can be changed for them. */
const isRunFromSource = (test: string): boolean => !/^test\/(browser|package)\//.test(test);

test("each row of SECURITY.md with a test has a mutation for each of its tests", () => {
  expect(rows.length).toBeGreaterThan(20);
  const claimed = rows.flatMap(({ attack, tests }) =>
    tests.filter(isRunFromSource).map((test) => `${attack}: ${test}`),
  );
  const mutated = securityMutations.map(({ row, test }) => `${row}: ${test}`);
  expect([...new Set(mutated)].sort()).toEqual(claimed.sort());
  for (const { tests } of rows)
    for (const test of tests) expect(existsSync(inRepo(test))).toBe(true);
});

test("each mutation changes exactly one place of the source", () => {
  for (const { protection, file, find, replace } of securityMutations) {
    expect([protection, readInRepo(file).split(find).length - 1]).toEqual([protection, 1]);
    expect(replace).not.toBe(find);
  }
  const names = securityMutations.map(({ protection }) => protection);
  expect(new Set(names).size).toBe(names.length);
});

// `npm run mutate-security` runs the others too.
test(
  "the fast tests of SECURITY.md fail when their protection is removed",
  { timeout: 600_000 },
  async () => {
    const args = [inRepo("scripts/mutate-security.mjs"), "--core"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code] = (await once(child, "close")) as [number];
    expect(output).toMatch(/^[2-9]\d protections removed, 0 not noticed$/m);
    expect(code, output).toBe(0);
  },
);
