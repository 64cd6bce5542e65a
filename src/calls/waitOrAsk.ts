import type { GatewayClient } from "../client/client.js";
import type { AbortOptions } from "../core/deferred.js";
import { internalsOf } from "../core/internals.js";
import { GatewayError, isGatewayError } from "../errors.js";
import type { Mark } from "../notify/history.js";
import type { Notification } from "../notify/notification.js";
import type { WaitOptions } from "../notify/notificationSource.js";
import { classifyFailure } from "../wire/failures.js";

/** How long to wait for a notification before the first time to ask; doubled each time. */
const FIRST_ASK_MS = 5_000;
const SHORTEST_ASK_MS = 1_000;
const LONGEST_ASK_MS = 40_000;

/** A wait for something the server does, until a common deadline. */
export interface WaitContext {
  readonly gateway: GatewayClient;
  readonly since: Mark;
  /** On the client's clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** It has not run yet, or the failure may pass. */
const isNotYet = ({ kind }: GatewayError): boolean =>
  kind === "notFound" || classifyFailure(kind) === "retry";

/** The same failure, as that of a transaction that may have run, whatever was refused. */
function asUnknown(error: GatewayError): GatewayError {
  const { kind, status, errors, message } = error;
  const method = "transaction";
  return new GatewayError({
    ...{ kind, status, errors, method },
    cause: error,
    outcome: "unknown",
    message: `${method}: ${message}`,
  });
}

/** The kind of failure where a wait ended for a reason to ask. */
async function waitFor(
  gateway: GatewayClient,
  options: WaitOptions,
): Promise<Notification | "gap" | "requestTimeout"> {
  try {
    return await gateway.waitFor("*", options);
  } catch (error) {
    if (isGatewayError(error, "gap") || isGatewayError(error, "requestTimeout")) return error.kind;
    throw isGatewayError(error) ? asUnknown(error) : error;
  }
}

/**
 * The first notification that matches, or, where `ask` is given, the answer of a call that says the
 * same: asked after a gap, and when no notification comes. An `ask` that fails with `notFound`, or
 * in a way that may pass, is asked again.
 */
export async function waitOrAsk<Answer>(
  { gateway, since, deadline, signal }: WaitContext,
  where: (notification: Notification) => boolean,
  ask?: (options: AbortOptions) => Promise<Answer>,
  firstAskMs = FIRST_ASK_MS,
): Promise<{ readonly notification: Notification } | { readonly answer: Answer }> {
  const { clock } = internalsOf(gateway)!.settings.platform;
  let sliceMs = firstAskMs;
  let onGap: "reject" | "keep" = "reject";
  for (;;) {
    const leftMs = Math.max(0, deadline - clock.now());
    const timeoutMs = ask ? Math.min(sliceMs, leftMs) : leftMs;
    const end =
      sliceMs === 0
        ? "requestTimeout"
        : await waitFor(gateway, { since, where, signal, timeoutMs, onGap });
    if (typeof end === "object") return { notification: end };
    // What comes after the gap is found by the same mark.
    if (end === "gap") onGap = "keep";
    else sliceMs = Math.min(Math.max(2 * sliceMs, SHORTEST_ASK_MS), LONGEST_ASK_MS);
    const isOver = end === "requestTimeout" && leftMs <= timeoutMs;
    if (ask) {
      try {
        const restMs = Math.max(1, deadline - clock.now());
        // The last time it has the time of any call.
        return { answer: await ask({ signal, timeoutMs: isOver ? undefined : restMs }) };
      } catch (failure) {
        if (!isGatewayError(failure) || failure.kind === "invalidArgument") throw failure;
        if (!isNotYet(failure)) throw asUnknown(failure);
      }
    }
    if (!isOver) continue;
    throw new GatewayError({
      kind: "requestTimeout",
      method: "transaction",
      outcome: "unknown",
      message: "transaction: nothing says that it has run",
    });
  }
}
