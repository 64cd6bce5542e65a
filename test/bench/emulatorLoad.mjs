// The emulator under load: its start time, its memory, and the latency of a notification to every
// player.
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

const messageOf = (process) =>
  new Promise((resolve, reject) => {
    process.once("message", resolve);
    process.once("exit", (code) => reject(new Error(`a process exited with ${code}`)));
  });

/** Milliseconds from the start of the command to its first line. */
function startTime() {
  const startedAt = performance.now();
  const command = spawn(process.execPath, [`${root}dist/cli.js`, "emulator", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve) => {
    command.stdout.once("data", () => {
      resolve(Math.round(performance.now() - startedAt));
      command.kill();
    });
  });
}

/** @param {number} sockets */
export async function emulatorLoad(sockets) {
  const readyMs = await startTime();
  const emulator = fork(`${here}emulatorServer.mjs`);
  const { url } = await messageOf(emulator);
  const clients = fork(`${here}loadClients.mjs`, [url, String(sockets)]);
  try {
    await messageOf(clients);
    const delays = messageOf(clients);
    const memory = messageOf(emulator);
    emulator.send({ notify: sockets });
    const [{ p50Ms, p99Ms }, { rssMegabytes }] = await Promise.all([delays, memory]);
    return { sockets, readyMs, rssMegabytes, p50Ms, p99Ms };
  } finally {
    clients.kill();
    emulator.kill();
  }
}
