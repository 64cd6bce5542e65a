import * as v from "valibot";
import type { WebSocketSession } from "../../wire/models.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { nameText, objectOf, readWith, timeout } from "../schema/schema.js";
import { describeSessions } from "./notify.js";

export interface WaitForSessionOptions {
  userId: string;
  /** Default: any. */
  namespaceName?: string | undefined;
  /** Real time, in milliseconds. Default 5,000. */
  timeoutMs?: number | undefined;
}

const schema = objectOf({
  userId: nameText,
  namespaceName: v.optional(nameText),
  timeoutMs: v.optional(timeout, 5_000),
} satisfies { readonly [Name in keyof Required<WaitForSessionOptions>]: v.GenericSchema });

/**
 * Rejects after `timeoutMs`, or when `stopping` is aborted, with an error that lists the sessions
 * there are.
 */
export async function waitForSession(
  engine: EmulatorEngine,
  given: WaitForSessionOptions,
  stopping: AbortSignal,
): Promise<WebSocketSession> {
  const { userId, namespaceName, timeoutMs } = readWith("waitForSession", schema, given);
  const where = namespaceName === undefined ? "" : ` in ${namespaceName}`;
  return engine.waiters.waitFor(
    () =>
      engine
        .sessions()
        .find(
          (session) =>
            session.userId === userId &&
            (namespaceName === undefined || session.namespaceName === namespaceName),
        ),
    timeoutMs,
    () => `Waited for a session of ${userId}${where}; ${describeSessions(engine.sessions())}.`,
    stopping,
  );
}
