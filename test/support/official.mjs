// Installs the official npm package `gs2` for the tests that run it against the emulator. It is
// 129 MB, therefore not a dev dependency.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../integration/official/", import.meta.url));
const changedAt = (file) => (existsSync(folder + file) ? statSync(folder + file).mtimeMs : 0);

if (!existsSync(`${folder}package-lock.json`)) {
  console.error(
    "test/integration/official/package-lock.json is missing: the official package cannot be tested",
  );
  process.exitCode = 1;
} else if (changedAt("node_modules/.package-lock.json") < changedAt("package-lock.json")) {
  const { status } = spawnSync("npm", ["ci", "--prefix", folder], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
