// Runs one test with another count than `npm test` takes the time for: node scripts/longer.mjs NAME COUNT FILE
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [name, count, file] = process.argv.slice(2);
const { status } = spawnSync("npx", ["vitest", "run", "--reporter=verbose", file], {
  cwd: fileURLToPath(new URL("../", import.meta.url)),
  env: { ...process.env, [name]: count },
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exitCode = status ?? 1;
