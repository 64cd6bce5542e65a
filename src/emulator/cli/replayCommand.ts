import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { isGatewayError } from "../../errors.js";
import type { Recording } from "../../wire/recording.js";
import type { Emulator } from "../emulator.js";
import { invalid } from "../settings.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";
import { logTo, untilStopped } from "./emulatorCommand.js";
import { startByFlags } from "./gatewayFlags.js";

interface ReplayFlags {
  readonly port: string;
  readonly speed?: string;
  readonly user?: string;
  readonly namespace?: readonly string[];
  readonly log?: string;
}

/**
 * `gs2-gateway replay FILE`: an emulator that sends the notifications of a recording to each player
 * that binds. Runs until SIGINT or SIGTERM.
 */
export function addReplayCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("replay")
    .description("start a gateway that sends the notifications of a recording to who binds")
    .argument("<file>", "a recording that the devtools or the inspector saved")
    .option("--port <n>", "port to listen on", context.env["PORT"] || String(DEFAULT_PORT))
    .option("--speed <factor>", "2 is twice as fast")
    .option("--user <id>", "send to each the notifications of this player of the recording")
    .option("--namespace <name...>", "namespaces that exist from the start")
    .option("--log <form>", "print the log, as text or json")
    .action(async (file: string, flags: ReplayFlags) => exit(await run(file, flags, context)));
}

async function run(file: string, flags: ReplayFlags, context: CommandContext): Promise<number> {
  const { user, log } = flags;
  const speed = readSpeed(flags.speed);
  const recording = readRecordingFile(file);
  const emulator = await startByFlags(flags, context, {
    log: logTo(log, context.out, context.err),
  });
  try {
    const { players } = replayFile(file, () => emulator.replay(recording, { speed, userId: user }));
    // The first of the JSON lines has the address.
    const print = log === "json" ? context.err : context.out;
    print(`GS2-Gateway emulator: ${emulator.url}`);
    for (const { userId, notifications, durationMs } of players) {
      print(`  ${userId}: ${notifications} notifications in ${(durationMs / 1_000).toFixed(1)} s`);
    }
    print("They are sent to a player from the player's bind on, once.");
    await untilStopped(context);
  } finally {
    await emulator.stop();
  }
  return 0;
}

/** The error of a wrong file names the file, too. */
function replayFile(file: string, start: () => ReturnType<Emulator["replay"]>) {
  try {
    return start();
  } catch (error) {
    if (isGatewayError(error, "invalidArgument")) throw invalid(`${file}: ${error.message}`);
    throw error;
  }
}

function readSpeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text);
  if (text.trim() !== "" && speed > 0 && speed < Infinity) return speed;
  throw invalid(`--speed takes a number above 0, not "${text}".`);
}

/** A JSON value; `replay` says which field of it is wrong. */
function readRecordingFile(file: string): Recording {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    throw invalid(`${file} cannot be read (${code ?? "unknown reason"}).`);
  }
  try {
    return JSON.parse(text) as Recording;
  } catch {
    // The parser's message quotes the file.
    throw invalid(`${file} is no JSON.`);
  }
}
