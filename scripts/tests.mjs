// `npm run test:run`: all tests. Firefox and WebKit run a file at a time, because their drivers lose
// pages when several of their browsers start at once, and beside them everything else. What needs the
// processor for itself comes after both.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { coveredEngines, engines, isInRun, printEngines } from "../test/support/engines.mjs";
import { testRuns } from "../test/support/testRuns.mjs";

/** @typedef {{ fullName: string, status: string, failureMessages: string[] }} Test */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} TestFile */

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

/**
 * The reports of the runs so far.
 * @type {string[]}
 */
const reports = [];

/** @param {string} report */
const pathOf = (report) => `artifacts/${report}.json`;

/**
 * Runs Vitest, which reports to artifacts/`report`.json.
 * @param {{ report: string, projects: string[], isLive: boolean }} run with `isLive` its output is
 * printed as it comes, without at the end
 */
const run = ({ report, projects, isLive }) =>
  new Promise((resolve) => {
    reports.push(report);
    rmSync(pathOf(report), { force: true });
    const args = [
      "run",
      ...projects.map((project) => `--project=${project}`),
      `--outputFile.json=${pathOf(report)}`,
    ];
    const child = spawn(process.execPath, [vitest, ...args], {
      stdio: isLive ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data) => output.push(data));
    }
    child.once("close", (code) => {
      if (code !== 0) process.exitCode = 1;
      resolve(Buffer.concat(output).toString());
    });
  });

/**
 * @param {string} report
 * @returns {{ numPassedTests: number, testResults: TestFile[] } | undefined}
 */
const resultOf = (report) =>
  existsSync(pathOf(report)) ? JSON.parse(readFileSync(pathOf(report), "utf8")) : undefined;

/**
 * What failed in a run, with the first lines of its message.
 * @param {string} report
 * @returns {string[]}
 */
const failuresOf = (report) => {
  const result = resultOf(report);
  if (!result) return [`Vitest wrote no ${pathOf(report)}`];
  return result.testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(process.cwd(), name);
      const tests = assertionResults.filter((test) => test.status === "failed");
      // A file that could not be loaded has failed without a test to its name.
      if (tests.length === 0) return [`${file}\n${message}`];
      return tests.map((test) => `${file} > ${test.fullName}\n${test.failureMessages.join("\n")}`);
    })
    .map((failure) => failure.split("\n").slice(0, 12).join("\n"));
};

const others = testRuns.engines.filter(isInRun);
rmSync(coveredEngines, { recursive: true, force: true });

const [, ofEngines] = await Promise.all([
  run({ report: "vitest", projects: testRuns.together, isLive: true }),
  others.length > 0 && run({ report: "vitest-engines", projects: others, isLive: false }),
]);
if (ofEngines) console.log(ofEngines);
await run({ report: "vitest-alone", projects: testRuns.alone, isLive: true });

// The runs' outputs are long: what a reader looks for first is said again at the end.
const failures = reports.flatMap(failuresOf);
if (failures.length > 0) console.log(`\nFailed: ${failures.length}\n\n${failures.join("\n\n")}\n`);

const covered = engines.map((engine) => coveredEngines + engine).filter((file) => existsSync(file));
printEngines(covered.map((file) => readFileSync(file, "utf8")));

const passed = reports.reduce((sum, report) => sum + (resultOf(report)?.numPassedTests ?? 0), 0);
console.log(`${passed} passed, ${failures.length} failed`);
