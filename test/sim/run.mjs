// npm run sim: tells stories by the thousand, one again by its seed, what each bug put in on purpose does to them, or how a crowd comes back.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { recordFigures } from "../bench/record.mjs";
import { bundle } from "./bundle.mjs";
import { work } from "./workers.mjs";
import { mutations } from "./mutations.mjs";

const USAGE = `npm run sim -- --seeds N [--from S]         tells N stories and reports those in which a promise is broken
npm run sim -- --seed N [--scenario NAME]   tells one again, readable (scenarios: weather, twins, flapping)
npm run sim -- --mutations [--seeds N]      puts in one bug after another, each until it is caught; the figures go to bench.json
npm run sim -- --outages [--clients N]      how N clients come back after an outage; the figures go to bench.json`;

const MUTANT_SEEDS = 2_000;
const CLIENTS = 1_000_000;
/** For one story, and for one crowd. */
const LONGEST_MS = { story: 120_000, crowd: 1_800_000 };
const lanes = availableParallelism();

const seedsOf = (from, count) => Array.from({ length: count }, (_, i) => [from + i]);

async function tellMany(from, count) {
  const url = await bundle("entry.ts", "simulation");
  const startedAt = performance.now();
  let told = 0;
  let findings = 0;
  const hear = (_, finding) => {
    if (++told % 10_000 === 0) console.log(`${told} of ${count}`);
    if (!finding) return;
    findings++;
    console.log(`seed ${finding.seed} (${finding.scenario}): ${finding.violation}`);
  };
  const shares = Array.from({ length: lanes }, (_, lane) =>
    seedsOf(from, count).filter((__, i) => i % lanes === lane),
  );
  const ends = await Promise.all(
    shares.map((share) => work(url, "tellSeed", share, hear, LONGEST_MS.story)),
  );
  for (const end of ends) if (end) console.log(end);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${told} of ${count} seeds in ${seconds} s: ${findings} with a broken promise`);
  return findings === 0 && told === count;
}

async function tellOne(seed, scenario) {
  const { simulate } = await import(await bundle("entry.ts", "simulation"));
  const { story, violation } = await simulate(seed, { scenario });
  process.stdout.write(story);
  return violation === undefined;
}

async function tryMutation(index, most) {
  const url = await bundle("entry.ts", `mutant-${index}`, mutations[index]);
  let told = 0;
  let caught;
  const broke = await work(
    url,
    "tellSeed",
    seedsOf(1, most),
    (_, finding) => {
      told++;
      caught = finding?.violation;
      return !finding;
    },
    LONGEST_MS.story,
  );
  return broke ? { caught: broke, seeds: told + 1 } : { caught, seeds: told };
}

async function tryMutations(most) {
  const indices = [...mutations.keys()];
  const found = [];
  const lane = async () => {
    for (let index; (index = indices.shift()) !== undefined;) {
      const { caught, seeds } = await tryMutation(index, most);
      const { name } = mutations[index];
      found[index] = { name, caught: caught !== undefined, seeds };
      console.log(
        caught ? `caught with ${seeds} seeds: ${name}\n    ${caught}` : `ESCAPED: ${name}`,
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const caughtOnes = found.filter(({ caught }) => caught).length;
  console.log(`${caughtOnes} of ${mutations.length} caught`);
  await recordFigures({ mutations: { mostSeeds: most, results: found } });
  return caughtOnes === mutations.length;
}

async function comeBack(clients) {
  const url = await bundle("outages.ts", "outages");
  const { OUTAGES_MS, MOST_OVER_EVEN } = await import(url);
  const cases = ["refusing", "hanging"].flatMap((away) =>
    OUTAGES_MS.map((outageMs) => [outageMs, away, clients, 1]),
  );
  const results = [];
  const lane = async () => {
    for (let one; (one = cases.shift());) {
      const [outageMs, away] = one;
      const broke = await work(
        url,
        "returnAfter",
        [one],
        (_, result) => {
          results.push(result);
          const { perSecond: _arrivals, ...figures } = result;
          console.log(JSON.stringify(figures));
        },
        LONGEST_MS.crowd,
      );
      if (broke) console.log(`${away}, ${outageMs} ms: ${broke}`);
    }
  };
  const all = cases.length;
  await Promise.all(Array.from({ length: lanes }, lane));
  const order = (a, b) => b.away.localeCompare(a.away) || a.outageMs - b.outageMs;
  await recordFigures({ returnAfterOutage: { binMs: 100, results: results.sort(order) } });
  return (
    results.length === all &&
    results.every(({ away, peakOverEven }) => away === "hanging" || peakOverEven <= MOST_OVER_EVEN)
  );
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    scenario: { type: "string", default: "weather" },
    mutations: { type: "boolean", default: false },
    outages: { type: "boolean", default: false },
    clients: { type: "string", default: String(CLIENTS) },
  },
});
const whole = (text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    throw new Error(`${text} is no whole number.\n${USAGE}`);
  }
  return number;
};

let good;
if (values.mutations) good = await tryMutations(whole(values.seeds ?? MUTANT_SEEDS));
else if (values.outages) good = await comeBack(whole(values.clients));
else if (values.seed !== undefined) good = await tellOne(whole(values.seed), values.scenario);
else if (values.seeds !== undefined) good = await tellMany(whole(values.from), whole(values.seeds));
else console.log(USAGE);
if (good === false) process.exitCode = 1;
