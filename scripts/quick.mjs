// `npm run test:quick`, for while you work: unit tests, types, and lint of the changed files, at the
// same time.
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const git = (...args) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);

/** Changed since the last commit, or new. */
const changed = [
  ...git("diff", "--name-only", "--diff-filter=d", "HEAD"),
  ...git("ls-files", "--others", "--exclude-standard"),
].filter((file) => /\.(m?[jt]s|tsx)$/.test(file) && existsSync(root + file));

/** A command of this project. What it prints is shown when it fails. */
const run = (name, file, args) =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [`${root}node_modules/${file}`, ...args], { cwd: root });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => (output += data));
    child.once("exit", (code) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      console.log(`${code === 0 ? "passed" : "FAILED"}  ${name}, ${seconds} s`);
      if (code !== 0) console.log(output);
      resolve(code === 0);
    });
  });

const results = await Promise.all([
  run("unit tests", "vitest/vitest.mjs", ["run", "--project", "unit", "--reporter=dot"]),
  run("types", "typescript-native/bin/tsc", [
    "-p",
    "tsconfig.json",
    "--incremental",
    "--tsBuildInfoFile",
    "artifacts/quick.tsbuildinfo",
  ]),
  changed.length > 0
    ? run(`lint of ${changed.length} changed files`, "eslint/bin/eslint.js", [
        "--max-warnings",
        "0",
        "--no-warn-ignored",
        ...changed,
      ])
    : true,
]);
if (results.includes(false)) process.exitCode = 1;
