import { parentPort, workerData } from "node:worker_threads";

// Tells its share of the seeds, one after another.
const { url, from, to, step } = workerData;
const { tellSeed } = await import(url);
for (let seed = from; seed <= to; seed += step) {
  parentPort.postMessage({ seed, finding: await tellSeed(seed) });
}
