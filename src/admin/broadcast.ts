import { GatewayError, invalidArgument } from "../errors.js";
import { fitsHeader } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import type { Values } from "../wire/frames.js";
import { sendNotification } from "../wire/methods.js";
import type { SendNotificationResult } from "../wire/requests.js";
import { wait } from "./backoff.js";
import { isThrottled, type Caller } from "./caller.js";
import type { RunOptions, RunSummary, UserResult } from "./options.js";

const NAME = "sendNotificationToUsers";
const CONCURRENCY = 16;
const MOST_CONCURRENCY = 1_000;
const MOST_TRIES = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export interface BroadcastPorts {
  readonly clock: Clock;
  readonly call: Caller;
  readonly newId: () => string;
}

/** Makes all workers of a run wait together, longer each time the server says "later". */
interface Pace {
  /** Resolves when a call may leave, or when the signal aborts. */
  readonly turn: () => Promise<void>;
  readonly round: () => number;
  /** The server said "later" to a call that left in this round. */
  readonly slow: (round: number) => void;
  readonly well: (round: number) => void;
}

function createPace(clock: Clock, signal: AbortSignal | undefined): Pace {
  let round = 0;
  let level = 0;
  let resting: Promise<void> | undefined;
  return {
    async turn() {
      while (resting && !signal?.aborted) await resting;
    },
    round: () => round,
    slow(from) {
      // Calls that left together are refused together: that is one refusal.
      if (from !== round) return;
      round++;
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** level++);
      resting = wait(clock, longest * (0.5 + clock.random() / 2), signal).then(() => {
        resting = undefined;
      });
    },
    well(from) {
      if (from === round) level = 0;
    },
  };
}

type Source = Iterator<unknown> | AsyncIterator<unknown>;

function openSource(userIds: unknown): Source {
  const list = Object(userIds) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  // A text is a list of its characters, and never meant so.
  const open =
    typeof userIds === "string" ? undefined : (list[Symbol.asyncIterator] ?? list[Symbol.iterator]);
  if (!open) throw invalidArgument(NAME, "userIds", "must be a list of texts");
  return (open as () => Source).call(list);
}

const outcomeOf = ({
  protocol,
  sendConnectionIds,
}: SendNotificationResult): "delivered" | "forwarded" | "nobody" => {
  if (sendConnectionIds?.length) return "delivered";
  if (!protocol) return "nobody";
  // GS2 lists no values of `protocol`.
  if (!/^web_?socket$/i.test(protocol)) return "forwarded";
  return sendConnectionIds ? "nobody" : "delivered";
};

/** Every other user would end in the same way. */
const endsAll = (error: GatewayError): boolean =>
  error.kind === "unauthorized" ||
  (error.kind === "notFound" && error.errors[0]?.component === "namespace");

export function createBroadcast({ clock, call, newId }: BroadcastPorts) {
  /** @param notification checked */
  return async function sendToUsers(
    userIds: unknown,
    notification: Values,
    { concurrency = CONCURRENCY, signal, onResult, timeoutMs, runId }: RunOptions,
  ): Promise<RunSummary> {
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
    const source = openSource(userIds);
    const summary: RunSummary = { delivered: 0, forwarded: 0, nobody: 0, failed: 0 };
    /** No further user is taken, and nobody waits for a turn. */
    const halt = new AbortController();
    const onAbort = (): void => halt.abort();
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    const pace = createPace(clock, halt.signal);
    const run = {
      /** Why, where it is not the signal. */
      stop: undefined as GatewayError | undefined,
      didSend: false,
      /** The list has ended. */
      drained: false,
      /** The list was asked and has not answered. */
      looking: false,
      /** A user was taken and not sent to. */
      dropped: false,
    };
    const stop = (error: GatewayError): void => {
      run.stop ??= error;
      halt.abort();
    };
    const failure = (kind: "aborted" | "unknown", problem: string, cause?: unknown): GatewayError =>
      new GatewayError({
        kind,
        message: `${NAME}: ${problem}`,
        method: NAME,
        outcome: run.didSend ? "unknown" : "notSent",
        cause,
      });

    const look = async (): Promise<{ userId: unknown } | undefined> => {
      if (run.drained || halt.signal.aborted) return undefined;
      run.looking = true;
      try {
        const next = await unlessAborted(source.next(), halt.signal);
        // A list that is still looking is not waited for.
        if (!next) return undefined;
        run.looking = false;
        if (!next.done) return { userId: next.value };
      } catch (cause) {
        run.looking = false;
        stop(failure("unknown", "the list of users failed", cause));
      }
      run.drained = true;
      return undefined;
    };
    let taking: Promise<unknown> = Promise.resolve();
    /** One at a time: not every list can be asked again while it is looking. */
    const take = (): ReturnType<typeof look> => {
      const mine = taking.then(look);
      taking = mine;
      return mine;
    };

    /** Undefined: the run was stopped before anything reached the user. */
    const sendTo = async (userId: unknown): Promise<UserResult | undefined> => {
      const name = userId as string;
      const duplicationAvoider = runId === undefined ? newId() : avoiderOf(runId, name);
      for (let tries = 1; ; tries++) {
        await pace.turn();
        if (halt.signal.aborted) return undefined;
        const round = pace.round();
        try {
          const result = (await call(
            sendNotification,
            { ...notification, userId },
            { timeoutMs, duplicationAvoider, onSend: () => (run.didSend = true) },
          )) as SendNotificationResult;
          pace.well(round);
          return { userId: name, outcome: outcomeOf(result) };
        } catch (thrown) {
          const error = thrown as GatewayError;
          if (endsAll(error)) stop(error);
          if (isThrottled(error)) pace.slow(round);
          if (!isThrottled(error) || tries === MOST_TRIES) {
            return { userId: name, outcome: "failed", error };
          }
        }
      }
    };

    const work = async (): Promise<void> => {
      for (let taken; (taken = await take());) {
        const result = await sendTo(taken.userId);
        if (!result) {
          run.dropped = true;
          return;
        }
        summary[result.outcome]++;
        try {
          await onResult?.(result);
        } catch (cause) {
          // Without its record the run could not be resumed.
          stop(failure("unknown", "onResult failed", cause));
        }
      }
    };

    await Promise.all(Array.from({ length: concurrency }, work));
    signal?.removeEventListener("abort", onAbort);
    // Ends a wait that nobody waits for any more: it would hold Node.
    halt.abort();
    if (!run.drained) {
      const closed = closeSource(source);
      if (!run.looking) await closed;
    }
    if (run.stop) throw run.stop;
    if (signal?.aborted && (run.dropped || !run.drained)) throw failure("aborted", "aborted");
    return summary;
  };
}

/** What comes, or undefined as soon as the signal aborts. */
function unlessAborted<Value>(
  coming: Value | PromiseLike<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    const came = (): void => signal.removeEventListener("abort", leave);
    signal.addEventListener("abort", leave);
    Promise.resolve(coming).finally(came).then(resolve, reject);
  });
}

const closeSource = async (source: Source): Promise<void> => {
  try {
    await source.return?.();
  } catch {
    // It was to be left anyway.
  }
};

/** The same for the same user of the same run. */
function avoiderOf(runId: string, userId: string): string {
  try {
    return `${runId}-${encodeURIComponent(userId)}`;
  } catch {
    // Half a character: the call refuses it.
    return runId;
  }
}
