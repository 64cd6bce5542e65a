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
import { isEmptyUpload, startJob } from "../../store/jobs.js";
import { jobKey } from "../../store/keys.js";
import type { Job, JobKind, Store } from "../../store/types.js";
import { conflict, failure, notFound, ok, type CallResult } from "../result.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";

/** Paths of the control API. */
const UPLOADS = "/_emulator/uploads";
const FILES = "/_emulator/files";

const dump = defineHandler(dumpUserDataByUserId, "none", (store, { userId }, { now }) =>
  ok({}, startJob(store, "dump", { userId }, now)),
);

const checkDump = defineHandler(checkDumpUserDataByUserId, "none", (store, { userId }) =>
  check(store, "dump", store.jobs.get(jobKey("dump", userId)), withUrl),
);

const clean = defineHandler(cleanUserDataByUserId, "none", (store, { userId }, { now }) =>
  ok({}, startJob(store, "clean", { userId }, now)),
);

const checkClean = defineHandler(checkCleanUserDataByUserId, "none", (store, { userId }) =>
  check<EmptyResult>(store, "clean", store.jobs.get(jobKey("clean", userId)), () => ({})),
);

const prepareImport = defineHandler(prepareImportUserDataByUserId, "none", (store, { userId }) => {
  const uploadToken = store.ids.next("upload");
  store.uploads.set(uploadToken, { userId });
  return ok({ uploadToken, uploadUrl: `${store.url()}${UPLOADS}/${uploadToken}` });
});

const startImport = defineHandler(
  importUserDataByUserId,
  "none",
  (store, { userId, uploadToken }, call) =>
    isEmptyUpload(store, uploadToken) || store.uploads.get(uploadToken)?.userId === userId
      ? ok({}, startJob(store, "import", { userId, uploadToken }, call.now))
      : notFound("upload"),
);

const checkImport = defineHandler(
  checkImportUserDataByUserId,
  "none",
  (store, { userId, uploadToken }) =>
    check(store, "import", store.jobs.get(jobKey("import", userId, uploadToken)), withUrl),
);

const withUrl = (store: Store, fileId: string | undefined): UrlResult => ({
  url: fileId === undefined ? null : `${store.url()}${FILES}/${fileId}.json`,
});

/** GS2 does not document the reply while a job is running. */
function check<Result>(
  store: Store,
  kind: JobKind,
  job: Job | undefined,
  result: (store: Store, fileId: string | undefined) => Result,
): CallResult<Result> {
  if (!job) return notFound(kind);
  if (job.done) return ok(result(store, job.done.fileId));
  const { checkWhileRunning } = store.settings;
  const running = { component: kind, message: `gateway.${kind}.error.running` };
  if (checkWhileRunning === "nullUrl") return ok(result(store, undefined));
  return checkWhileRunning === 409 ? conflict(store, running) : failure(404, [running]);
}

export const userDataHandlers: readonly MethodHandler[] = [
  dump,
  checkDump,
  clean,
  checkClean,
  prepareImport,
  startImport,
  checkImport,
];
