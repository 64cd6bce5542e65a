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
import { answered, notFound, refused, type Outcome } from "../result.js";
import type { World } from "../../store/store.js";
import { rule, type Rule } from "./defineHandler.js";

/** Where the emulator takes uploads and hands out files, under its own address. */
const UPLOADS = "/_emulator/uploads";
const FILES = "/_emulator/files";

const dump = rule(dumpUserDataByUserId, "none", (world, { userId }, { now }) =>
  answered({}, startJob(world, "dump", { userId }, now)),
);

const checkDump = rule(checkDumpUserDataByUserId, "none", (world, { userId }) =>
  check(world, "dump", world.jobs.get(jobKey("dump", userId)), withUrl),
);

const clean = rule(cleanUserDataByUserId, "none", (world, { userId }, { now }) =>
  answered({}, startJob(world, "clean", { userId }, now)),
);

const checkClean = rule(checkCleanUserDataByUserId, "none", (world, { userId }) =>
  check<EmptyResult>(world, "clean", world.jobs.get(jobKey("clean", userId)), () => ({})),
);

const prepareImport = rule(prepareImportUserDataByUserId, "none", (world, { userId }) => {
  const uploadToken = world.ids.next("upload");
  world.uploads.set(uploadToken, { userId });
  return answered({ uploadToken, uploadUrl: `${world.url()}${UPLOADS}/${uploadToken}` });
});

const startImport = rule(importUserDataByUserId, "none", (world, { userId, uploadToken }, call) =>
  isEmptyUpload(world, uploadToken) || world.uploads.get(uploadToken)?.userId === userId
    ? answered({}, startJob(world, "import", { userId, uploadToken }, call.now))
    : notFound("upload"),
);

const checkImport = rule(checkImportUserDataByUserId, "none", (world, { userId, uploadToken }) =>
  check(world, "import", world.jobs.get(jobKey("import", userId, uploadToken)), withUrl),
);

const withUrl = (world: World, fileId: string | undefined): UrlResult => ({
  url: fileId === undefined ? null : `${world.url()}${FILES}/${fileId}.json`,
});

/** GS2 does not say how it tells that a job is still running. */
function check<Result>(
  world: World,
  kind: JobKind,
  job: Job | undefined,
  result: (world: World, fileId: string | undefined) => Result,
): Outcome<Result> {
  if (!job) return notFound(kind);
  if (job.done) return answered(result(world, job.done.fileId));
  const { checkWhileRunning } = world.settings;
  return checkWhileRunning === "nullUrl"
    ? answered(result(world, undefined))
    : refused(checkWhileRunning, [{ component: kind, message: `gateway.${kind}.error.running` }]);
}

export const userDataRules: readonly Rule[] = [
  dump,
  checkDump,
  clean,
  checkClean,
  prepareImport,
  startImport,
  checkImport,
];
