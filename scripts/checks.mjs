// The first part of `npm test`: format, lint, types, build and the site. ESLint takes about as long as the
// others together, and runs beside them.
import { spawn } from "node:child_process";

const script = (name) =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn("npm", ["run", "--silent", name], { shell: process.platform === "win32" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => (output += data));
    }
    child.once("close", (code) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      console.log(`${code === 0 ? "passed" : "FAILED"}  npm run ${name}, ${seconds} s`);
      if (code !== 0) {
        console.log(output);
        process.exitCode = 1;
      }
      resolve();
    });
  });

async function inOrder(names) {
  for (const name of names) await script(name);
}

await Promise.all([
  inOrder(["lint:code"]),
  inOrder(["format:check", "typecheck", "lint:imports", "knip", "build", "build:site"]),
]);
