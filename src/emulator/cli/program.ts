import { Command, CommanderError } from "commander";
import { printable } from "../log/eventLog.js";
import { addDoctorCommand } from "./doctorCommand.js";
import { addEmulatorCommand } from "./emulatorCommand.js";
import { addExecCommand } from "./execCommand.js";
import type { CommandContext } from "./context.js";
import { addInitCommand } from "./initCommand.js";
import { addNotifyCommand } from "./notifyCommand.js";
import { addPushWorkerCommand } from "./pushWorkerCommand.js";
import { addReplayCommand } from "./replayCommand.js";

const commands = [
  addEmulatorCommand,
  addExecCommand,
  addNotifyCommand,
  addReplayCommand,
  addInitCommand,
  addPushWorkerCommand,
  addDoctorCommand,
];

/**
 * Runs `gs2-gateway` with these arguments; returns the exit code. An error is printed as one line,
 * without a stack.
 */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  let exitCode = 0;
  const program = new Command("gs2-gateway")
    .description("A local GS2-Gateway to develop and test games against")
    .version(context.version, "-v, --version", "print the version")
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    });
  for (const add of commands) add(program, context, (code) => void (exitCode = code));
  for (const command of [program, ...program.commands]) explainErrors(command);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    // Commander has printed its errors already.
    if (error instanceof CommanderError) return error.exitCode;
    // It may quote a server.
    context.err(printable(error instanceof Error ? error.message : String(error)));
    return 1;
  }
  return exitCode;
}

/** One line, without the value of a mistyped option, which may be a secret. */
function explainErrors(command: Command): void {
  const name = [command.parent?.name(), command.name()].filter(Boolean).join(" ");
  command.configureOutput({
    ...command.configureOutput(),
    outputError(text, write) {
      const [line = "", ...hints] = text
        .trim()
        .replace(/(unknown option '[^=]*)=.*'/s, "$1'")
        .split("\n");
      write([line, ...hints, `See: ${name} --help`].join(" "));
    },
  });
}
