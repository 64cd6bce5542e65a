import type { GatewayClient } from "../client/client.js";
import { checkTime, type AbortOptions } from "../core/deferred.js";
import { internalsOf } from "../core/internals.js";
import { GatewayError, invalidArgument } from "../errors.js";
import type { Mark } from "../notify/history.js";
import type { Notification } from "../notify/notification.js";
import { kindOfStatus } from "../wire/failures.js";
import type { Values } from "../wire/frames.js";
import type { IssuedTransaction } from "./definitions/common.js";
import { getStampSheetResult, type StampSheetResult } from "./definitions/distributor.js";
import { getJobResult } from "./definitions/jobQueue.js";
import { markBefore } from "./transactionMarks.js";
import { waitOrAsk, type WaitContext } from "./waitOrAsk.js";

export interface TransactionOptions extends AbortOptions {
  /**
   * The moment before the call, by `gateway.mark()`: the notification may come before its result.
   * Default: that moment, for the result of a definition; now, for any other.
   */
  since?: Mark | undefined;
  /**
   * Namespace of GS2-Distributor that runs the transactions. Where given, GS2-Distributor is asked
   * for the result: after the notification, after a gap in which it may have been lost, and where
   * none comes. Each time is a call that GS2 bills. Default: not asked.
   */
  distributorNamespaceName?: string | undefined;
  /** Whose transaction it is. Default `player`. */
  slot?: string | undefined;
  /** Default 30,000. */
  timeoutMs?: number | undefined;
}

/** A transaction that has run. */
export interface FinishedTransaction {
  /** Undefined where the call issued none. */
  readonly transactionId: string | undefined;
  /** The notification that says so; undefined where the result was found by asking. */
  readonly notification: Notification | undefined;
  /** With `distributorNamespaceName`: what its actions led to. */
  readonly result: StampSheetResult | undefined;
  /** With `distributorNamespaceName`: the names of the jobs it put in a queue, which have run. */
  readonly jobNames: readonly string[];
}

const TIMEOUT_MS = 30_000;
const RUN = /^Gs2Distributor:AutoRun(Transaction|StampSheet)Notification$/;
const JOB_RUN = "Gs2JobQueue:RunNotification";
const PUSH = "Gs2JobQueue:PushByUserId";

const fieldsOf = (json: unknown): Values => {
  try {
    return Object(typeof json === "string" ? JSON.parse(json) : json) as Values;
  } catch {
    return {};
  }
};

/** Throws where an action of the transaction was refused: then none of it is to be relied on. */
function requireSuccess(result: StampSheetResult): void {
  const { verifyTaskResultCodes, taskResultCodes, sheetResultCode } = result;
  const codes = [...(verifyTaskResultCodes ?? []), ...(taskResultCodes ?? []), sheetResultCode];
  const status = codes.find((code) => code != null && Math.floor(code / 100) !== 2);
  if (status == null) return;
  throw new GatewayError({
    kind: kindOfStatus(status),
    method: "transaction",
    status,
    outcome: "refused",
    message: `transaction: an action was refused with ${status}`,
  });
}

/** The jobs that a transaction has put in a queue which runs them by itself. */
function jobsOf({ sheetRequest, sheetResult }: StampSheetResult) {
  const { items, autoRun } = fieldsOf(sheetResult);
  const { namespaceName } = fieldsOf(sheetRequest?.request);
  const isPush = sheetRequest?.action === PUSH && autoRun !== false && Array.isArray(items);
  const jobs = isPush ? (items as readonly Values[]) : [];
  return jobs.map(({ name }) => ({ jobName: String(name), namespaceName: String(namespaceName) }));
}

/** One transaction, without those it leads to. */
async function waitForRun(
  wait: WaitContext,
  transactionId: string,
  { distributorNamespaceName: namespaceName, slot }: TransactionOptions,
): Promise<Pick<FinishedTransaction, "notification" | "result">> {
  const { gateway } = wait;
  const read =
    namespaceName === undefined
      ? undefined
      : async (options: AbortOptions) => {
          const given = { namespaceName, transactionId };
          return (await gateway.call(getStampSheetResult, given, { ...options, slot })).item;
        };
  const found = await waitOrAsk(
    wait,
    ({ key, payload }) => RUN.test(key) && fieldsOf(payload)["transactionId"] === transactionId,
    read,
  );
  if ("answer" in found) return { notification: undefined, result: found.answer };
  const { notification } = found;
  if (!read) return { notification, result: undefined };
  const result = await waitOrAsk(wait, () => false, read, 0);
  return { notification, result: "answer" in result ? result.answer : undefined };
}

async function waitForJobs(
  wait: WaitContext,
  result: StampSheetResult,
  slot: string | undefined,
): Promise<string[]> {
  const jobs = jobsOf(result);
  for (const job of jobs) {
    await waitOrAsk(
      wait,
      ({ key, payload }) => key === JOB_RUN && fieldsOf(payload)["jobName"] === job.jobName,
      (options) => wait.gateway.call(getJobResult, job, { ...options, slot }),
    );
  }
  return jobs.map(({ jobName }) => jobName);
}

/**
 * Waits until the transaction of a call has run: GS2 gives rewards by transactions that it runs
 * after the call, and notifies the player.
 *
 * ```ts
 * const result = await gateway.call(complete, { namespaceName, missionGroupName, missionTaskName });
 * await transaction(gateway, result);
 * ```
 *
 * Resolves with `Gs2Distributor:AutoRunTransactionNotification` or `AutoRunStampSheetNotification`
 * of the result's `transactionId`, at once where the result has none. The notification says that
 * the transaction has run, not that it succeeded: with `distributorNamespaceName` its result is
 * read too, the transactions and jobs it leads to are waited for, and an action that was refused
 * rejects with the kind of its status.
 *
 * Rejects with outcome `unknown` where the transaction may have run, or may yet: with
 * `requestTimeout`, `aborted` or `notConnected` (the client was disposed), and with the kind of the
 * failure where GS2-Distributor or GS2-JobQueue refuse to answer (400, 401, 409). Rejects with
 * `invalidArgument` where the server does not run it by itself.
 */
export async function transaction(
  gateway: GatewayClient,
  result: IssuedTransaction,
  options: TransactionOptions = {},
): Promise<FinishedTransaction> {
  const { timeoutMs = TIMEOUT_MS, signal, slot } = options;
  if (!internalsOf(gateway)) {
    throw invalidArgument("transaction", "gateway", "must be a GatewayClient");
  }
  checkTime("transaction", "timeoutMs", timeoutMs);
  const { transactionId, autoRunStampSheet } = result;
  if (!transactionId) {
    return { transactionId: undefined, notification: undefined, result: undefined, jobNames: [] };
  }
  if (autoRunStampSheet === false) {
    const problem = "is false: the namespace must have enableAutoRun in its transactionSetting";
    throw invalidArgument("transaction", "autoRunStampSheet", problem);
  }
  const { clock } = internalsOf(gateway)!.settings.platform;
  const wait: WaitContext = {
    gateway,
    since: options.since ?? markBefore(result) ?? gateway.mark(),
    deadline: clock.now() + timeoutMs,
    signal,
  };
  const first = await waitForRun(wait, transactionId, options);
  const jobNames: string[] = [];
  for (let last = first.result; last;) {
    requireSuccess(last);
    jobNames.push(...(await waitForJobs(wait, last, slot)));
    const next = last.nextTransactionId;
    last = next ? (await waitForRun(wait, next, options)).result : undefined;
  }
  return { ...first, transactionId, jobNames };
}
