// `npm run crash-test`: 200 kills of a writing emulator, ten times as many as in `npm test`. Another number: `-- 1000`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [kills = "200"] = process.argv.slice(2);
const test = "test/package/crash.test.ts";

const { status } = spawnSync("npx", ["vitest", "run", "--reporter=verbose", test], {
  cwd: fileURLToPath(new URL("../", import.meta.url)),
  env: { ...process.env, KILLS: kills },
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exitCode = status ?? 1;
