import { parentPort, workerData } from "node:worker_threads";

// Calls one function of a bundle with each input, in order.
const { url, name, inputs } = workerData;
const { [name]: run } = await import(url);
for (const input of inputs) {
  parentPort.postMessage({ input, output: await run(...input) });
}
