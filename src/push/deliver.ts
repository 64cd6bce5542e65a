import { GatewayError } from "../errors.js";
import type { WorkerMessage } from "./protocol.js";
import { scopeOf } from "./registerWorker.js";

/**
 * Hands a message to the push worker as if the push service had sent it: for tests and for the emulator, which sends nothing out. It takes
 * what Firebase would hand over, `{ fcmMessageId, data, notification, fcmOptions }`: the emulator's outbox has it as `message`.
 *
 * @param registration default: that of the worker `createPush` installs for this page
 */
export async function deliverToWorker(
  message: object,
  registration?: ServiceWorkerRegistration,
): Promise<void> {
  const its =
    registration ?? (await navigator.serviceWorker.getRegistration(scopeOf(document.baseURI)));
  if (!its?.active) {
    throw new GatewayError({
      kind: "push",
      method: "deliverToWorker",
      message: "deliverToWorker: there is no active push worker; enable() installs it.",
    });
  }
  its.active.postMessage({ gs2Gateway: "deliver", message } satisfies WorkerMessage);
}
