import {
  checkCleanUserDataByUserId,
  checkDumpUserDataByUserId,
  checkImportUserDataByUserId,
  cleanUserDataByUserId,
  dumpUserDataByUserId,
  getFirebaseTokenByUserId,
  importUserDataByUserId,
  prepareImportUserDataByUserId,
  setFirebaseTokenByUserId,
} from "../../../wire/methods.js";
import type { DoctorGateway } from "./gateway.js";
import { row, type DoctorRow } from "./rows.js";
import { CHECKS, momentsIn } from "./patience.js";
import { describe, inSeconds, type Seen } from "./seen.js";
import { boundPlayer, type Examination, type TimedProbe, type Wait } from "./probe.js";

const urlOf = ({ status, body: { url } }: Seen): string | undefined =>
  status === 200 && typeof url === "string" ? url : undefined;

function runningRow(started: Seen, seen: Seen): DoctorRow {
  const { status } = seen;
  const isDone = urlOf(seen) !== undefined;
  const value =
    status === 200
      ? "nullUrl"
      : status === 404
        ? 404
        : status === 409 || status === 405
          ? 409
          : undefined;
  return row(
    "checkWhileRunning",
    started.status !== 200 || isDone ? undefined : value,
    isDone
      ? "the dump was done at once"
      : `the check of a dump (${describe(started)}) gets ${describe(seen)} at once`,
  );
}

/** The time after which a job is looked at again. */
const waitForJob = async ({ gateway }: Examination, jobMs: number): Promise<void> => {
  if (jobMs > 0) await gateway.wait(jobMs);
  await gateway.pause();
};

/** Starts the import of a dump without tokens, for a user who has one. Throws where it cannot. */
async function startImport(
  { gateway, namespaceName }: Examination,
  userId: string,
  dumpUrl: string,
): Promise<() => Promise<DoctorRow>> {
  const dump = await gateway.transfer(dumpUrl);
  if (dump === undefined) throw new Error("the file of a dump cannot be read");
  const byUser = { namespaceName, userId };
  await gateway.rest(setFirebaseTokenByUserId, { ...byUser, token: "doctor" });
  const { body } = await gateway.rest(prepareImportUserDataByUserId, { userId });
  const { uploadToken, uploadUrl } = body;
  if (typeof uploadUrl !== "string" || (await gateway.transfer(uploadUrl, dump)) === undefined) {
    throw new Error("the file of an import cannot be sent");
  }
  const params = { userId, uploadToken };
  await gateway.rest(importUserDataByUserId, params);
  return async () => {
    const seen = await gateway.rest(checkImportUserDataByUserId, params);
    if (!urlOf(seen)) throw new Error(`the import takes longer: its check gets ${describe(seen)}`);
    const { status } = await gateway.rest(getFirebaseTokenByUserId, byUser);
    return row(
      "importReplaces",
      status === 200 ? false : status === 404 ? true : undefined,
      `after the import of a dump without a token, the user's token is ${status === 200 ? "there" : `gone (status ${status})`}`,
    );
  };
}

async function startClean(examination: Examination): Promise<() => Promise<DoctorRow>> {
  const { gateway } = examination;
  const bound = await boundPlayer(examination, "clean");
  const { userId } = bound;
  await gateway.rest(cleanUserDataByUserId, { userId });
  return async () => {
    const seen = await gateway.rest(checkCleanUserDataByUserId, { userId });
    const isOpen = seen.status === 200 ? await bound.isOpen() : undefined;
    return row(
      "cleanCutsSessions",
      isOpen === undefined ? undefined : !isOpen,
      isOpen === undefined
        ? `the clean takes longer: its check gets ${describe(seen)}`
        : `after a clean the user's socket is ${isOpen ? "open" : "closed"}`,
    );
  };
}

/** The dump is started before the wait; import and clean follow it and take as long. */
export const userData: TimedProbe = {
  name: "user data",
  calls: 2 + CHECKS + 5 + 3,
  async start(examination) {
    const { gateway, user, patienceMs } = examination;
    const userId = user("dump");
    const started = await gateway.rest(dumpUserDataByUserId, { userId });
    let seen = await gateway.rest(checkDumpUserDataByUserId, { userId });
    let runningMs = 0;
    let doneMs = urlOf(seen) === undefined ? undefined : 0;
    const dump: Wait = {
      moments: started.status === 200 && doneMs === undefined ? momentsIn(patienceMs) : [],
      async check(momentMs) {
        seen = await gateway.rest(checkDumpUserDataByUserId, { userId });
        if (urlOf(seen) === undefined) runningMs = momentMs;
        else doneMs = momentMs;
        return doneMs !== undefined;
      },
    };
    return {
      waits: [dump],
      rows: [runningRow(started, seen)],
      async finish() {
        const url = urlOf(seen);
        const duration = row(
          "jobDurationMs",
          doneMs,
          doneMs === 0
            ? "a dump is done at once"
            : doneMs !== undefined
              ? `a dump is not done after ${inSeconds(runningMs)}, and done after ${inSeconds(doneMs)}`
              : `a dump takes longer than ${inSeconds(runningMs)}: its check gets ${describe(seen)}`,
        );
        if (url === undefined || doneMs === undefined) {
          const evidence = `the dump takes longer: its check gets ${describe(seen)}`;
          return [
            duration,
            row("importReplaces", undefined, evidence),
            row("cleanCutsSessions", undefined, evidence),
          ];
        }
        const imported = await attempt(gateway, () => startImport(examination, userId, url));
        const cleaned = await attempt(gateway, () => startClean(examination));
        await waitForJob(examination, doneMs);
        return [
          duration,
          await finished(gateway, "importReplaces", imported),
          await finished(gateway, "cleanCutsSessions", cleaned),
        ];
      },
    };
  },
};

/** The result, or the error unless the run was stopped. */
async function attempt<Value>(
  { target }: DoctorGateway,
  run: () => Promise<Value>,
): Promise<Value | Error> {
  try {
    return await run();
  } catch (error) {
    target.signal.throwIfAborted();
    return error as Error;
  }
}

/** A job that fails leaves the other alone. */
async function finished(
  gateway: DoctorGateway,
  setting: "importReplaces" | "cleanCutsSessions",
  started: (() => Promise<DoctorRow>) | Error,
): Promise<DoctorRow> {
  const result = started instanceof Error ? started : await attempt(gateway, started);
  return result instanceof Error ? row(setting, undefined, result.message) : result;
}
