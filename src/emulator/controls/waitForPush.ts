import type { EmulatorEngine } from "../engine/engine.js";
import type { DevicePush, OutboxEntry, WaitForPushOptions } from "../store/outbox.js";
import { invalid } from "../settings.js";

/** Rejects at its time, or when `stopping` is aborted, with a sentence that tells what was sent to a device instead. */
export async function waitForPush(
  gateway: EmulatorEngine,
  { timeoutMs = 5_000, ...wish }: WaitForPushOptions,
  stopping: AbortSignal,
): Promise<DevicePush> {
  if (!(timeoutMs >= 0)) throw invalid("waitForPush's timeoutMs is 0 or more milliseconds.");
  return gateway.waiters.waitFor(
    () => gateway.pushes.take(wish),
    timeoutMs,
    () => `Waited for a push${describeWish(wish)}; ${describeOutbox(gateway.outbox())}`,
    stopping,
  );
}

const describeWish = ({ userId, namespaceName }: WaitForPushOptions): string =>
  (userId === undefined ? "" : ` to ${userId}`) +
  (namespaceName === undefined ? "" : ` in ${namespaceName}`);

function describeOutbox(entries: readonly OutboxEntry[]): string {
  const last = entries.at(-1);
  return last === undefined
    ? "nothing was sent to a device at all."
    : `the last of ${entries.length} was ${last.subject} to ${last.userId} in ${last.namespaceName}. ${last.reason}`;
}
