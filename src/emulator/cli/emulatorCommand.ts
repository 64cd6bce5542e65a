import type { Command } from "commander";
import { startEmulator } from "../emulator.js";
import { formatJson, formatText, printable, type EmulatorLogEntry } from "../log/eventLog.js";
import { invalid } from "../settings.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";
import { addressesOf, warningsOf } from "./warnings.js";

interface EmulatorFlags {
  readonly port: string;
  readonly host?: string;
  readonly namespace?: readonly string[];
  readonly strict?: true;
  readonly data?: string;
  readonly log?: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
}

/** `gs2-gateway emulator`: runs until SIGINT or SIGTERM. */
export function addEmulatorCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("emulator")
    .description("start a gateway and keep it running")
    .option("--port <n>", "port to listen on", context.env["PORT"] || String(DEFAULT_PORT))
    .option("--host <address>", "address to listen on (default: this machine only)")
    .option("--namespace <name...>", "namespaces that exist from the start")
    .option("--strict", "refuse what GS2 would refuse: unknown namespaces, credentials and tokens")
    .option("--data <file>", "keep namespaces and tokens in this file across restarts")
    .option("--log <form>", "print the log, as text or json")
    .option("--allow-origin <origin...>", "pages that may call besides those on localhost")
    .option("--allow-host <name...>", "host names of the emulator besides localhost")
    .action(async (flags: EmulatorFlags) => exit(await run(flags, context)));
}

async function run(flags: EmulatorFlags, context: CommandContext): Promise<number> {
  const emulator = await startEmulator({
    port: readPort(flags.port),
    host: flags.host,
    namespaces: flags.namespace,
    strict: flags.strict,
    data: flags.data,
    log: logTo(flags.log, context.out, context.err),
    allowOrigins: flags.allowOrigin,
    allowHosts: flags.allowHost,
  });
  // The first of the JSON lines has the address.
  if (flags.log !== "json") {
    context.out(`GS2-Gateway emulator: ${emulator.url}`);
    const addresses = flags.host === undefined ? [] : addressesOf(flags.host, emulator.url);
    for (const address of addresses) {
      if (address !== emulator.url || addresses.length > 1) {
        context.out(`  listening on ${address}`);
      }
    }
  }
  for (const warning of warningsOf(flags.host, flags.allowOrigin ?? [])) context.err(warning);
  await new Promise<void>((stop) => {
    const undo = context.onSignal(() => {
      undo();
      stop();
    });
  });
  await emulator.stop();
  return 0;
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw invalid(
      `"${text}" is not a port: it takes a number from 0 to 65535 (--port N or PORT=N).`,
    );
  }
  return Number(text);
}

/**
 * Without a format, warnings are printed all the same: the cause of a refusal is hard to see from
 * the page.
 */
export function logTo(
  format: string | undefined,
  out: (line: string) => void,
  err: (line: string) => void,
): (entry: EmulatorLogEntry) => void {
  switch (format) {
    case "text":
      return (entry) => out(formatText(entry));
    case "json":
      return (entry) => out(formatJson(entry));
    case undefined:
      return (entry) => {
        if (entry.level === "warning") err(printable(entry.text));
      };
    default:
      throw invalid(`--log takes text or json, not "${format}".`);
  }
}
