import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { formatJson, formatText, printable, type EmulatorLogEntry } from "../log/eventLog.js";
import { invalid, type EmulatorSettings } from "../settings.js";
import { isObject } from "../store/json.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";
import { addGatewayFlags, startByFlags, strictWarning, type GatewayFlags } from "./gatewayFlags.js";
import { findTls, trustCommand, type TlsFlags } from "./tlsFiles.js";
import { addressesOf, warningsOf } from "./warnings.js";

interface EmulatorFlags extends TlsFlags, GatewayFlags {
  readonly log?: string;
  readonly allowOrigin?: readonly string[];
  readonly settings?: string;
  readonly upstream?: string;
}

/** `gs2-gateway emulator`: runs until SIGINT or SIGTERM. */
export function addEmulatorCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  const command = program.command("emulator").description("start a gateway and keep it running");
  addGatewayFlags(command, context.env["PORT"] || String(DEFAULT_PORT))
    .option("--host <address>", "address to listen on (default: this machine only)")
    .option("--log <form>", "print the log, as text or json")
    .option("--allow-origin <origin...>", "pages that may call besides those on localhost")
    .option("--allow-host <name...>", "host names of the emulator besides localhost")
    .option(
      "--tls [folder]",
      "serve https and wss, with a certificate made and kept in this folder",
    )
    .option("--tls-cert <file>", "serve https and wss with this certificate (PEM)")
    .option("--tls-key <file>", "the private key of --tls-cert (PEM)")
    .option("--settings <file>", "settings as JSON, e.g. those that doctor prints")
    .option("--upstream <region|url>", "pass calls and frames on to this gateway and show them")
    .action(async (flags: EmulatorFlags) => exit(await run(flags, context)));
}

async function run(flags: EmulatorFlags, context: CommandContext): Promise<number> {
  const tls = await findTls(flags);
  const emulator = await startByFlags(flags, context, {
    tls: tls?.pair,
    settings: flags.settings === undefined ? undefined : readSettingsFile(flags.settings),
    upstream: flags.upstream,
    host: flags.host,
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
  if (tls?.made !== undefined) printTrust(tls.made, flags, context);
  const warnings = warningsOf(flags.host, flags.allowOrigin ?? []);
  for (const warning of [...warnings, strictWarning(flags, context.env) ?? []].flat()) {
    context.err(warning);
  }
  await untilStopped(context);
  await emulator.stop();
  return 0;
}

/** Resolves on SIGINT or SIGTERM. */
export const untilStopped = ({ onSignal }: CommandContext): Promise<void> =>
  new Promise((stop) => {
    const undo = onSignal(() => {
      undo();
      stop();
    });
  });

function printTrust(file: string, { log }: EmulatorFlags, { out, err }: CommandContext): void {
  // Standard output has JSON lines only.
  const print = log === "json" ? err : out;
  print(`Certificate: ${file}`);
  print(`Trust it with: ${trustCommand(file)}`);
  print(`Trust it in Node with: NODE_EXTRA_CA_CERTS="${file}"`);
}

/** Settings from a file; `startEmulator` checks each. */
function readSettingsFile(file: string): Partial<EmulatorSettings> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    throw invalid(`--settings: ${file} cannot be read (${code ?? "unknown reason"}).`);
  }
  try {
    const settings: unknown = JSON.parse(text);
    if (isObject(settings)) return settings;
  } catch {
    // The parser's message quotes the file.
  }
  throw invalid(
    `--settings: ${file} is not a JSON object. Write one with: gs2-gateway doctor REGION > ${file}`,
  );
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
