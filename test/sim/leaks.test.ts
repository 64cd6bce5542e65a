import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { inRepo } from "../support/repo.js";
import { bundle } from "./bundle.mjs";
import type { Left } from "./leaks.js";

const MOST_BYTES = 2 * 1024 * 1024;

let url: string;

beforeAll(async () => {
  url = await bundle("leaks.ts", "leaks");
});

test.each([
  ["reconnects", 10_000],
  ["notifications", 1_000_000],
  ["realReconnects", 100],
])("%s, %d of them, leave nothing behind", { timeout: 240_000 }, async (name, count) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    inRepo("test/sim/leaks.mjs"),
    url,
    name,
    String(count),
  ]);
  const { heapBytes, ...rest } = JSON.parse(stdout) as Left;
  expect(heapBytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(rest).toEqual({ timers: 0, sockets: 0, listeners: 0, open: 0 });
});
