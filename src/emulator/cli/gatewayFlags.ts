import { isGatewayError } from "../../errors.js";
import type { Command } from "commander";
import { startEmulator, type Emulator } from "../emulator.js";
import type { EmulatorOptions } from "../options.js";
import { invalid } from "../settings.js";
import type { EmulatorCredential } from "../store/types.js";
import type { CommandContext } from "./context.js";

/** The flags that `emulator` and `exec` share. */
export interface GatewayFlags {
  readonly port: string;
  readonly namespace?: readonly string[];
  readonly strict?: true;
  readonly credential?: readonly string[];
  readonly data?: string;
  readonly handlers?: string;
}

export const addGatewayFlags = (command: Command, port: string): Command =>
  command
    .option("--port <n>", "port to listen on; 0: any free one", port)
    .option("--namespace <name...>", "namespaces that exist from the start")
    .option("--strict", "refuse what GS2 would refuse: unknown namespaces, credentials and tokens")
    .option(
      "--credential <id:secret...>",
      "credentials that log in with --strict (default: GS2_CLIENT_ID and GS2_CLIENT_SECRET)",
    )
    .option("--data <file>", "keep namespaces and tokens in this file across restarts")
    .option(
      "--handlers <file>",
      "a module whose function handlers adds functions of any GS2 service; loaded again when it changes",
    );

/** Starts an emulator as the flags say; `more` are options of one command. */
export async function startByFlags(
  flags: GatewayFlags,
  context: CommandContext,
  more: EmulatorOptions,
): Promise<Emulator> {
  const port = readPort(flags.port);
  const credentials = credentialsOf(flags, context.env);
  const { namespace: namespaces, strict, data } = flags;
  try {
    return await startEmulator({ ...more, port, namespaces, strict, data, credentials });
  } catch (error) {
    throw isPortTaken(error) ? await portTaken(port) : error;
  }
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw invalid(
      `"${text}" is not a port: it takes a number from 0 to 65535 (--port N or PORT=N).`,
    );
  }
  return Number(text);
}

/** Neither a message nor the log repeats one. */
function credentialsOf(
  { credential, strict }: GatewayFlags,
  env: CommandContext["env"],
): EmulatorCredential[] {
  if (credential !== undefined && !strict) {
    throw invalid(
      "--credential needs --strict: without it every credential logs in. Add --strict, or leave --credential out.",
    );
  }
  const [clientId, clientSecret] = [env["GS2_CLIENT_ID"], env["GS2_CLIENT_SECRET"]];
  if (credential !== undefined) return credential.map(readCredential);
  return clientId && clientSecret ? [{ clientId, clientSecret }] : [];
}

function readCredential(text: string): EmulatorCredential {
  const [, clientId, clientSecret] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  if (clientId === undefined || clientSecret === undefined) {
    throw invalid("--credential takes a client ID and its secret: --credential CLIENT_ID:SECRET.");
  }
  return { clientId, clientSecret };
}

/** What a strict emulator lacks before a player can log in, as a sentence. */
export function strictWarning(flags: GatewayFlags, env: CommandContext["env"]): string | undefined {
  if (!flags.strict || credentialsOf(flags, env).length > 0) return undefined;
  return "Warning: with --strict and no credential every login is refused. Add --credential CLIENT_ID:SECRET, or set GS2_CLIENT_ID and GS2_CLIENT_SECRET.";
}

const isPortTaken = (error: unknown): boolean =>
  isGatewayError(error) && (error.cause as { code?: unknown } | undefined)?.code === "EADDRINUSE";

async function portTaken(port: number): Promise<Error> {
  const url = `http://127.0.0.1:${port}`;
  let isEmulator = false;
  try {
    const signal = AbortSignal.timeout(1_000);
    const answer = await fetch(`${url}/_emulator/ready`, { redirect: "error", signal });
    isEmulator = ((await answer.json()) as { ready?: unknown }).ready === true;
  } catch {
    // Another program.
  }
  return invalid(
    isEmulator
      ? `Port ${port} is in use: an emulator runs there already, at ${url}. Use that one, stop it, or take another port with --port N.`
      : `Port ${port} is in use by another program. Stop it, or take another port with --port N.`,
  );
}
