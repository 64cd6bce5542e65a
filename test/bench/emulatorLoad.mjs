// The emulator under load: its start time, its memory, and the latency of a broadcast.
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { emulatorEndpoints, GatewayAdmin } from "../../dist/admin.js";
import { credential, player } from "./competitors.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const CONCURRENCY = 16;
const EXEC_CLIENTS = 200;

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

const userOf = (n) => `user-${String(n).padStart(4, "0")}`;
const percentile = (sorted, fraction) =>
  Math.round(sorted[Math.floor(fraction * (sorted.length - 1))]);

/**
 * `sockets` bound players, and one notification to each by `sendNotificationToUsers`. The latency is
 * that of one notification, from its REST call to its arrival, while 16 calls are on their way.
 *
 * @param {number} sockets
 */
export async function emulatorLoad(sockets) {
  const readyMs = await startTime();
  const emulator = fork(`${here}emulatorServer.mjs`, { execArgv: ["--expose-gc"] });
  const { url } = await messageOf(emulator);
  const memory = async () => {
    const answered = messageOf(emulator);
    emulator.send("memory");
    return answered;
  };
  const before = await memory();
  const clients = fork(`${here}loadClients.mjs`, [url, String(sockets)]);
  try {
    await messageOf(clients);
    const after = await memory();
    const arrivals = messageOf(clients);
    const sentAt = new Map();
    const admin = new GatewayAdmin({
      namespaceName: player.namespaceName,
      credential,
      endpoints: emulatorEndpoints(url),
      logger: false,
      fetch(address, init) {
        const userId = /user-\d+/.exec(address)?.[0];
        if (userId) sentAt.set(userId, performance.timeOrigin + performance.now());
        return fetch(address, init);
      },
    });
    const users = Array.from({ length: sockets }, (_, i) => userOf(i + 1));
    const startedAt = performance.now();
    const { delivered } = await admin.sendNotificationToUsers(
      users,
      { subject: "load", payload: "{}" },
      { concurrency: CONCURRENCY },
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    if (delivered !== sockets) throw new Error(`${delivered} of ${sockets} were delivered`);
    const latencies = (await arrivals)
      .map((at, i) => at - sentAt.get(userOf(i + 1)))
      .sort((a, b) => a - b);
    return {
      sockets,
      readyMs,
      rssMegabytes: Math.round(after.rss / 1e6),
      bytesPerSocket: Math.round((after.used - before.used) / sockets),
      sentPerSecond: Math.round(sockets / seconds),
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
    };
  } finally {
    clients.kill();
    emulator.kill();
  }
}

/**
 * A test run as in continuous integration: `gs2-gateway exec` starts an emulator and a program in
 * which 200 clients bind, and each gets a notification. The whole command, in milliseconds.
 */
export async function execRun() {
  const startedAt = performance.now();
  const command = spawn(
    process.execPath,
    [
      `${root}dist/cli.js`,
      "exec",
      "--",
      process.execPath,
      `${here}execClients.mjs`,
      String(EXEC_CLIENTS),
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const code = await new Promise((resolve) => command.once("exit", resolve));
  if (code !== 0) throw new Error(`gs2-gateway exec exited with ${code}`);
  return { clients: EXEC_CLIENTS, ms: Math.round(performance.now() - startedAt) };
}
