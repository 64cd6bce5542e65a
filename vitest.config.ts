import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { sharedFiles } from "./test/browser/leftOut.js";
import { engines, isInRun, type Engine } from "./test/support/engines.mjs";
import { EngineReporter } from "./test/support/engineReporter.js";
import { LongestFirst } from "./test/support/longestFirst.js";
import { SlowTests } from "./test/support/slowTests.js";
import { testRuns } from "./test/support/testRuns.mjs";

// Of what these tests allocate, most is garbage at once: with a larger young generation, a fifth less
// CPU time.
const execArgv = ["--max-semi-space-size=64"];

const minutes = (n: number) => n * 60_000;

// Two files more than cores, of which one is a file of the other engines (scripts/tests.mjs): most of
// them wait now and then, for a browser or another process.
const isAlone = !testRuns.engines.some((engine) => isInRun(engine));
const maxWorkers = Math.min(availableParallelism() + (isAlone ? 2 : 1), 4);

/** Chromium runs every file, the other engines those of `sharedFiles`. */
const browserProject = (engine: Engine): TestProjectInlineConfiguration => ({
  // The demo imports the package by its name.
  resolve: { tsconfigPaths: true },
  test: {
    name: engine === "chromium" ? "browser" : engine,
    include:
      engine === "chromium"
        ? ["test/browser/*.test.ts"]
        : Object.keys(sharedFiles).map((file) => `test/browser/${file}`),
    provide: { engine },
    globalSetup: "test/support/browserServer.ts",
    setupFiles: "test/support/engineSetup.ts",
    testTimeout: minutes(1),
    hookTimeout: minutes(1),
    isolate: false,
    sequence: { groupOrder: 2 + engines.indexOf(engine) },
    // Of Firefox and WebKit one file runs at a time: their drivers lose pages when several of their
    // browsers start at once, and a test stops processes of the browser.
    fileParallelism: engine === "chromium",
  },
});

// The unit tests run first, and the types last. Of the others, the file that takes longest starts
// first.
const projects: TestProjectInlineConfiguration[] = [
  {
    test: {
      name: "unit",
      execArgv,
      include: ["test/unit/**/*.test.ts"],
      // Loading the modules for each file anew is half of the time.
      isolate: false,
      sequence: { groupOrder: 1 },
    },
  },
  {
    test: {
      name: "types",
      include: [],
      typecheck: {
        enabled: true,
        only: true,
        include: ["test/types/**/*.test-d.ts"],
        tsconfig: "test/types/tsconfig.json",
      },
    },
  },
  {
    test: {
      name: "package",
      include: ["test/package/**/*.test.ts"],
      isolate: false,
      testTimeout: minutes(1),
      hookTimeout: minutes(1),
      sequence: { groupOrder: 2 },
    },
  },
  {
    // The demo's handlers import the package by its name.
    resolve: { tsconfigPaths: true },
    test: {
      name: "integration",
      include: ["test/integration/**/*.test.ts"],
      isolate: false,
      testTimeout: 20_000,
      hookTimeout: 20_000,
      sequence: { groupOrder: 2 },
    },
  },
  {
    test: {
      name: "sim",
      execArgv,
      include: ["test/sim/**/*.test.ts"],
      testTimeout: minutes(1),
      sequence: { groupOrder: 2 },
    },
  },
  ...engines.filter((engine) => isInRun(engine)).map(browserProject),
  {
    test: {
      name: "alone",
      include: ["test/browser/alone/*.test.ts"],
      testTimeout: minutes(1),
      sequence: { groupOrder: 9 },
    },
  },
];

const started: readonly unknown[] = Object.values(testRuns).flat();
for (const { test } of projects) {
  if (started.includes(test?.name)) continue;
  throw new Error(`No run in test/support/testRuns.mjs has ${JSON.stringify(test?.name)}.`);
}

export default defineConfig({
  test: {
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    reporters: ["default", "json", new SlowTests(), new EngineReporter()],
    outputFile: { json: "artifacts/vitest.json" },
    projects,
  },
});
