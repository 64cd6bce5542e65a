// The packed package in other runtimes than Node and browsers: a player is bound, hears and pings.
import { execFile, spawn } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startEmulator, type Emulator } from "../../src/emulator/index.js";
import { createConsumerProject, type ConsumerProject } from "../support/consumerProject.js";
import { inRepo } from "../support/repo.js";

const run = promisify(execFile);
const here = (...path: string[]) => inRepo("test", "package", "runtimes", ...path);
/** An installed runtime: `npm run test:setup` installs them. */
const command = (name: string) => here("node_modules", ".bin", name);
const TIMEOUT_MS = 30_000;

let consumer: ConsumerProject;
let emulator: Emulator;

beforeAll(async () => {
  consumer = await createConsumerProject(["ws"]);
  for (const file of ["play.mjs", "process.mjs", "worker.mjs"]) {
    await copyFile(here(file), join(consumer.folder, file));
  }
});
afterAll(() => consumer.remove());

beforeEach(async () => {
  emulator = await startEmulator({ namespaces: ["game-0001"] });
  onTestFinished(() => emulator.stop());
});

const played = {
  state: "held",
  isPinged: true,
  payload: { taskName: "one" },
  status: "ready",
  after: "closed",
};

/** Sends the notification that the program waits for, once its player is bound. */
async function finishMission(): Promise<void> {
  await emulator.waitForSession({ userId: "alice", timeoutMs: TIMEOUT_MS });
  const payload = { taskName: "one" };
  await emulator.notify({ userId: "alice", key: "Gs2Mission:Complete", payload });
}

test.each([
  ["Node", process.execPath, []],
  ["Bun", command("bun"), []],
  ["Deno", command("deno"), ["run", "--allow-net", "--allow-env", "--node-modules-dir=manual"]],
] as const)(
  "%s binds a player, hears and pings, and ends once the client is disposed",
  async (_, runtime, options) => {
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const args = [...options, "process.mjs", emulator.url, accessToken];
    const [{ stdout, stderr }] = await Promise.all([
      run(runtime, args, { cwd: consumer.folder, timeout: TIMEOUT_MS }),
      finishMission(),
    ]);
    // Before it the client says that it is connected to an emulator.
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual(played);
    expect(stderr).toBe("");
  },
);

describe("workerd", () => {
  /** Starts the runtime of Cloudflare's workers, and resolves with its address. */
  async function startWorkerd(): Promise<string> {
    await build({
      entryPoints: [join(consumer.folder, "worker.mjs")],
      outfile: join(consumer.folder, "worker.bundle.mjs"),
      bundle: true,
      format: "esm",
      // As Cloudflare's own bundler has them.
      conditions: ["workerd", "worker", "browser"],
      logLevel: "silent",
    });
    const config = `using Workerd = import "/workerd/workerd.capnp";
      const config :Workerd.Config = (
        services = [
          ( name = "game", worker = (
            modules = [( name = "worker", esModule = embed "worker.bundle.mjs" )],
            compatibilityDate = "2026-01-01",
          ) ),
          ( name = "internet", network = ( allow = ["private", "local"] ) ),
        ],
        sockets = [( name = "http", address = "127.0.0.1:0", http = (), service = "game" )],
      );`;
    await writeFile(join(consumer.folder, "config.capnp"), config);
    const child = spawn(command("workerd"), ["serve", "config.capnp", "--control-fd=3"], {
      cwd: consumer.folder,
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    onTestFinished(() => void child.kill());
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`workerd ended with code ${code}`)));
      child.stdio[3]!.on("data", (line: Buffer) => {
        const { event, port } = JSON.parse(line.toString()) as { event: string; port: number };
        if (event === "listen") resolve(`http://127.0.0.1:${port}`);
      });
    });
  }

  test("binds a player, hears and pings", async () => {
    const url = await startWorkerd();
    const accessToken = await emulator.issueAccessToken({ userId: "alice" });
    const body = JSON.stringify({ emulator: emulator.url, accessToken });
    const [response] = await Promise.all([fetch(url, { method: "POST", body }), finishMission()]);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    expect(JSON.parse(text)).toEqual(played);
  });
});
