// `npm run test:run`: all tests. Firefox and WebKit run a file at a time, because their drivers lose
// pages when several of their browsers start at once, and beside them everything else. What needs the
// processor for itself comes after both.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findEngine } from "../test/support/engines.mjs";
import { testRuns } from "../test/support/testRuns.mjs";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

/**
 * Runs Vitest, which reports to artifacts/`report`.json.
 * @param {{ report: string, projects: string[], isLive: boolean }} run with `isLive` its output is
 * printed as it comes, without at the end
 */
const run = ({ report, projects, isLive }) =>
  new Promise((resolve) => {
    const args = [
      "run",
      ...projects.map((project) => `--project=${project}`),
      `--outputFile.json=artifacts/${report}.json`,
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

// In CI an engine that is missing makes its project fail, and not disappear.
const engines = testRuns.engines.filter((engine) => process.env.CI || findEngine(engine));

const [, ofEngines] = await Promise.all([
  run({ report: "vitest", projects: testRuns.together, isLive: true }),
  engines.length > 0 && run({ report: "vitest-engines", projects: engines, isLive: false }),
]);
if (ofEngines) console.log(ofEngines);
await run({ report: "vitest-alone", projects: testRuns.alone, isLive: true });
