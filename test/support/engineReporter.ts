import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Reporter, TestModule, TestProject } from "vitest/node";
import { findLeftOut, leftOut } from "../browser/leftOut.js";
import { coveredEngines, printEngines } from "./engines.mjs";

/**
 * Prints the engines of a run at its end. A test that is left out without being in the list fails
 * the run, and so does an entry of the list without a test.
 */
export class EngineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const covered = new Map<string, TestProject>();
    const mistakes: string[] = [];
    for (const module of modules) {
      const { engine } = module.project.getProvidedContext();
      if (engine === undefined) continue;
      covered.set(engine, module.project);
      const tests = [...module.children.allTests()];
      // With a filter of names, most tests do not run.
      const isFiltered = tests.some(({ options }) => options.mode === "skip");
      if (engine === "chromium" || isFiltered) continue;
      for (const test of tests) {
        const isSkipped = test.result().state === "skipped";
        const reason = findLeftOut(engine, module.moduleId, test.fullName);
        if (isSkipped && reason === undefined) {
          mistakes.push(`${engine} left out "${test.fullName}" without a reason`);
        }
      }
      for (const one of leftOut) {
        if (one.engine !== engine || one.file !== basename(module.moduleId)) continue;
        const isKnown = tests.some(
          ({ fullName }) => fullName === one.test || fullName.startsWith(`${one.test} > `),
        );
        if (!isKnown) mistakes.push(`${one.file} has no test "${one.test}" for ${engine}`);
      }
    }
    if (covered.size === 0) return;
    const versions = [...covered].map(([engine, project]) => {
      const { engineVersion } = project.getProvidedContext();
      // For scripts/tests.mjs, which names the engines of all its runs.
      mkdirSync(coveredEngines, { recursive: true });
      writeFileSync(join(coveredEngines, engine), engineVersion);
      return engineVersion;
    });
    printEngines(versions);
    for (const mistake of mistakes) console.error(mistake);
    if (mistakes.length > 0) process.exitCode = 1;
  }
}
