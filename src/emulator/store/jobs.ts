import { jobKey } from "./keys.js";
import { allSessions, cutConnection } from "./sessions.js";
import type { Effect, Job, JobKind, Store } from "./types.js";
import { createDump, importDump, removeUserData, type ImportLog } from "./userData.js";

export function startJob(
  store: Store,
  kind: JobKind,
  { userId, uploadToken }: { readonly userId: string; readonly uploadToken?: string },
  now: number,
): Effect[] {
  const dueAt = now + store.settings.jobDurationMs;
  const key = jobKey(kind, userId, uploadToken);
  store.jobs.set(key, { kind, userId, uploadToken, startedAt: now, dueAt });
  return finishJobs(store, now);
}

/** Finishes the due jobs, in the order of their start. */
export function finishJobs(store: Store, now: number): Effect[] {
  const effects: Effect[] = [];
  for (const [key, job] of store.jobs) {
    if (job.done || job.dueAt > now) continue;
    const finished = runJob(store, job, job.dueAt);
    effects.push(...finished.effects);
    const fileId = store.ids.next("file");
    store.jobs.set(key, { ...job, done: { at: job.dueAt, fileId, text: finished.text } });
  }
  return effects;
}

/** When the next job is done; Infinity: no job is running. */
export function nextJobDue(store: Store): number {
  let next = Infinity;
  for (const job of store.jobs.values()) if (!job.done) next = Math.min(next, job.dueAt);
  return next;
}

function runJob(store: Store, job: Job, now: number): { text: string; effects: Effect[] } {
  const { userId } = job;
  switch (job.kind) {
    case "dump":
      return { text: toJson(createDump(store, userId, now)), effects: [] };
    case "clean":
      removeUserData(store, userId);
      return { text: "", effects: store.settings.cleanCutsSessions ? cutUser(store, userId) : [] };
    case "import": {
      const { uploadToken = "", startedAt } = job;
      const { imported, errors } = importDump(store, userId, uploadText(store, uploadToken), now);
      const log: ImportLog = {
        userId,
        uploadToken,
        status: errors.length === 0 ? "succeeded" : "failed",
        imported,
        errors,
        startedAt,
        finishedAt: now,
      };
      return { text: toJson(log), effects: [] };
    }
  }
}

const cutUser = (store: Store, userId: string): Effect[] =>
  allSessions(store)
    .filter((session) => session.userId === userId)
    .flatMap(({ connectionId }) =>
      cutConnection(store, connectionId, "the user's data was cleaned"),
    );

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Unless strict, `upload-NNNN` stands for an upload that was completed with an empty file. */
export const isEmptyUpload = (store: Store, uploadToken: string): boolean =>
  !store.strict && !store.uploads.has(uploadToken) && /^upload-\d+$/.test(uploadToken);

const uploadText = (store: Store, uploadToken: string): string | undefined =>
  isEmptyUpload(store, uploadToken) ? "{}" : store.uploads.get(uploadToken)?.text;

/** Keeps the text that was sent to an upload URL, in place of an earlier one. */
export function takeUpload(
  store: Store,
  uploadToken: string,
  text: string,
): { result: boolean; effects: [] } {
  const upload = store.uploads.get(uploadToken);
  if (upload) store.uploads.set(uploadToken, { ...upload, text });
  return { result: upload !== undefined, effects: [] };
}

/** The file of a finished job, by its name. */
export function findFile(store: Store, name: string): string | undefined {
  for (const { done } of store.jobs.values()) {
    if (done?.text && name === `${done.fileId}.json`) return done.text;
  }
  return undefined;
}
