import { GatewayError, invalidArgument } from "../errors.js";
import { fitsHeader } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import type { Values } from "../wire/frames.js";
import { sendNotification } from "../wire/methods.js";
import type { SendNotificationResult } from "../wire/requests.js";
import { createThrottle, type Throttle } from "./backoff.js";
import { isThrottled, type Caller } from "./caller.js";
import type { RunOptions, RunSummary, UserResult } from "./options.js";
import { openUserSource, type UserSource } from "./userSource.js";

const NAME = "sendNotificationToUsers";
const CONCURRENCY = 16;
const MOST_CONCURRENCY = 1_000;
const MOST_TRIES = 8;

export interface BroadcastPorts {
  readonly clock: Clock;
  readonly call: Caller;
  readonly newId: () => string;
}

const outcomeOf = ({
  protocol,
  sendConnectionIds,
}: SendNotificationResult): "delivered" | "forwarded" | "undelivered" => {
  if (sendConnectionIds?.length) return "delivered";
  if (!protocol) return "undelivered";
  // GS2 lists no values of `protocol`.
  if (!/^web_?socket$/i.test(protocol)) return "forwarded";
  return sendConnectionIds ? "undelivered" : "delivered";
};

/** Every further user would fail in the same way. */
const endsRun = (error: GatewayError): boolean =>
  error.kind === "unauthorized" ||
  (error.kind === "notFound" && error.errors[0]?.component === "namespace");

/** One run of sendNotificationToUsers. */
interface Run {
  readonly options: RunOptions;
  readonly notification: Values;
  readonly source: UserSource;
  readonly throttle: Throttle;
  readonly summary: RunSummary;
  /** Aborts: no further user is taken, and no worker waits for the throttle. */
  readonly halt: AbortController;
  wasSent: boolean;
  /** A user was taken from the list and not sent to. */
  dropped: boolean;
  /** Why the run was stopped, other than by the signal. */
  error: GatewayError | undefined;
}

const stop = (run: Run, error: GatewayError): void => {
  run.error ??= error;
  run.halt.abort();
};

const failure = (
  { wasSent }: Run,
  kind: "aborted" | "unknown",
  problem: string,
  cause?: unknown,
): GatewayError =>
  new GatewayError({
    kind,
    message: `${NAME}: ${problem}`,
    method: NAME,
    outcome: wasSent ? "unknown" : "notSent",
    cause,
  });

function checkRunOptions({ concurrency = CONCURRENCY, runId }: RunOptions): void {
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MOST_CONCURRENCY)) {
    throw invalidArgument(
      NAME,
      "concurrency",
      `must be a whole number from 1 to ${MOST_CONCURRENCY}`,
    );
  }
  if (runId !== undefined && !fitsHeader(runId)) {
    throw invalidArgument(NAME, "runId", "must be printable ASCII");
  }
}

/** Undefined when the run was stopped before anything was sent to the user. */
async function sendTo(
  { call, newId }: BroadcastPorts,
  run: Run,
  userId: unknown,
): Promise<UserResult | undefined> {
  const { throttle, notification, halt, options } = run;
  const { runId, timeoutMs } = options;
  const name = userId as string;
  const duplicationAvoider = runId === undefined ? newId() : duplicationAvoiderOf(runId, name);
  for (let tries = 1; ; tries++) {
    const round = await throttle.acquire();
    if (halt.signal.aborted) return undefined;
    try {
      const result = (await call(
        sendNotification,
        { ...notification, userId },
        { timeoutMs, duplicationAvoider, onSend: () => (run.wasSent = true) },
      )) as SendNotificationResult;
      throttle.onSuccess(round);
      return { userId: name, outcome: outcomeOf(result) };
    } catch (thrown) {
      const error = thrown as GatewayError;
      if (endsRun(error)) stop(run, error);
      if (isThrottled(error)) throttle.onThrottled(round);
      if (!isThrottled(error) || tries === MOST_TRIES) {
        return { userId: name, outcome: "failed", error };
      }
    }
  }
}

async function work(ports: BroadcastPorts, run: Run): Promise<void> {
  for (let taken; (taken = await run.source.next());) {
    const result = await sendTo(ports, run, taken.userId);
    if (!result) {
      run.dropped = true;
      return;
    }
    run.summary[result.outcome]++;
    try {
      await run.options.onResult?.(result);
    } catch (cause) {
      // Without its record the run could not be resumed.
      stop(run, failure(run, "unknown", "onResult failed", cause));
    }
  }
}

export const createBroadcast =
  (ports: BroadcastPorts) =>
  /** @param notification checked */
  async (userIds: unknown, notification: Values, options: RunOptions): Promise<RunSummary> => {
    checkRunOptions(options);
    const { concurrency = CONCURRENCY, signal } = options;
    const halt = new AbortController();
    const source = openUserSource(userIds, halt.signal, (cause) =>
      stop(run, failure(run, "unknown", "the list of users failed", cause)),
    );
    if (!source) throw invalidArgument(NAME, "userIds", "must be a list of texts");
    const run: Run = {
      options,
      notification,
      source,
      throttle: createThrottle(ports.clock, halt.signal),
      summary: { delivered: 0, forwarded: 0, undelivered: 0, failed: 0 },
      halt,
      wasSent: false,
      dropped: false,
      error: undefined,
    };
    const onAbort = (): void => halt.abort();
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();

    await Promise.all(Array.from({ length: concurrency }, () => work(ports, run)));
    signal?.removeEventListener("abort", onAbort);
    // Ends a pause of the throttle: its timer would keep Node running.
    halt.abort();
    await source.close();
    if (run.error) throw run.error;
    if (signal?.aborted && (run.dropped || !source.hasEnded())) {
      throw failure(run, "aborted", "aborted");
    }
    return run.summary;
  };

/** The same text for the same user of the same run. */
function duplicationAvoiderOf(runId: string, userId: string): string {
  try {
    return `${runId}-${encodeURIComponent(userId)}`;
  } catch {
    // A lone surrogate: the call rejects it as an invalid argument.
    return runId;
  }
}
