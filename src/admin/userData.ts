import { GatewayError, invalidArgument, isGatewayError } from "../errors.js";
import { upload, type FileFetch } from "../http/upload.js";
import type { Clock } from "../core/clock.js";
import { createDeferred } from "../core/deferred.js";
import type { Values } from "../wire/frames.js";
import {
  checkCleanUserDataByUserId,
  checkDumpUserDataByUserId,
  checkImportUserDataByUserId,
  cleanUserDataByUserId,
  dumpUserDataByUserId,
  importUserDataByUserId,
  prepareImportUserDataByUserId,
  type AnyMethod,
} from "../wire/methods.js";
import { fullJitter, wait } from "./backoff.js";
import { mayPass, type Caller } from "./caller.js";
import { toJson } from "./json.js";
import type { JobOptions, JobProgress } from "./options.js";

export interface JobPorts {
  readonly clock: Clock;
  readonly call: Caller;
  readonly callTimeoutMs: number;
  readonly fetch: () => FileFetch;
  /** The caller's own function threw. */
  readonly threw: (error: unknown) => void;
}

const JOB_TIMEOUT_MS = 600_000;
const FIRST_CHECK_MS = 500;
const LONGEST_CHECK_MS = 10_000;
const UPLOAD_WAIT_MS = 500;

/** A job under way: its steps share one deadline, one signal and the tale of how far it got. */
interface Job {
  readonly signal: AbortSignal;
  readonly tell: (step: JobProgress["step"], checks?: number) => void;
  readonly call: (row: AnyMethod, params: Values) => Promise<Values>;
}

export function createUserData({ clock, call, callTimeoutMs, fetch, threw }: JobPorts) {
  function job<Result>(
    name: string,
    { signal, timeoutMs = JOB_TIMEOUT_MS, onProgress }: JobOptions,
    run: (job: Job) => Promise<Result>,
  ): Promise<Result> {
    const startedAt = clock.now();
    const leave = new AbortController();
    let didSend = false;
    const { promise, resolve, reject } = createDeferred<Result>(
      name,
      clock,
      { signal, timeoutMs },
      () => leave.abort(),
      () => (didSend ? { outcome: "unknown", retryable: false } : {}),
    );
    if (signal?.aborted) return promise;
    run({
      signal: leave.signal,
      tell(step, checks = 0) {
        try {
          if (!leave.signal.aborted) {
            onProgress?.({ step, checks, elapsedMs: clock.now() - startedAt });
          }
        } catch (error) {
          threw(error);
        }
      },
      call: (row, params) =>
        call(row, params, {
          signal: leave.signal,
          timeoutMs: callTimeoutMs,
          onSend: () => (didSend = true),
        }),
    }).then(resolve, reject);
    return promise;
  }

  /** Asks until the answer is there. "Not yet" is a 404, a 409 or a url of null: GS2 does not say which. */
  async function untilDone<Answer>(
    { signal, tell, call }: Job,
    row: AnyMethod,
    params: Values,
    read: (answer: Values) => Answer | undefined,
  ): Promise<Answer> {
    for (let checks = 0; ; checks++) {
      tell("checking", checks);
      try {
        const answer = read(await call(row, params));
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!isGatewayError(error) || !isNotYet(error)) throw error;
      }
      const longest = Math.min(LONGEST_CHECK_MS, FIRST_CHECK_MS * 1.5 ** checks);
      // Not the full jitter: a job takes its time, and a check is billed.
      await wait(clock, longest * (0.75 + clock.random() / 4), signal);
      if (signal.aborted) throw over(row.name);
    }
  }

  async function put({ signal }: Job, url: string, content: string | Blob): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await upload(fetch(), "importUserData", url, content, signal);
        return;
      } catch (error) {
        if (signal.aborted || !mayPass(error as GatewayError)) throw error;
      }
      // The same file at the same address: sending it twice is sending it once.
      await wait(clock, fullJitter(clock.random, tries, UPLOAD_WAIT_MS, LONGEST_CHECK_MS), signal);
    }
  }

  return {
    exportUserData: (params: Values, options: JobOptions = {}) =>
      job("exportUserData", options, async (job) => {
        job.tell("starting");
        await job.call(dumpUserDataByUserId, params);
        return untilDone(job, checkDumpUserDataByUserId, params, readUrl);
      }),

    eraseUserData: (params: Values, options: JobOptions = {}) =>
      job("eraseUserData", options, async (job) => {
        job.tell("starting");
        await job.call(cleanUserDataByUserId, params);
        await untilDone(job, checkCleanUserDataByUserId, params, ({ url }) =>
          url === null ? undefined : true,
        );
      }),

    importUserData: (params: Values, options: JobOptions = {}) =>
      job("importUserData", options, async (job) => {
        const content = contentOf(params["data"]);
        job.tell("preparing");
        const { uploadToken, uploadUrl } = await job.call(prepareImportUserDataByUserId, params);
        if (typeof uploadToken !== "string" || typeof uploadUrl !== "string" || !isUrl(uploadUrl)) {
          throw new GatewayError({
            kind: "protocol",
            message: "importUserData: the answer names no place to upload to",
            method: "importUserData",
            outcome: "unknown",
          });
        }
        job.tell("uploading");
        await put(job, uploadUrl, content);
        job.tell("starting");
        await job.call(importUserDataByUserId, { ...params, uploadToken });
        return untilDone(job, checkImportUserDataByUserId, { ...params, uploadToken }, readUrl);
      }),
  };
}

const readUrl = ({ url }: Values): { url: string } | undefined =>
  typeof url === "string" && url ? { url } : undefined;

/** Asked here, for the error of fetch would quote it. */
const isUrl = (text: string): boolean => {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
};

/** `failed` and `running` are both seen in the official SDKs as kinds of error. */
const isNotYet = (error: GatewayError): boolean =>
  mayPass(error) ||
  ((error.status === 404 || error.status === 409) &&
    !error.errors.some(({ message }) => message.endsWith(".failed")));

/** Nobody hears of it: the job has ended before. */
const over = (method: string): GatewayError =>
  new GatewayError({ kind: "aborted", message: `${method}: the job is over`, method });

function contentOf(data: unknown): string | Blob {
  if (typeof data === "string" || data instanceof Blob) return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return new Blob([data as ArrayBuffer]);
  }
  const text = toJson("importUserData", "data", data);
  if (text === undefined) throw invalidArgument("importUserData", "data");
  return text;
}
