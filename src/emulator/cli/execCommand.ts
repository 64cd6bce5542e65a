import { constants } from "node:os";
import type { Command } from "commander";
import spawn from "cross-spawn";
import { startEmulator } from "../emulator.js";
import { addHandlers, HANDLERS_FLAG, logTo } from "./emulatorCommand.js";
import type { CommandContext } from "./context.js";

interface ExecFlags {
  readonly namespace?: readonly string[];
  readonly strict?: true;
  readonly data?: string;
  readonly handlers?: string;
}

/**
 * `gs2-gateway exec -- CMD`: runs a command with an emulator of its own and returns its exit code.
 */
export function addExecCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("exec")
    .description(
      "run a command with a gateway of its own, whose address is in GS2_GATEWAY_EMULATOR_URL",
    )
    .passThroughOptions()
    .option("--namespace <name...>", "namespaces that exist from the start")
    .option("--strict", "refuse what GS2 would refuse: unknown namespaces, credentials and tokens")
    .option("--data <file>", "keep namespaces and tokens in this file across restarts")
    .option("--handlers <file>", HANDLERS_FLAG)
    .argument("<command...>", "the command and its arguments, after --")
    .action(async (command: string[], flags: ExecFlags) =>
      exit(await run(command, flags, context)),
    );
}

async function run(
  command: readonly string[],
  flags: ExecFlags,
  context: CommandContext,
): Promise<number> {
  const emulator = await startEmulator({
    namespaces: flags.namespace,
    strict: flags.strict,
    data: flags.data,
    // Standard output is the command's.
    log: logTo(undefined, context.err, context.err),
  });
  const { err } = context;
  const endHandlers = await addHandlers(emulator, flags, { out: err, err });
  try {
    return await runChild(command, emulator.url, context);
  } finally {
    await endHandlers();
    await emulator.stop();
  }
}

function runChild([name = "", ...args]: readonly string[], url: string, context: CommandContext) {
  return new Promise<number>((resolve) => {
    // On Windows npm and its like are batch files: cross-spawn runs them without a shell of ours.
    const child = spawn(name, args, {
      stdio: "inherit",
      env: { ...context.env, GS2_GATEWAY_EMULATOR_URL: url, VITE_GS2_GATEWAY_EMULATOR_URL: url },
    });
    const undo = context.onSignal((signal) => {
      // A terminal has sent Ctrl-C to the command already; many commands take two for "at once".
      if (signal !== "SIGINT" || !context.interactive) child.kill(signal);
    });
    child.once("error", (error) => {
      undo();
      const missing = "code" in error && error.code === "ENOENT";
      context.err(`Cannot run ${name}: ${missing ? "there is no such command" : error.message}.`);
      resolve(missing ? 127 : 126);
    });
    child.once("exit", (code, signal) => {
      undo();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
