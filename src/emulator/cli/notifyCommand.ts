import type { Command } from "commander";
import { printable } from "../log/eventLog.js";
import { isObject } from "../store/json.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";

interface NotifyFlags {
  readonly user: string;
  readonly key?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly payload: string;
  readonly namespace?: string;
  readonly url?: string;
}

/**
 * `gs2-gateway notify`: sends one notification through a running emulator. Fails when it is not
 * delivered.
 */
export function addNotifyCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("notify")
    .description("send a notification through a running emulator")
    .requiredOption("--user <id>", "the user to send it to")
    .option("--key <key>", "key of a GS2 service or of the game, e.g. Gs2Matchmaking:Join")
    .option("--subject <text>", "subject, in place of --key")
    .option("--issuer <text>", "issuer, with --subject")
    .requiredOption("--payload <text>", "payload, in most cases JSON")
    .option("--namespace <name>", "only sessions in this namespace (default: any)")
    .option("--url <url>", "the emulator (default: GS2_GATEWAY_EMULATOR_URL or its usual port)")
    .action(async (flags: NotifyFlags) => exit(await run(flags, context)));
}

async function run(flags: NotifyFlags, context: CommandContext): Promise<number> {
  const { user, key, subject, issuer, payload, namespace } = flags;
  const url =
    flags.url ?? context.env["GS2_GATEWAY_EMULATOR_URL"] ?? `http://127.0.0.1:${DEFAULT_PORT}`;
  const notification = { userId: user, key, subject, issuer, payload, namespaceName: namespace };
  const reply = await post(`${url.replace(/\/+$/, "")}/_emulator/notifications`, notification);
  if (reply === "noReply") {
    context.err(`No emulator answers at ${url}. Start one with: gs2-gateway emulator`);
    return 1;
  }
  const { message, sendConnectionIds, reason } = reply;
  if (Array.isArray(sendConnectionIds) && sendConnectionIds.length > 0) {
    context.out(`Sent ${key ?? subject ?? ""} to ${user}: ${sendConnectionIds.join(", ")}`);
    return 0;
  }
  const why =
    typeof reason === "string"
      ? `Not delivered. ${reason}`
      : typeof message === "string"
        ? message
        : `The server at ${url} is not the emulator. Name the emulator's address: --url URL.`;
  context.err(printable(why));
  return 1;
}

async function post(url: string, body: unknown): Promise<Record<string, unknown> | "noReply"> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body: JSON.stringify(body), redirect: "error" });
  } catch {
    return "noReply";
  }
  try {
    const reply: unknown = await response.json();
    return isObject(reply) ? reply : {};
  } catch {
    return {};
  }
}
