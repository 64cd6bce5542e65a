// The emulator under a crowd: how fast it starts, what memory it takes, and how long a notification to everybody takes to arrive.
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

const answerOf = (process) =>
  new Promise((resolve, reject) => {
    process.once("message", resolve);
    process.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
  });

/** Milliseconds from the start of the command to its first line. */
function startTime() {
  const begun = performance.now();
  const command = spawn(process.execPath, [`${root}dist/cli.js`, "emulator", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve) => {
    command.stdout.once("data", () => {
      resolve(Math.round(performance.now() - begun));
      command.kill();
    });
  });
}

/** @param {number} sockets */
export async function emulatorLoad(sockets) {
  const readyMs = await startTime();
  const emulator = fork(`${here}emulatorServer.mjs`);
  const { url } = await answerOf(emulator);
  const crowd = fork(`${here}crowd.mjs`, [url, String(sockets)]);
  try {
    await answerOf(crowd);
    const heard = answerOf(crowd);
    const told = answerOf(emulator);
    emulator.send({ notify: sockets });
    const [{ p50Ms, p99Ms }, { rssMegabytes }] = await Promise.all([heard, told]);
    return { sockets, readyMs, rssMegabytes, p50Ms, p99Ms };
  } finally {
    crowd.kill();
    emulator.kill();
  }
}
