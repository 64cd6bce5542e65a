// `npm run bench`: measures the project and its competitors in turns, as ratios. See
// docs/benchmarks.md.
import { fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, rounded } from "./statistics.mjs";
import { measures } from "./measures.mjs";
import { readFigures, recordFigures } from "./record.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
/** A ratio that differs more than this from the committed one is reported. */
const NOISE = 0.15;

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, all: { type: "boolean", default: false } },
});
const rounds = Number(options.rounds);

installCompetitors();
if (!existsSync(`${root}dist/node.js`)) run("npm", ["run", "build"], root);

const before = readFigures();
const results = { ...before, measuredOn: machine(), versions: versions() };

const server = fork(`${here}server.mjs`, [String(measures[0].count())]);
const port = await new Promise((resolve) => server.once("message", resolve));
try {
  results.measures = await measureInTurns();
  results.boundAgain = await child("timeToBind.mjs", [port, rounds]);
  if (options.all) {
    const { chromiumThroughput } = await import("./chromiumThroughput.mjs");
    results.chromium = await chromiumThroughput({ port, count: measures[0].count(), rounds });
  }
} finally {
  server.disconnect();
}
const { downloadSizes, installedSizes } = await import("./sizes.mjs");
results.gzipBytes = await downloadSizes();
results.installedBytes = installedSizes();
if (options.all) {
  const { emulatorLoad } = await import("./emulatorLoad.mjs");
  results.emulator = [];
  for (const sockets of [1_000, 5_000]) results.emulator.push(await emulatorLoad(sockets));
  const { inspectorLoad } = await import("./inspectorLoad.mjs");
  results.inspector = await inspectorLoad(10);
  const { retainedHeap } = await import("./retainedHeap.mjs");
  results.heap = await retainedHeap();
}

print();
await recordFigures(results);

/** Measures all competitors in each round, so that the machine's other load affects all alike. */
async function measureInTurns() {
  const values = {};
  for (let round = 0; round < rounds; round++) {
    for (const { id, competitors, count } of measures) {
      for (const name of competitors) {
        showProgress(`round ${round + 1} of ${rounds}: ${id}, ${name}`);
        const measured = await child("measure.mjs", [id, name, count(name), port]);
        ((values[id] ??= {})[name] ??= []).push(measured);
      }
    }
  }
  showProgress("");
  return Object.fromEntries(
    measures.map(({ id, baseline }) => [
      id,
      Object.fromEntries(
        Object.entries(values[id]).map(([name, list]) => [
          name,
          {
            median: rounded(median(list.map(({ value }) => value))),
            // Relative to a limit in the same process or to the baseline; else a ratio already.
            ratio: rounded(
              median(
                list.map(
                  ({ value, limit }, n) =>
                    value / (limit ?? (baseline ? values[id][baseline][n].value : 1)),
                ),
              ),
            ),
          },
        ]),
      ),
    ]),
  );
}

/** Shows the current step on a terminal. */
function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function child(file, args) {
  return new Promise((resolve, reject) => {
    const subprocess = fork(`${here}${file}`, args.map(String));
    let result;
    subprocess.once("message", (message) => (result = message));
    subprocess.once("exit", (code) =>
      result ? resolve(result) : reject(new Error(`${file} ${args.join(" ")} exited with ${code}`)),
    );
  });
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status) throw new Error(`${command} ${args.join(" ")} failed`);
}

function installCompetitors() {
  const changedAt = (file) => (existsSync(here + file) ? statSync(here + file).mtimeMs : 0);
  if (changedAt("node_modules/.package-lock.json") < changedAt("package-lock.json")) {
    process.stderr.write("Installing the competitors (130 MB, once)\n");
    run("npm", ["ci"], here);
  }
}

function machine() {
  const list = cpus();
  return `${list.length} x ${list[0]?.model.trim()}, Node ${process.versions.node}`;
}

function versions() {
  const { dependencies } = JSON.parse(readFileSync(`${here}package.json`, "utf8"));
  return Object.fromEntries(
    Object.keys(dependencies).map((name) => [
      name,
      JSON.parse(readFileSync(`${here}node_modules/${name}/package.json`, "utf8")).version,
    ]),
  );
}

function print() {
  const notes = [];
  for (const { id, description, target, moreIsBetter, baseline } of measures) {
    console.log(`\n${description}${baseline ? ` (ratio to ${baseline})` : ""}`);
    for (const [name, { median: value, ratio }] of Object.entries(results.measures[id])) {
      const figure = baseline ? `${String(value).padStart(10)}  ` : "";
      console.log(`  ${name.padEnd(32)}${figure}${ratio.toFixed(2).padStart(8)} x`);
      const committed = before.measures?.[id]?.[name]?.ratio;
      if (committed && Math.abs(ratio / committed - 1) > NOISE) {
        notes.push(`${id}, ${name}: ${ratio} x, committed ${committed} x`);
      }
    }
    const { ratio } = results.measures[id]["gs2-gateway"];
    const holds = moreIsBetter ? ratio >= target : ratio <= target;
    console.log(`  target ${moreIsBetter ? ">=" : "<="} ${target}: ${holds ? "holds" : "MISSED"}`);
  }
  const { roundTripMs, firstMs, againMs } = results.boundAgain;
  console.log(`\nms until bound, ${roundTripMs} ms per round trip, from the start of the attempt`);
  console.log(
    `  first ${firstMs.toFixed(0)} (target ${3 * roundTripMs + 20}), rebind ${againMs.toFixed(0)} (target ${2 * roundTripMs + 20})`,
  );
  console.log("\nbytes of a page's bundle, esbuild, gzip -9");
  for (const [name, size] of Object.entries(results.gzipBytes)) {
    console.log(`  ${name.padEnd(32)}${String(size).padStart(10)}`);
  }
  console.log("\nbytes on disk after npm install");
  for (const [name, size] of Object.entries(results.installedBytes)) {
    console.log(`  ${name.padEnd(32)}${String(size).padStart(10)}`);
  }
  for (const { sockets, readyMs, rssMegabytes, p50Ms, p99Ms } of results.emulator ?? []) {
    console.log(
      `\nemulator with ${sockets} players: ready after ${readyMs} ms (target 1000), ${rssMegabytes} MB (target 400)`,
    );
    console.log(
      `  a notification to each of them: median ${p50Ms} ms, p99 ${p99Ms} ms (target 1000)`,
    );
  }
  if (results.inspector) {
    const { perSecond, longestTaskMs, longestByClockMs } = results.inspector;
    console.log(
      `\ninspector at ${perSecond} notifications per second: longest task ${longestTaskMs} ms of processor time (target 100), ${longestByClockMs} ms of wall time`,
    );
  }
  if (results.chromium) {
    const { perSecond, handPerSecond, ratio } = results.chromium;
    console.log(
      `\nnotifications per second in Chromium: ${perSecond}, bare WebSocket ${handPerSecond}: ${ratio.toFixed(2)} x`,
    );
  }
  for (const { of, count, heapBytes } of results.heap ?? []) {
    console.log(`\nheap retained after ${count} ${of}: ${heapBytes} bytes (target 2097152)`);
  }
  console.log(`\n${results.measuredOn}. Each notification is one text frame of about 190 bytes.`);
  if (notes.length > 0) {
    console.log(
      `\nMore than ${NOISE * 100} % from the committed figures:\n  ${notes.join("\n  ")}`,
    );
  }
}
