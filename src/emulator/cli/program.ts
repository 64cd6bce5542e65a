import { Command, CommanderError } from "commander";
import { emulatorCommand, type EmulatorFlags } from "./emulatorCommand.js";
import { execCommand, type ExecFlags } from "./execCommand.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";
import { initCommand } from "./initCommand.js";
import { notifyCommand, type NotifyFlags } from "./notifyCommand.js";
import { pushWorkerCommand } from "./pushWorkerCommand.js";

/** Runs `gs2-gateway` with these arguments; answers the exit code. What goes wrong is one line, never a stack. */
export async function runCommand(args: readonly string[], host: CommandContext): Promise<number> {
  let code = 0;
  const program = new Command("gs2-gateway")
    .description("A local GS2-Gateway to develop and test games against")
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => host.out(text.trimEnd()),
      writeErr: (text) => host.err(text.trimEnd()),
    });

  program
    .command("emulator")
    .description("start a gateway and keep it running")
    .option("--port <n>", "port to listen on", host.env["PORT"] || String(DEFAULT_PORT))
    .option("--host <address>", "address to listen on (default: this machine only)")
    .option("--namespace <name...>", "namespaces that are there from the start")
    .option("--strict", "no conveniences: what GS2 would refuse is refused")
    .option("--data <file>", "keep namespaces and tokens in this file across restarts")
    .option("--log <form>", "print what happens, as text or json")
    .option("--allow-origin <origin...>", "pages that may call besides those on localhost")
    .option("--allow-host <name...>", "names the emulator may be called by besides localhost")
    .action(async (flags: EmulatorFlags) => {
      code = await emulatorCommand(flags, host);
    });

  program
    .command("exec")
    .description(
      "run a command beside a gateway of its own, with its address in GS2_GATEWAY_EMULATOR_URL",
    )
    .passThroughOptions()
    .option("--namespace <name...>", "namespaces that are there from the start")
    .option("--strict", "no conveniences: what GS2 would refuse is refused")
    .option("--data <file>", "keep namespaces and tokens in this file across restarts")
    .argument("<command...>", "the command and its arguments, after --")
    .action(async (command: string[], flags: ExecFlags) => {
      code = await execCommand(command, flags, host);
    });

  program
    .command("notify")
    .description("send a notification through a running emulator")
    .requiredOption("--user <id>", "who is to get it")
    .option("--key <key>", "key of a GS2 service or of the game, e.g. Gs2Matchmaking:Join")
    .option("--subject <text>", "subject, in place of --key")
    .option("--issuer <text>", "issuer, beside --subject")
    .requiredOption("--payload <text>", "payload, in most cases JSON")
    .option("--namespace <name>", "only sessions in this namespace (default: any)")
    .option("--url <url>", "the emulator (default: GS2_GATEWAY_EMULATOR_URL or its usual port)")
    .action(async (flags: NotifyFlags) => {
      code = await notifyCommand(flags, host);
    });

  program
    .command("init")
    .description("write a new game into an empty folder: phaser-vite (Phaser 4, Vite, TypeScript)")
    .argument("<template>", "phaser-vite")
    .argument("<dir>", "the folder, made if it is not there")
    .action(async (template: string, dir: string) => {
      code = await initCommand(template, dir, host);
    });

  program
    .command("push-worker")
    .description(
      "put the service worker of gs2-gateway/push into the folder your site is served from",
    )
    .argument("<dir>", "the folder, e.g. public")
    .action(async (folder: string) => {
      code = await pushWorkerCommand(folder, host);
    });

  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    // Commander has said its own already.
    if (error instanceof CommanderError) return error.exitCode;
    host.err(error instanceof Error ? error.message : String(error));
    return 1;
  }
  return code;
}
