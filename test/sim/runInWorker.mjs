import { Worker } from "node:worker_threads";

/**
 * Calls a function of a bundle with each of the inputs, in a worker thread.
 *
 * @param onOutput called with each input and its output; false stops the worker
 * @param idleTimeoutMs stops a worker without output for so long
 * @returns {Promise<string | undefined>} the failure that stopped the worker, if any
 */
export function runInWorker(url, name, inputs, onOutput, idleTimeoutMs) {
  return new Promise((resolve) => {
    const workerData = { url, name, inputs };
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData });
    const end = (failure) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(failure);
    };
    const timer = setTimeout(end, idleTimeoutMs, `no output within ${idleTimeoutMs} ms`);
    worker.on("message", ({ input, output }) => {
      timer.refresh();
      if (onOutput(input, output) === false) end();
    });
    worker.on("error", ({ message }) => end(`the worker threw: ${message}`));
    worker.on("exit", () => end());
  });
}
