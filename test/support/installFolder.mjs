import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Installs a project of its own inside `test/`, for packages that are too large for the dev
 * dependencies; does nothing if it is installed already. Sets the exit code on failure.
 *
 * @param {string} path below `test/`
 * @param {string} purpose for the error where its lock file is missing
 */
export function installFolder(path, purpose) {
  const folder = fileURLToPath(new URL(`../${path}/`, import.meta.url));
  const changedAt = (file) => (existsSync(folder + file) ? statSync(folder + file).mtimeMs : 0);
  if (!existsSync(`${folder}package-lock.json`)) {
    console.error(`test/${path}/package-lock.json is missing: ${purpose} cannot be tested`);
    process.exitCode = 1;
  } else if (changedAt("node_modules/.package-lock.json") < changedAt("package-lock.json")) {
    const { status } = spawnSync("npm", ["ci", "--prefix", folder], {
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    process.exitCode = status ?? 1;
  }
}
