import { basename } from "node:path";
import type { Engine } from "../support/engines.mjs";

interface Named {
  readonly name: string;
  readonly suite?: Named | undefined;
}

/** The name of a test with its groups, without the file. */
export function nameOf(test: Named): string {
  return test.suite?.name ? `${nameOf(test.suite)} > ${test.name}` : test.name;
}

/** The files that all engines run; of a file with a list, Firefox and WebKit run only these tests. */
export const sharedFiles: Record<string, readonly string[] | "all"> = {
  "client.test.ts": "all",
  "faults.test.ts": "all",
  "pushFailures.test.ts": "all",
  "phaser.test.ts": "all",
  "demoFaults.test.ts": "all",
  "demoRound.test.ts": ["2 players > play a round through a restart of the server and a takeover"],
  "demoLayout.test.ts": ["on a desk > every view fits, and can be reached and read: en-US"],
  "inspector.test.ts": "all",
};

/** A test that an engine, or its driver, cannot run. docs/browsers.md shows the list. */
export interface LeftOut {
  readonly engine: Exclude<Engine, "chromium">;
  readonly file: string;
  /** The name of a test, or of a group of tests. */
  readonly test: string;
  readonly reason: string;
}

export const leftOut: readonly LeftOut[] = [];

/** Why the test does not run in this engine; undefined if it does. */
export function findLeftOut(engine: Engine, path: string, test: string): string | undefined {
  if (engine === "chromium") return undefined;
  const file = basename(path);
  const chosen = sharedFiles[file];
  if (Array.isArray(chosen) && !chosen.includes(test)) return "It runs in Chromium.";
  return leftOut.find(
    (one) =>
      one.engine === engine &&
      one.file === file &&
      (test === one.test || test.startsWith(`${one.test} > `)),
  )?.reason;
}
