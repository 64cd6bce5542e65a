import { startEmulator } from "../emulator.js";
import { formatJson, formatText, type EmulatorLogEntry } from "../log/eventLog.js";
import { invalid } from "../settings.js";
import type { CommandContext } from "./context.js";

export interface EmulatorFlags {
  readonly port: string;
  readonly host?: string;
  readonly namespace?: readonly string[];
  readonly strict?: true;
  readonly data?: string;
  readonly log?: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
}

/** `gs2-gateway emulator`: runs until it is told to stop. */
export async function emulatorCommand(flags: EmulatorFlags, host: CommandContext): Promise<number> {
  const emulator = await startEmulator({
    port: readPort(flags.port),
    host: flags.host,
    namespaces: flags.namespace,
    strict: flags.strict,
    data: flags.data,
    log: logTo(flags.log, host.out, host.err),
    allowOrigins: flags.allowOrigin,
    allowHosts: flags.allowHost,
  });
  // Whoever reads JSON lines finds the address in the first of them.
  if (flags.log !== "json") host.out(`GS2-Gateway emulator: ${emulator.url}`);
  await new Promise<void>((stop) => {
    const undo = host.onSignal(() => {
      undo();
      stop();
    });
  });
  await emulator.stop();
  return 0;
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw invalid(`"${text}" is no port: it takes a number from 0 to 65535 (--port N or PORT=N).`);
  }
  return Number(text);
}

/** Without a log, what was refused is still said: its cause is hard to see from the page. */
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
        if (entry.level === "warning") err(entry.text);
      };
    default:
      throw invalid(`--log takes text or json, not "${format}".`);
  }
}
