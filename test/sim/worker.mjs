import { parentPort, workerData } from "node:worker_threads";

// Calls one function of a bundle with each input, one after another.
const { url, name, inputs } = workerData;
const { [name]: work } = await import(url);
for (const input of inputs) {
  parentPort.postMessage({ input, output: await work(...input) });
}
