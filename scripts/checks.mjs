// The first part of `npm test`: format, lint, types, build and the site. ESLint takes about as long as the
// others together, and runs beside them; so does the set-up of the tests, which waits for downloads.
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
      // The set-up says which engines it found.
      if (code !== 0 || name === "test:setup") console.log(output);
      if (code !== 0) process.exitCode = 1;
      resolve();
    });
  });

async function inOrder(names) {
  for (const name of names) await script(name);
}

await Promise.all([
  script("lint:code"),
  script("test:setup"),
  inOrder(["format:check", "typecheck", "lint:imports", "knip", "build", "build:site"]),
]);
