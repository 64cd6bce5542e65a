import {
  checkCleanUserDataByUserId,
  checkDumpUserDataByUserId,
  checkImportUserDataByUserId,
  cleanUserDataByUserId,
  dumpUserDataByUserId,
  importUserDataByUserId,
  prepareImportUserDataByUserId,
} from "../../../wire/methods.js";
import type { EmptyResult, UrlResult } from "../../../wire/requests.js";
import { isEmptyUpload, jobKey, startJob, type Job, type JobKind } from "../../store/jobs.js";
import { ok, notFound, failure, type CallResult } from "../result.js";
import type { Store } from "../../store/store.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";

/** Where the emulator takes uploads and hands out files, under its own address. */
const UPLOADS = "/_emulator/uploads";
const FILES = "/_emulator/files";

const dump = defineHandler(dumpUserDataByUserId, "none", (world, { userId }, { now }) =>
  ok({}, startJob(world, "dump", { userId }, now)),
);

const checkDump = defineHandler(checkDumpUserDataByUserId, "none", (world, { userId }) =>
  check(world, "dump", world.jobs.get(jobKey("dump", userId)), withUrl),
);

const clean = defineHandler(cleanUserDataByUserId, "none", (world, { userId }, { now }) =>
  ok({}, startJob(world, "clean", { userId }, now)),
);

const checkClean = defineHandler(checkCleanUserDataByUserId, "none", (world, { userId }) =>
  check<EmptyResult>(world, "clean", world.jobs.get(jobKey("clean", userId)), () => ({})),
);

const prepareImport = defineHandler(prepareImportUserDataByUserId, "none", (world, { userId }) => {
  const uploadToken = world.ids.next("upload");
  world.uploads.set(uploadToken, { userId });
  return ok({ uploadToken, uploadUrl: `${world.url()}${UPLOADS}/${uploadToken}` });
});

const startImport = defineHandler(
  importUserDataByUserId,
  "none",
  (world, { userId, uploadToken }, call) =>
    isEmptyUpload(world, uploadToken) || world.uploads.get(uploadToken)?.userId === userId
      ? ok({}, startJob(world, "import", { userId, uploadToken }, call.now))
      : notFound("upload"),
);

const checkImport = defineHandler(
  checkImportUserDataByUserId,
  "none",
  (world, { userId, uploadToken }) =>
    check(world, "import", world.jobs.get(jobKey("import", userId, uploadToken)), withUrl),
);

const withUrl = (world: Store, fileId: string | undefined): UrlResult => ({
  url: fileId === undefined ? null : `${world.url()}${FILES}/${fileId}.json`,
});

/** GS2 does not say how it tells that a job is still running. */
function check<Result>(
  world: Store,
  kind: JobKind,
  job: Job | undefined,
  result: (world: Store, fileId: string | undefined) => Result,
): CallResult<Result> {
  if (!job) return notFound(kind);
  if (job.done) return ok(result(world, job.done.fileId));
  const { checkWhileRunning } = world.settings;
  return checkWhileRunning === "nullUrl"
    ? ok(result(world, undefined))
    : failure(checkWhileRunning, [{ component: kind, message: `gateway.${kind}.error.running` }]);
}

export const userDataRules: readonly MethodHandler[] = [
  dump,
  checkDump,
  clean,
  checkClean,
  prepareImport,
  startImport,
  checkImport,
];
