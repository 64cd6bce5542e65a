// `npm run mutate-security` removes one protection of SECURITY.md at a time from the source, and
// expects the test that verifies it to fail. `-- PART` runs the protections whose name contains it,
// `-- --core` those whose tests are fast: they are part of `npm test`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";
import { securityMutations } from "./securityMutations.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const pathOf = (file) => join(root, file).replaceAll("\\", "/");

/** Replaces one exact text of one file. */
function mutated({ file, find, replace }) {
  const [before, after, ...more] = readFileSync(join(root, file), "utf8").split(find);
  if (after === undefined || more.length > 0) {
    throw new Error(`${file} must contain exactly once: ${find}`);
  }
  return before + replace + after;
}

let active;
const mutate = {
  name: "mutate",
  enforce: "pre",
  load: (id) => (active && id === pathOf(active.file) ? mutated(active) : undefined),
};

const vitest = await createVitest(
  "test",
  {
    root,
    config: false,
    watch: false,
    reporters: [{}],
    pool: "threads",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    include: [...new Set(securityMutations.map(({ test }) => test))],
  },
  { configFile: false, plugins: [mutate] },
);

/** Runs the named tests of these mutations. */
async function run(mutations) {
  const [project] = vitest.projects;
  const names = mutations.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  vitest.setGlobalTestNamePattern(names.join("|"));
  const files = [...new Set(mutations.map(({ test }) => pathOf(test)))];
  return vitest.runTestSpecifications(files.map((file) => project.createSpecification(file)));
}

/** How many of the mutation's tests ran, and failed. */
function countTests({ testModules, unhandledErrors }, { test, name }) {
  // The result has the modules of earlier runs too.
  const modules = testModules.filter(({ moduleId }) => moduleId === pathOf(test));
  const ran = modules
    .flatMap((module) => [...module.children.allTests()])
    .filter((one) => one.fullName.replaceAll(" > ", " ").includes(name))
    .filter((one) => one.result().state !== "skipped");
  const failed = ran.filter((one) => one.result().state === "failed");
  const broken = modules.flatMap((module) => module.errors());
  return { ran: ran.length, failed: failed.length, errors: [...broken, ...unhandledErrors] };
}

const part = process.argv[2] ?? "";
const isCoreRun = part === "--core";
const chosen = securityMutations.filter(({ protection, test, isCore }) =>
  isCoreRun ? (isCore ?? test.startsWith("test/unit/")) : protection.includes(part),
);
const problems = [];
// `npm test` runs them without a mutation itself.
const intactRun = isCoreRun ? undefined : await run(chosen);
for (const mutation of intactRun ? chosen : []) {
  const { protection, name } = mutation;
  const { ran, failed, errors } = countTests(intactRun, mutation);
  if (ran > 0 && failed === 0 && errors.length === 0) continue;
  problems.push(
    `${protection}: without a mutation, "${name}" must pass: ran ${ran}, failed ${failed} ${errors.join("; ")}`,
  );
}
for (const mutation of chosen) {
  const { protection, file, test, name } = mutation;
  active = mutation;
  vitest.invalidateFile(pathOf(file));
  const result = countTests(await run([mutation]), mutation);
  active = undefined;
  vitest.invalidateFile(pathOf(file));
  const isRed = result.failed > 0;
  console.log(`${isRed ? "red  " : "GREEN"} ${protection}`);
  if (!isRed) {
    const why = result.ran === 0 ? `did not run: ${result.errors.join("; ")}` : "stays green";
    problems.push(`${protection}: ${test} "${name}" ${why} without it`);
  }
}
await vitest.close();
console.log(`${chosen.length} protections removed, ${problems.length} not noticed`);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
