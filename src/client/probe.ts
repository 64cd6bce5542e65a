import type { Tokens } from "../connection/calls.js";
import type { State } from "../connection/state.js";
import type { GatewayError } from "../errors.js";
import type { Values } from "../wire/frames.js";
import { describeWebSocketSessions, getServiceVersion, type AnyMethod } from "../wire/methods.js";

/** Sends a method of the table on the socket of this number. */
type CallRow = (
  row: AnyMethod,
  params: Values,
  options: {
    readonly name: string;
    readonly slot: string | undefined;
    readonly generation: number;
    readonly tokens: () => Tokens;
    readonly timeoutMs: number;
  },
) => Promise<unknown>;

/**
 * A small call on the present socket, with the tokens there are: it waits for no provider. Any
 * reply is a sign of life, also a refusal.
 */
export async function probeByCall(
  { slots, generation }: State,
  namespaceOf: (slot: string) => unknown,
  tokensOf: (slot: string | undefined) => Tokens,
  callRow: CallRow,
  timeoutMs: number,
): Promise<void> {
  const slot = Object.keys(slots).find((name) => slots[name]!.state === "held");
  const namespaceName = slot && namespaceOf(slot);
  const options = { name: "ping", slot, generation, tokens: () => tokensOf(slot), timeoutMs };
  try {
    await (namespaceName
      ? callRow(describeWebSocketSessions, { namespaceName, limit: 1 }, options)
      : callRow(getServiceVersion, {}, options));
  } catch (error) {
    if ((error as GatewayError).outcome !== "refused") throw error;
  }
}
