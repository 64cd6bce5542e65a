import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { inRepo } from "../support/repo.js";
import { bundle } from "./bundle.mjs";
import type { LeakReport } from "./leaks.js";

const MAX_HEAP_BYTES = 2 * 1024 * 1024;

let url: string;

beforeAll(async () => {
  url = await bundle("leaks.ts", "leaks");
});

test.each([
  ["reconnects", 10_000],
  ["notifications", 1_000_000],
  ["distinctNames", 100_000],
  ["realReconnects", 100],
])("the client leaks nothing with %s x %d", { timeout: 240_000 }, async (name, count) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    // Garbage and the stacks of errors would take a third of the time. Kept errors show without stacks.
    "--max-semi-space-size=64",
    "--stack-trace-limit=0",
    inRepo("test/sim/leaks.mjs"),
    url,
    name,
    String(count),
  ]);
  const { heapBytes, ...rest } = JSON.parse(stdout) as LeakReport;
  expect(heapBytes).toBeLessThanOrEqual(MAX_HEAP_BYTES);
  expect(rest).toEqual({ timers: 0, sockets: 0, listeners: 0, unsettled: 0 });
});
