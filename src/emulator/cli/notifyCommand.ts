import type { Command } from "commander";
import { didYouMean } from "../../core/nearest.js";
import { serviceNotifications } from "../../wire/notifications.js";
import { printable } from "../log/eventLog.js";
import { isObject } from "../store/json.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";

const DEFAULT_URL = `http://127.0.0.1:${DEFAULT_PORT}`;

interface GivenFlags {
  readonly user?: string;
  readonly key?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly payload?: string;
  readonly namespace?: string;
  readonly url?: string;
}

type NotifyFlags = GivenFlags & { readonly user: string; readonly payload: string };

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
    .option("--user <id>", "the user to send it to")
    .option("--key <key>", "key of a GS2 service or of the game, e.g. Gs2Matchmaking:Join")
    .option("--subject <text>", "subject, in place of --key")
    .option("--issuer <text>", "issuer, with --subject")
    .option("--payload <text>", "payload, in most cases JSON")
    .option("--namespace <name>", "only sessions in this namespace (default: any)")
    .option("--url <url>", "the emulator (default: GS2_GATEWAY_EMULATOR_URL or its usual port)")
    .action(async (flags: GivenFlags, command: Command) => {
      const { user, payload } = flags;
      // Commander would check required options before it looks for mistyped ones.
      if (user === undefined) return command.error("error: option '--user <id>' is required");
      if (payload === undefined) {
        return command.error("error: option '--payload <text>' is required");
      }
      exit(await run({ ...flags, user, payload }, context));
    });
}

async function run(flags: NotifyFlags, context: CommandContext): Promise<number> {
  const { user, key, subject, issuer, payload, namespace } = flags;
  const url = flags.url ?? context.env["GS2_GATEWAY_EMULATOR_URL"] ?? DEFAULT_URL;
  if (!/^https?:\/\//.test(url)) {
    context.err(
      printable(`${url} is no address: it begins with http://, e.g. ${DEFAULT_URL} (--url URL).`),
    );
    return 1;
  }
  const notification = { userId: user, key, subject, issuer, payload, namespaceName: namespace };
  const reply = await post(`${url.replace(/\/+$/, "")}/_emulator/notifications`, notification);
  if (reply === "noReply") {
    context.err(`No emulator answers at ${url}. Start one with: gs2-gateway emulator`);
    return 1;
  }
  const { message, sendConnectionIds, reason } = reply;
  if (Array.isArray(sendConnectionIds) && sendConnectionIds.length > 0) {
    context.out(`Sent ${key ?? subject ?? ""} to ${user}: ${sendConnectionIds.join(", ")}`);
    for (const hint of hintsOf(flags)) context.err(printable(hint));
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

/** What was probably not meant, of a notification that was sent. */
function hintsOf({ key, payload }: NotifyFlags): string[] {
  const hints: string[] = [];
  if (key?.startsWith("Gs2") && !Object.hasOwn(serviceNotifications, key)) {
    const meant = didYouMean(key, Object.keys(serviceNotifications));
    hints.push(`No service of GS2 is known to send ${key}${meant}.`);
  }
  try {
    JSON.parse(payload);
  } catch {
    hints.push("The payload is not JSON: the game gets it as a text. Check your shell's quotes.");
  }
  return hints;
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
