import type { State } from "../connection/state.js";
import type { GatewayError } from "../errors.js";
import { describeWebSocketSessions, getServiceVersion, type AnyMethod } from "../wire/methods.js";
import type { Values } from "../wire/frames.js";

/** @internal */
export interface ProbePorts {
  readonly state: () => State;
  readonly namespaceOf: (slot: string) => unknown;
  readonly callRow: (
    row: AnyMethod,
    params: Values,
    options: {
      readonly slot: string | undefined;
      readonly generation: number;
      readonly timeoutMs: number;
    },
  ) => Promise<unknown>;
}

/** A small call on the present socket. Any reply is a sign of life, also a refusal. */
export async function probeByCall(ports: ProbePorts, timeoutMs: number): Promise<void> {
  const { slots, generation } = ports.state();
  const slot = Object.keys(slots).find((name) => slots[name]!.state === "held");
  const namespaceName = slot === undefined ? undefined : ports.namespaceOf(slot);
  const options = { slot, generation, timeoutMs };
  try {
    await (namespaceName === undefined
      ? ports.callRow(getServiceVersion, {}, options)
      : ports.callRow(describeWebSocketSessions, { namespaceName, limit: 1 }, options));
  } catch (error) {
    if ((error as GatewayError).outcome !== "refused") throw error;
  }
}
