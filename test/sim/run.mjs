import { build } from "esbuild";
const out = await build({
  entryPoints: [new URL("cli.ts", import.meta.url).pathname],
  bundle: true,
  platform: "node",
  format: "esm",
  write: false,
  external: ["ws"],
  target: "node20",
});
import { writeFileSync } from "node:fs";
const f = new URL("../../artifacts/sim.mjs", import.meta.url);
import { mkdirSync } from "node:fs";
mkdirSync(new URL("../../artifacts/", import.meta.url), { recursive: true });
writeFileSync(f, out.outputFiles[0].text);
const { simulate } = await import(f.href);
const [from, n] = process.argv.slice(2).map(Number);
const t = performance.now();
let bad = 0,
  steps = 0;
for (let s = from; s < from + n; s++) {
  const r = await simulate(s, { scenario: process.argv[5] || "weather" });
  steps += r.steps;
  if (n === 1) console.log(r.story);
  if (r.violation) {
    bad++;
    if (bad <= (+process.argv[4] || 15)) console.log(s, r.violation);
  }
}
console.log({ bad, n, msPerSeed: (performance.now() - t) / n, steps: steps / n });
