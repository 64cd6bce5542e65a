import * as v from "valibot";
import type { EmulatorEngine } from "../engine/engine.js";
import { nameText, objectOf, readWith, textUpTo, timeout } from "../schema/schema.js";
import type { DevicePush, OutboxEntry, WaitForPushOptions } from "../store/outbox.js";

const schema = objectOf({
  userId: v.optional(nameText),
  namespaceName: v.optional(nameText),
  token: v.optional(textUpTo(1024)),
  timeoutMs: v.optional(timeout, 5_000),
} satisfies { readonly [Name in keyof Required<WaitForPushOptions>]: v.GenericSchema });

/**
 * Rejects after `timeoutMs`, or when `stopping` is aborted, with an error that describes the
 * outbox.
 */
export async function waitForPush(
  engine: EmulatorEngine,
  given: WaitForPushOptions,
  stopping: AbortSignal,
): Promise<DevicePush> {
  const { timeoutMs, ...filter } = readWith("waitForPush", schema, given);
  return engine.waiters.waitFor(
    () => engine.pushes.take(filter),
    timeoutMs,
    () => `Waited for a push${describeFilter(filter)}; ${describeOutbox(engine.outbox())}`,
    stopping,
  );
}

const describeFilter = ({ userId, namespaceName }: WaitForPushOptions): string =>
  (userId === undefined ? "" : ` to ${userId}`) +
  (namespaceName === undefined ? "" : ` in ${namespaceName}`);

function describeOutbox(entries: readonly OutboxEntry[]): string {
  const last = entries.at(-1);
  return last === undefined
    ? "nothing was sent to a device at all."
    : `the last of ${entries.length} was ${last.subject} to ${last.userId} in ${last.namespaceName}. ${last.reason}`;
}
