// `npm run bench`: measures the project and its competitors in turns, as ratios. See
// docs/benchmarks.md.
import { fork, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { growthSeries, worseThanLinear } from "./growthSeries.mjs";
import { measures, names, runs } from "./measures.mjs";
import { printFigures } from "./print.mjs";
import { readFigures, recordFigures } from "./record.mjs";
import { median, rounded, spread } from "./statistics.mjs";
import { invalidFigures } from "./validity.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    all: { type: "boolean", default: false },
    // The recorded ranges keep the lowest and highest of earlier runs: hours differ by more than
    // the rounds of one run.
    widen: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);

installCompetitors();
if (!existsSync(`${root}dist/node.js`)) run("npm", ["run", "build"], root);

const before = readFigures();
const results = { ...before, measuredOn: machine(), versions: versions() };

const server = fork(`${here}sender.mjs`);
const port = await new Promise((resolve) => server.once("message", resolve));
try {
  Object.assign(results, await measureInTurns());
  results.growth = await measureGrowth();
  results.boundAgain = await child("timeToBind.mjs", [port, 5]);
  if (options.all) {
    const { chromiumThroughput } = await import("./chromiumThroughput.mjs");
    results.chromium = await chromiumThroughput({ port, count: 60_000, rounds });
  }
} finally {
  server.disconnect();
}
const sentences = [...invalidFigures(results), ...worseThanLinear(results.growth)];
if (sentences.length > 0) {
  printFigures(results, before);
  console.error(`\n${sentences.join("\n")}\nNothing was recorded.`);
  process.exit(1);
}
const { downloadSizes, installedSizes } = await import("./sizes.mjs");
results.gzipBytes = await downloadSizes();
results.installedBytes = installedSizes();
if (options.all) {
  const { emulatorLoad, execRun } = await import("./emulatorLoad.mjs");
  results.exec = await execRun();
  results.emulator = [];
  for (const sockets of [1_000, 5_000, 10_000]) results.emulator.push(await emulatorLoad(sockets));
  const { inspectorLoad } = await import("./inspectorLoad.mjs");
  results.inspector = await inspectorLoad(10);
  const { retainedHeap } = await import("./retainedHeap.mjs");
  results.heap = await retainedHeap();
}

printFigures(results, before);
await recordFigures(results);

/**
 * Runs all competitors in each round, so that the machine's other load affects all alike; each
 * round begins with another one.
 */
async function measureInTurns() {
  const rows = [];
  for (let round = 0; round < rounds; round++) {
    const row = {};
    const add = (name, figures) => {
      for (const [id, figure] of Object.entries(figures)) (row[id] ??= {})[name] = figure;
    };
    showProgress(`round ${round + 1} of ${rounds}: the sender's ceiling`);
    add("", await child("ceiling.mjs", [2_000_000, port]));
    const first = round % names.length;
    for (const { id, count } of runs) {
      for (const name of [...names.slice(first), ...names.slice(0, first)]) {
        showProgress(`round ${round + 1} of ${rounds}: ${id}, ${name}`);
        add(name, await child("measure.mjs", [id, name, count(name), port]));
      }
    }
    rows.push(row);
  }
  showProgress("");
  const ceilings = rows.map(({ senderCeiling }) => senderCeiling[""].value);
  return {
    senderCeiling: { median: rounded(median(ceilings)), spread: spread(ceilings) },
    measures: Object.fromEntries(measures.map((measure) => [measure.id, figuresOf(measure, rows)])),
  };
}

async function measureGrowth() {
  const growth = [];
  for (const { id } of growthSeries) {
    showProgress(`growth: ${id}`);
    growth.push({ id, steps: await child("growth.mjs", [id]) });
  }
  showProgress("");
  return growth;
}

/** By competitor: the median of the rounds, and the median and spread of their ratios. */
function figuresOf({ id }, rows) {
  return Object.fromEntries(
    names.map((name) => {
      const ratios = rows.map(({ [id]: figures }) => figures[name].ratio);
      const values = rows.map(({ [id]: figures }) => figures[name].value);
      const recorded = (options.widen && before.measures?.[id]?.[name]?.spread) || [];
      return [
        name,
        {
          median: rounded(median(values)),
          ratio: rounded(median(ratios)),
          spread: spread([...ratios, ...recorded]),
        },
      ];
    }),
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
