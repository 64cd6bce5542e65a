import { isObject } from "../store/json.js";
import { DEFAULT_PORT, type CommandContext } from "./context.js";

export interface NotifyFlags {
  readonly user: string;
  readonly key?: string;
  readonly subject?: string;
  readonly issuer?: string;
  readonly payload: string;
  readonly namespace?: string;
  readonly url?: string;
}

/** `gs2-gateway notify`: sends one notification through a running emulator. Fails when nobody got it. */
export async function notifyCommand(flags: NotifyFlags, host: CommandContext): Promise<number> {
  const { user, key, subject, issuer, payload, namespace } = flags;
  const url =
    flags.url ?? host.env["GS2_GATEWAY_EMULATOR_URL"] ?? `http://127.0.0.1:${DEFAULT_PORT}`;
  const given = { userId: user, key, subject, issuer, payload, namespaceName: namespace };
  const answer = await post(`${url.replace(/\/+$/, "")}/_emulator/notifications`, given);
  if (answer === "nobody") {
    host.err(`No emulator answers at ${url}. Start one with: gs2-gateway emulator`);
    return 1;
  }
  const { message, sendConnectionIds, reason } = answer;
  if (Array.isArray(sendConnectionIds) && sendConnectionIds.length > 0) {
    host.out(`Sent ${key ?? subject ?? ""} to ${user}: ${sendConnectionIds.join(", ")}`);
    return 0;
  }
  host.err(
    typeof reason === "string"
      ? `Nobody got it. ${reason}`
      : typeof message === "string"
        ? message
        : `What answers at ${url} is not the emulator.`,
  );
  return 1;
}

async function post(url: string, body: unknown): Promise<Record<string, unknown> | "nobody"> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  } catch {
    return "nobody";
  }
  try {
    const answer: unknown = await response.json();
    return isObject(answer) ? answer : {};
  } catch {
    return {};
  }
}
