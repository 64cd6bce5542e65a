import { spawn } from "node:child_process";
import { constants } from "node:os";
import { startEmulator } from "../emulator.js";
import { logTo } from "./emulatorCommand.js";
import type { CommandContext } from "./context.js";

export interface ExecFlags {
  readonly namespace?: readonly string[];
  readonly strict?: true;
  readonly data?: string;
}

/** `gs2-gateway exec -- CMD`: runs a command beside an emulator of its own and hands back its exit code. */
export async function execCommand(
  command: readonly string[],
  flags: ExecFlags,
  host: CommandContext,
): Promise<number> {
  const emulator = await startEmulator({
    namespaces: flags.namespace,
    strict: flags.strict,
    data: flags.data,
    // Standard output is the command's.
    log: logTo(undefined, host.err, host.err),
  });
  try {
    return await run(command, emulator.url, host);
  } finally {
    await emulator.stop();
  }
}

function run([name = "", ...args]: readonly string[], url: string, host: CommandContext) {
  return new Promise<number>((resolve) => {
    const child = spawn(name, args, {
      stdio: "inherit",
      // npm and its like are batch files there.
      shell: process.platform === "win32",
      env: { ...host.env, GS2_GATEWAY_EMULATOR_URL: url, VITE_GS2_GATEWAY_EMULATOR_URL: url },
    });
    const undo = host.onSignal((signal) => {
      // A terminal has sent Ctrl-C to the command already; twice means "at once" to many.
      if (signal !== "SIGINT" || !host.interactive) child.kill(signal);
    });
    child.once("error", (error) => {
      undo();
      const missing = "code" in error && error.code === "ENOENT";
      host.err(`Cannot run ${name}: ${missing ? "there is no such command" : error.message}.`);
      resolve(missing ? 127 : 126);
    });
    child.once("exit", (code, signal) => {
      undo();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
