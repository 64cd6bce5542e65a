// `npm run crash-test` kills an emulator during writes 200 times, ten times as often as `npm test`.
// `npm run crash-test -- 1000` kills it 1000 times.
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
