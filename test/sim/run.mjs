// npm run sim: runs the simulation for many seeds or one, its mutations, the outage measurement, or
// the explorer of the connection's state machine.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { recordFigures } from "../bench/record.mjs";
import { bundle } from "./bundle.mjs";
import { mutations } from "./mutations.mjs";
import { runInWorker } from "./runInWorker.mjs";

const USAGE = `npm run sim -- --seeds N [--from S]         runs N seeds and prints every violation
npm run sim -- --seed N [--scenario NAME]   prints the trace of one seed; NAME: randomFaults, healthyNetwork,
                                            sharedSessionId, flapping, doubleTap, impatient, cleanRestarts,
                                            flowing, samePage, wallClock, transactions
npm run sim -- --mutations [--seeds N]      runs each mutation of the client until a seed detects it; updates bench.json
npm run sim -- --outages [--clients N]      measures how N clients reconnect after an outage; updates bench.json
npm run sim -- --explore DEPTH [--slots N] [--max-states N] [--time-limit SECONDS]
                                            explores every order of DEPTH events of one slot or two`;

const MUTATION_SEEDS = 2_000;
const CLIENTS = 1_000_000;
const SEED_TIMEOUT_MS = 120_000;
const OUTAGE_TIMEOUT_MS = 1_800_000;
const workers = availableParallelism();

const inputsOf = (from, count) => Array.from({ length: count }, (_, i) => [from + i]);

async function runSeeds(from, count) {
  const url = await bundle("entry.ts", "simulation");
  const startedAt = performance.now();
  let done = 0;
  let violations = 0;
  const onOutput = (_, finding) => {
    if (++done % 10_000 === 0) console.log(`${done} of ${count}`);
    if (!finding) return;
    violations++;
    console.log(`seed ${finding.seed} (${finding.scenario}): ${finding.violation}`);
  };
  const shares = Array.from({ length: workers }, (_, worker) =>
    inputsOf(from, count).filter((__, i) => i % workers === worker),
  );
  const failures = await Promise.all(
    shares.map((share) => runInWorker(url, "runSeed", share, onOutput, SEED_TIMEOUT_MS)),
  );
  for (const failure of failures) if (failure) console.log(failure);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${done} of ${count} seeds in ${seconds} s: ${violations} with a violation`);
  return violations === 0 && done === count;
}

async function printTrace(seed, scenario) {
  const { simulate } = await import(await bundle("entry.ts", "simulation"));
  const { trace, violation } = await simulate(seed, { scenario });
  process.stdout.write(trace);
  return violation === undefined;
}

async function runMutation(index, maxSeeds) {
  const url = await bundle("entry.ts", `mutant-${index}`, mutations[index]);
  let seeds = 0;
  let violation;
  const failure = await runInWorker(
    url,
    "runSeed",
    inputsOf(1, maxSeeds),
    (_, finding) => {
      seeds++;
      violation = finding?.violation;
      return !finding;
    },
    SEED_TIMEOUT_MS,
  );
  return failure ? { violation: failure, seeds: seeds + 1 } : { violation, seeds };
}

async function runMutations(maxSeeds) {
  const indices = [...mutations.keys()];
  const results = [];
  const runNext = async () => {
    for (let index; (index = indices.shift()) !== undefined;) {
      const { violation, seeds } = await runMutation(index, maxSeeds);
      const { name } = mutations[index];
      results[index] = { name, caught: violation !== undefined, seeds };
      console.log(
        violation
          ? `detected with ${seeds} seeds: ${name}\n    ${violation}`
          : `NOT DETECTED: ${name}`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, runNext));
  const detected = results.filter(({ caught }) => caught).length;
  console.log(`${detected} of ${mutations.length} detected`);
  await recordFigures({ mutations: { mostSeeds: maxSeeds, results } });
  return detected === mutations.length;
}

async function measureOutages(clients) {
  const url = await bundle("outages.ts", "outages");
  const { OUTAGES_MS, MAX_PEAK_OVER_EVEN } = await import(url);
  const cases = ["refusing", "hanging"].map((away) => [away, clients, 1]);
  const count = cases.length * OUTAGES_MS.length;
  const results = [];
  const runNext = async () => {
    for (let input; (input = cases.shift());) {
      const failure = await runInWorker(
        url,
        "reconnects",
        [input],
        (_, all) => {
          results.push(...all);
          for (const { perSecond: _arrivals, ...figures } of all) {
            console.log(JSON.stringify(figures));
          }
        },
        OUTAGE_TIMEOUT_MS,
      );
      if (failure) console.log(`${input[0]}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, runNext));
  const order = (a, b) => b.away.localeCompare(a.away) || a.outageMs - b.outageMs;
  await recordFigures({ returnAfterOutage: { binMs: 100, results: results.sort(order) } });
  return (
    results.length === count &&
    results.every(
      ({ away, peakOverEven }) => away === "hanging" || peakOverEven <= MAX_PEAK_OVER_EVEN,
    )
  );
}

async function exploreMachine(depth, slots, maxStates, seconds) {
  const { explore } = await import(await bundle("explore/explore.ts", "explore"));
  console.log(`${slots === 1 ? "one slot" : "two slots"}, up to ${depth} events`);
  const { trace, violation, end, states, transitions, elapsedMs } = explore({
    depth,
    slots,
    maxStates,
    timeLimitMs: seconds * 1_000,
    onDepth: (level) =>
      console.log(
        `depth ${level.depth}: ${level.newStates} new states, ${level.states} in all, ` +
          `${level.transitions} transitions, ${(level.elapsedMs / 1_000).toFixed(1)} s`,
      ),
  });
  if (violation) console.log(`VIOLATION: ${violation}\n${trace}`);
  const perSecond = Math.round(states / (elapsedMs / 1_000));
  console.log(
    `${states} distinct states, ${transitions} transitions in ${(elapsedMs / 1_000).toFixed(1)} s ` +
      `(${perSecond} states/s); ended by: ${end}`,
  );
  return violation === undefined;
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    scenario: { type: "string", default: "randomFaults" },
    mutations: { type: "boolean", default: false },
    outages: { type: "boolean", default: false },
    clients: { type: "string", default: String(CLIENTS) },
    explore: { type: "string" },
    slots: { type: "string", default: "1" },
    "max-states": { type: "string", default: "1000000" },
    "time-limit": { type: "string", default: "600" },
  },
});
const integer = (text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    throw new Error(`${text} is not a non-negative integer.\n${USAGE}`);
  }
  return number;
};

let passed;
if (values.mutations) passed = await runMutations(integer(values.seeds ?? MUTATION_SEEDS));
else if (values.outages) passed = await measureOutages(integer(values.clients));
else if (values.explore !== undefined) {
  passed = await exploreMachine(
    integer(values.explore),
    values.slots === "2" ? 2 : 1,
    integer(values["max-states"]),
    integer(values["time-limit"]),
  );
} else if (values.seed !== undefined) {
  passed = await printTrace(integer(values.seed), values.scenario);
} else if (values.seeds !== undefined) {
  passed = await runSeeds(integer(values.from), integer(values.seeds));
} else console.log(USAGE);
if (passed === false) process.exitCode = 1;
