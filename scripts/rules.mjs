// Switches off one rule of the emulator at a time and lists the rows of the table of all methods that go red.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const list = new URL("artifacts/rules.txt", root);
const test = "test/integration/emulator/ruleMutations/ruleMutations.test.ts";

rmSync(list, { force: true });
const { status } = spawnSync("npx", ["vitest", "run", "--project", "integration", test], {
  cwd: fileURLToPath(root),
  // The list is all there is on standard output.
  stdio: ["ignore", 2, 2],
  shell: process.platform === "win32",
});
process.stdout.write(readFileSync(list, "utf8"));
process.exitCode = status ?? 1;
