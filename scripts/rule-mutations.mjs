// `npm run rule-mutations` switches off one rule of the emulator at a time and lists the rows of
// the method table that fail.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const list = new URL("artifacts/rules.txt", root);
const test = "test/integration/emulator/ruleMutations/ruleMutations.test.ts";

rmSync(list, { force: true });
const { status } = spawnSync("npx", ["vitest", "run", "--project", "integration", test], {
  cwd: fileURLToPath(root),
  // Standard output holds the list alone.
  stdio: ["ignore", 2, 2],
  shell: process.platform === "win32",
});
process.stdout.write(readFileSync(list, "utf8"));
process.exitCode = status ?? 1;
