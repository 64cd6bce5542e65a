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
  type AnyMethod,
} from "../../../wire/methods.js";
import type { DoctorGateway } from "./gateway.js";
import { row, type DoctorRow } from "./rows.js";
import { describe, type Seen } from "./seen.js";
import { boundPlayer, type Examination, type Probe } from "./sessionProbes.js";

const urlOf = ({ status, body: { url } }: Seen): string | undefined =>
  status === 200 && typeof url === "string" ? url : undefined;

/** The second check comes when a short job is done. */
async function checkAgain(
  gateway: DoctorGateway,
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
): Promise<Seen> {
  await gateway.pause();
  return gateway.rest(method, params);
}

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

/** Imports a dump of a user without tokens, when the user has one. */
async function importRow(
  { gateway, namespaceName }: Examination,
  userId: string,
  dumpUrl: string,
): Promise<DoctorRow> {
  const unclear = (why: string) => row("importReplaces", undefined, why);
  const dump = await gateway.transfer(dumpUrl);
  if (dump === undefined) return unclear("the file of a dump cannot be read");
  const byUser = { namespaceName, userId };
  await gateway.rest(setFirebaseTokenByUserId, { ...byUser, token: "doctor" });
  const { body } = await gateway.rest(prepareImportUserDataByUserId, { userId });
  const { uploadToken, uploadUrl } = body;
  if (typeof uploadUrl !== "string" || (await gateway.transfer(uploadUrl, dump)) === undefined) {
    return unclear("the file of an import cannot be sent");
  }
  const params = { userId, uploadToken };
  await gateway.rest(importUserDataByUserId, params);
  let seen = await gateway.rest(checkImportUserDataByUserId, params);
  if (!urlOf(seen)) seen = await checkAgain(gateway, checkImportUserDataByUserId, params);
  if (!urlOf(seen)) return unclear(`the import takes longer: its check gets ${describe(seen)}`);
  const { status } = await gateway.rest(getFirebaseTokenByUserId, byUser);
  return row(
    "importReplaces",
    status === 200 ? false : status === 404 ? true : undefined,
    `after the import of a dump without a token, the user's token is ${status === 200 ? "there" : `gone (status ${status})`}`,
  );
}

const dump: Probe = {
  name: "a dump of user data, and its import",
  calls: 9,
  async run(examination) {
    const { gateway, user } = examination;
    const userId = user("dump");
    const started = await gateway.rest(dumpUserDataByUserId, { userId });
    let seen = await gateway.rest(checkDumpUserDataByUserId, { userId });
    const rows = [runningRow(started, seen)];
    if (!urlOf(seen)) seen = await checkAgain(gateway, checkDumpUserDataByUserId, { userId });
    const url = urlOf(seen);
    rows.push(
      url === undefined
        ? row(
            "importReplaces",
            undefined,
            `the dump takes longer: its check gets ${describe(seen)}`,
          )
        : await importRow(examination, userId, url),
    );
    return rows;
  },
};

const clean: Probe = {
  name: "cleaning user data",
  calls: 4,
  async run(examination) {
    const { gateway } = examination;
    const bound = await boundPlayer(examination, "clean");
    const { userId } = bound;
    await gateway.rest(cleanUserDataByUserId, { userId });
    let seen = await gateway.rest(checkCleanUserDataByUserId, { userId });
    if (seen.status !== 200)
      seen = await checkAgain(gateway, checkCleanUserDataByUserId, { userId });
    const isOpen = seen.status === 200 ? await bound.isOpen() : undefined;
    return [
      row(
        "cleanCutsSessions",
        isOpen === undefined ? undefined : !isOpen,
        isOpen === undefined
          ? `the clean takes longer: its check gets ${describe(seen)}`
          : `after a clean the user's socket is ${isOpen ? "open" : "closed"}`,
      ),
    ];
  },
};

export const userDataProbes: readonly Probe[] = [dump, clean];
