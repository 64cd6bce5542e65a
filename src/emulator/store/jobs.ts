import { dumpOf, importDump, removeUserData, type ImportLog } from "./userData.js";
import { allSessions, cutConnection, type Effect, type Store } from "./store.js";

/** A file somebody may send to the emulator, and what became of it. */
export interface Upload {
  readonly userId: string;
  /** As it came, whatever it is; undefined: nothing came yet. */
  readonly text?: string | undefined;
}

export type JobKind = "dump" | "clean" | "import";

/** A dump, clean or import of a user's data. It takes effect when it is done. */
export interface Job {
  readonly kind: JobKind;
  readonly userId: string;
  /** Of an import. */
  readonly uploadToken?: string | undefined;
  readonly startedAt: number;
  readonly dueAt: number;
  /** Once it is done: the file it left, where it leaves one. */
  readonly done?: { readonly at: number; readonly fileId: string; readonly text: string };
}

/** One for each user, and for each upload of an import: the next takes the place of the one before. */
export const jobKey = (kind: JobKind, userId: string, uploadToken = ""): string =>
  [kind, userId, uploadToken].join("\u0000");

export function startJob(
  world: Store,
  kind: JobKind,
  { userId, uploadToken }: { readonly userId: string; readonly uploadToken?: string },
  now: number,
): Effect[] {
  const dueAt = now + world.settings.jobDurationMs;
  const key = jobKey(kind, userId, uploadToken);
  world.jobs.set(key, { kind, userId, uploadToken, startedAt: now, dueAt });
  return finishJobs(world, now);
}

/** Ends the jobs whose time has come, in the order of their beginning. */
export function finishJobs(world: Store, now: number): Effect[] {
  const effects: Effect[] = [];
  for (const [key, job] of world.jobs) {
    if (job.done || job.dueAt > now) continue;
    const { text, effects: more } = perform(world, job, job.dueAt);
    effects.push(...more);
    const fileId = world.ids.next("file");
    world.jobs.set(key, { ...job, done: { at: job.dueAt, fileId, text } });
  }
  return effects;
}

/** When the next job is done. */
export function nextJobDue(world: Store): number {
  let next = Infinity;
  for (const job of world.jobs.values()) if (!job.done) next = Math.min(next, job.dueAt);
  return next;
}

function perform(world: Store, job: Job, now: number): { text: string; effects: Effect[] } {
  const { userId } = job;
  switch (job.kind) {
    case "dump":
      return { text: json(dumpOf(world, userId, now)), effects: [] };
    case "clean":
      removeUserData(world, userId);
      return {
        text: "",
        effects: world.settings.cleanCutsSessions
          ? allSessions(world)
              .filter((session) => session.userId === userId)
              .flatMap(({ connectionId }) =>
                cutConnection(world, connectionId, "the user's data was cleaned"),
              )
          : [],
      };
    case "import": {
      const { uploadToken = "", startedAt } = job;
      const { imported, errors } = importDump(world, userId, textOf(world, uploadToken), now);
      const log: ImportLog = {
        userId,
        uploadToken,
        status: errors.length === 0 ? "succeeded" : "failed",
        imported,
        errors,
        startedAt,
        finishedAt: now,
      };
      return { text: json(log), effects: [] };
    }
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Unless strict, `upload-NNNN` stands for an upload that is finished and has nothing in it. */
export const isEmptyUpload = (world: Store, uploadToken: string): boolean =>
  !world.strict && !world.uploads.has(uploadToken) && /^upload-\d+$/.test(uploadToken);

const textOf = (world: Store, uploadToken: string): string | undefined =>
  isEmptyUpload(world, uploadToken) ? "{}" : world.uploads.get(uploadToken)?.text;

/** Takes what was sent to an upload URL, the last that came. */
export function takeUpload(
  world: Store,
  uploadToken: string,
  text: string,
): { result: boolean; effects: [] } {
  const upload = world.uploads.get(uploadToken);
  if (upload) world.uploads.set(uploadToken, { ...upload, text });
  return { result: upload !== undefined, effects: [] };
}

/** A file a job left, by its name. */
export function findFile(world: Store, name: string): string | undefined {
  for (const { done } of world.jobs.values()) {
    if (done?.text && name === `${done.fileId}.json`) return done.text;
  }
  return undefined;
}
