import type { WebSocketSession } from "../../wire/models.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { describeSessions } from "./notify.js";
import { invalid } from "../settings.js";

export interface WaitForSessionOptions {
  userId: string;
  /** Default: any. */
  namespaceName?: string | undefined;
  /** Real time, in milliseconds. Default 5,000. */
  timeoutMs?: number | undefined;
}

/** Rejects at its time, or when `stopping` is aborted, with a sentence that tells which sessions there are instead. */
export async function waitForSession(
  gateway: EmulatorEngine,
  { userId, namespaceName, timeoutMs = 5_000 }: WaitForSessionOptions,
  stopping: AbortSignal,
): Promise<WebSocketSession> {
  if (typeof userId !== "string" || userId === "") {
    throw invalid("waitForSession needs the userId of the player to wait for.");
  }
  if (!(timeoutMs >= 0)) throw invalid("waitForSession's timeoutMs is 0 or more milliseconds.");
  const where = namespaceName === undefined ? "" : ` in ${namespaceName}`;
  return gateway.waiters.waitFor(
    () =>
      gateway
        .sessions()
        .find(
          (session) =>
            session.userId === userId &&
            (namespaceName === undefined || session.namespaceName === namespaceName),
        ),
    timeoutMs,
    () => `Waited for a session of ${userId}${where}; ${describeSessions(gateway.sessions())}.`,
    stopping,
  );
}
