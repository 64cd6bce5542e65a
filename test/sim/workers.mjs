import { Worker } from "node:worker_threads";

/**
 * Calls a function of a bundle with each of the inputs, in a worker.
 *
 * @param told hears each input and its output; false ends it
 * @param silenceMs a worker that says nothing for so long goes round in circles
 * @returns {Promise<string | undefined>} why it broke off
 */
export function work(url, name, inputs, told, silenceMs) {
  return new Promise((resolve) => {
    const workerData = { url, name, inputs };
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData });
    const end = (why) => {
      clearTimeout(silence);
      void worker.terminate();
      resolve(why);
    };
    const silence = setTimeout(end, silenceMs, "it never ends");
    worker.on("message", ({ input, output }) => {
      silence.refresh();
      if (told(input, output) === false) end();
    });
    worker.on("error", ({ message }) => end(`it threw: ${message}`));
    worker.on("exit", () => end());
  });
}
