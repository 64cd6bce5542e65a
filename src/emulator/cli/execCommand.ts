import { constants } from "node:os";
import type { Command } from "commander";
import spawn from "cross-spawn";
import { logTo } from "./emulatorCommand.js";
import type { CommandContext } from "./context.js";
import { addGatewayFlags, startByFlags, strictWarning, type GatewayFlags } from "./gatewayFlags.js";

/**
 * `gs2-gateway exec -- CMD`: runs a command with an emulator of its own and returns its exit code.
 */
export function addExecCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  const command = program
    .command("exec")
    .description(
      "run a command with a gateway of its own, whose address is in GS2_GATEWAY_EMULATOR_URL",
    )
    .passThroughOptions();
  addGatewayFlags(command, "0")
    .argument("<command...>", "the command and its arguments, after --")
    .action(async (command: string[], flags: GatewayFlags) =>
      exit(await run(command, flags, context)),
    );
}

async function run(
  command: readonly string[],
  flags: GatewayFlags,
  context: CommandContext,
): Promise<number> {
  // Standard output is the command's.
  const emulator = await startByFlags(flags, context, {
    log: logTo(undefined, context.err, context.err),
  });
  context.err(`GS2-Gateway emulator: ${emulator.url}`);
  const warning = strictWarning(flags, context.env);
  if (warning !== undefined) context.err(warning);
  try {
    return await runChild(command, emulator.url, context);
  } finally {
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
      const why = missing ? "there is no such command" : error.message;
      const hint = missing
        ? ` Check its name, or run it by npx: gs2-gateway exec -- npx ${name}`
        : "";
      context.err(`Cannot run ${name}: ${why}.${hint}`);
      resolve(missing ? 127 : 126);
    });
    child.once("exit", (code, signal) => {
      undo();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
