// npm run sim: tells stories by the thousand, one again by its seed, or what each bug put in on purpose does to them.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { bundle } from "./bundle.mjs";
import { mutations } from "./mutations.mjs";

const USAGE = `npm run sim -- --seeds N [--from S]           tells N stories and reports those in which a promise is broken
npm run sim -- --seed N [--scenario NAME]     tells one again, readable (scenarios: weather, twins, flapping)
npm run sim -- --mutations [--seeds N]        puts in one bug after another, each until it is caught`;

const ENTRY = "entry.ts";
const MUTANT_SEEDS = 2_000;
/** A mutant that says nothing for so long goes round in circles. */
const SILENCE_MS = 60_000;

/** Seeds from `from` in one worker; `told` says whether to go on. */
function tellInWorker(data, told) {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData: data });
    const end = (result) => {
      clearTimeout(silence);
      void worker.terminate();
      resolve(result);
    };
    const silence = setTimeout(end, SILENCE_MS, "it never ends");
    worker.on("message", (message) => {
      silence.refresh();
      if (!told(message)) end();
    });
    worker.on("error", ({ message }) => end(`it threw: ${message}`));
    worker.on("exit", () => end());
  });
}

async function tellMany(from, count) {
  const url = await bundle(ENTRY, "simulation");
  const step = availableParallelism();
  const startedAt = performance.now();
  const findings = [];
  let told = 0;
  const shares = Array.from({ length: step }, (_, i) =>
    tellInWorker({ url, from: from + i, to: from + count - 1, step }, ({ finding }) => {
      if (++told % 10_000 === 0) console.log(`${told} of ${count}`);
      if (finding) {
        findings.push(finding);
        console.log(`seed ${finding.seed} (${finding.scenario}): ${finding.violation}`);
      }
      return true;
    }),
  );
  const broken = (await Promise.all(shares)).filter((end) => end !== undefined);
  broken.forEach((end) => console.log(end));
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${told} seeds in ${seconds.toFixed(1)} s: ${findings.length} with a broken promise`);
  return findings.length === 0 && broken.length === 0 && told === count;
}

async function tellOne(seed, scenario) {
  const { simulate } = await import(await bundle(ENTRY, "simulation"));
  const { story, violation } = await simulate(seed, { scenario });
  process.stdout.write(story);
  return violation === undefined;
}

async function tryMutation(mutation, index, most) {
  const url = await bundle(ENTRY, `mutant-${index}`, mutation);
  let seeds = 0;
  let caught;
  const broken = await tellInWorker({ url, from: 1, to: most, step: 1 }, ({ seed, finding }) => {
    seeds = seed;
    caught = finding?.violation;
    return caught === undefined;
  });
  return { ...mutation, caught: caught ?? broken, seeds: broken ? seeds + 1 : seeds };
}

async function tryMutations(most) {
  const queue = [...mutations.entries()];
  const results = [];
  const lane = async () => {
    for (let next; (next = queue.shift());) {
      const [index, mutation] = next;
      const result = await tryMutation(mutation, index, most);
      const { name, caught, seeds } = result;
      results.push(result);
      console.log(`${caught ? `caught at seed ${seeds}` : "ESCAPED"}: ${name}`);
      if (caught) console.log(`    ${caught}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  const caught = results.filter((result) => result.caught).length;
  console.log(`${caught} of ${mutations.length} caught`);
  return caught === mutations.length;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    scenario: { type: "string", default: "weather" },
    mutations: { type: "boolean", default: false },
  },
});
const whole = (text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`${text} is no whole number.\n${USAGE}`);
  return number;
};

let good;
if (values.mutations) good = await tryMutations(whole(values.seeds ?? MUTANT_SEEDS));
else if (values.seed !== undefined) good = await tellOne(whole(values.seed), values.scenario);
else if (values.seeds !== undefined) good = await tellMany(whole(values.from), whole(values.seeds));
else console.log(USAGE);
if (good === false) process.exitCode = 1;
