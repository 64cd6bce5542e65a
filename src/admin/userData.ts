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
  describeNamespaces,
  dumpUserDataByUserId,
  getFirebaseTokenByUserId,
  importUserDataByUserId,
  prepareImportUserDataByUserId,
  type AnyMethod,
} from "../wire/methods.js";
import { fullJitter, wait } from "./backoff.js";
import { isTransient, type Caller } from "./caller.js";
import { toJson } from "./json.js";
import type { JobOptions, JobProgress } from "./options.js";
import { walkPages } from "./pages.js";

export interface JobPorts {
  readonly clock: Clock;
  readonly call: Caller;
  readonly callTimeoutMs: number;
  readonly fetch: () => FileFetch;
  /** Called with what `onProgress` threw. */
  readonly onHandlerError: (error: unknown) => void;
}

const JOB_TIMEOUT_MS = 600_000;
const FIRST_CHECK_MS = 500;
const LONGEST_CHECK_MS = 10_000;
const UPLOAD_WAIT_MS = 500;

/** A running job: its steps share one deadline and one signal. */
interface Job {
  readonly signal: AbortSignal;
  readonly report: (step: JobProgress["step"], checks?: number) => void;
  readonly call: (method: AnyMethod, params: Values) => Promise<Values>;
}

function runJob<Result>(
  { clock, call, callTimeoutMs, onHandlerError }: JobPorts,
  name: string,
  { signal, timeoutMs = JOB_TIMEOUT_MS, onProgress }: JobOptions,
  run: (job: Job) => Promise<Result>,
): Promise<Result> {
  const startedAt = clock.now();
  const controller = new AbortController();
  let wasSent = false;
  const { promise, resolve, reject } = createDeferred<Result>(
    name,
    clock,
    { signal, timeoutMs },
    () => controller.abort(),
    () => (wasSent ? { outcome: "unknown", retryable: false } : {}),
  );
  if (signal?.aborted) return promise;
  run({
    signal: controller.signal,
    report(step, checks = 0) {
      try {
        if (!controller.signal.aborted) {
          onProgress?.({ step, checks, elapsedMs: clock.now() - startedAt });
        }
      } catch (error) {
        onHandlerError(error);
      }
    },
    call: (method, params) =>
      call(method, params, {
        signal: controller.signal,
        timeoutMs: callTimeoutMs,
        onSend: () => (wasSent = true),
      }),
  }).then(resolve, reject);
  return promise;
}

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Calls the check method until the job is done. GS2 does not say how "not yet" is reported: a 404,
 * a 409 and a `url` of null all count.
 *
 * @param read undefined: not yet. `wasRefused`: an earlier check got a 404 or 409, so that this
 * success means the end.
 */
async function untilDone<Result>(
  clock: Clock,
  { signal, report, call }: Job,
  method: AnyMethod,
  params: Values,
  read: (result: Values, wasRefused: boolean) => Awaitable<Result | undefined>,
): Promise<Result> {
  let wasRefused = false;
  for (let checks = 0; ; checks++) {
    report("checking", checks);
    try {
      const result = await read(await call(method, params), wasRefused);
      if (result !== undefined) return result;
    } catch (error) {
      if (!isGatewayError(error) || !isNotYet(error)) throw error;
      wasRefused ||= !isTransient(error);
    }
    const longest = Math.min(LONGEST_CHECK_MS, FIRST_CHECK_MS * 1.5 ** checks);
    // Less than full jitter: a job takes long, and GS2 bills each check.
    await wait(clock, longest * (0.75 + clock.random() / 4), signal);
    // The job has rejected already: this error is ignored.
    if (signal.aborted) {
      throw new GatewayError({ kind: "aborted", message: `${method.name}: the job has ended` });
    }
  }
}

/** Repeating it is safe: it sends the same file to the same address. */
async function uploadRepeatedly(
  { clock, fetch }: JobPorts,
  { signal }: Job,
  url: string,
  content: string | Blob,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await upload(fetch(), "importUserData", url, content, signal);
      return;
    } catch (error) {
      if (signal.aborted || !isTransient(error as GatewayError)) throw error;
    }
    await wait(clock, fullJitter(clock.random, tries, UPLOAD_WAIT_MS, LONGEST_CHECK_MS), signal);
  }
}

/**
 * Whether the Firebase tokens found at first are gone in all namespaces: the user data that a clean
 * is known to delete. One that was set anew has another `createdAt`.
 */
function createTokenCheck({ call }: Job, params: Values): () => Promise<boolean> {
  let found: Map<unknown, unknown> | undefined;

  const namespaceNames = async (): Promise<unknown[]> => {
    const names: unknown[] = [];
    for await (const item of walkPages(
      "eraseUserData",
      (page) => call(describeNamespaces, page),
      {},
      {},
    )) {
      names.push((item as Values)["name"]);
    }
    return names;
  };
  const readTokens = async (names: Iterable<unknown>): Promise<Map<unknown, unknown>> => {
    const tokens = new Map<unknown, unknown>();
    for (const namespaceName of names) {
      try {
        const { item } = await call(getFirebaseTokenByUserId, { ...params, namespaceName });
        tokens.set(namespaceName, (item as Values)["createdAt"]);
      } catch (error) {
        if (!isGatewayError(error, "notFound")) throw error;
      }
    }
    return tokens;
  };
  return async () => {
    try {
      const before = found;
      found = await readTokens(before ? before.keys() : await namespaceNames());
      if (!before) return found.size === 0;
      for (const [name, createdAt] of found) {
        if (before.get(name) !== createdAt) found.delete(name);
      }
      return found.size === 0;
    } catch (error) {
      // The credential may not read them: the reply of the check has to do.
      if (isGatewayError(error, "unauthorized")) return true;
      throw error;
    }
  };
}

export function createUserData(ports: JobPorts) {
  const { clock } = ports;
  return {
    exportUserData: (params: Values, options: JobOptions) =>
      runJob(ports, "exportUserData", options, async (job) => {
        job.report("starting");
        await job.call(dumpUserDataByUserId, params);
        return untilDone(clock, job, checkDumpUserDataByUserId, params, readUrl);
      }),

    eraseUserData: (params: Values, options: JobOptions) =>
      runJob(ports, "eraseUserData", options, async (job) => {
        job.report("starting");
        await job.call(cleanUserDataByUserId, params);
        const isGone = createTokenCheck(job, params);
        await untilDone(
          clock,
          job,
          checkCleanUserDataByUserId,
          params,
          async ({ url }, wasRefused) =>
            url !== null && (wasRefused || (await isGone())) ? true : undefined,
        );
      }),

    importUserData: (params: Values, options: JobOptions) =>
      runJob(ports, "importUserData", options, async (job) => {
        const content = contentOf(params["data"]);
        job.report("preparing");
        const { uploadToken, uploadUrl } = await job.call(prepareImportUserDataByUserId, params);
        if (typeof uploadToken !== "string" || typeof uploadUrl !== "string" || !isUrl(uploadUrl)) {
          throw new GatewayError({
            kind: "protocol",
            message: "importUserData: the response has no uploadToken or no valid uploadUrl",
            method: "importUserData",
            outcome: "unknown",
          });
        }
        job.report("uploading");
        await uploadRepeatedly(ports, job, uploadUrl, content);
        job.report("starting");
        const uploaded = { ...params, uploadToken };
        await job.call(importUserDataByUserId, uploaded);
        return untilDone(clock, job, checkImportUserDataByUserId, uploaded, readUrl);
      }),
  };
}

const readUrl = ({ url }: Values): { url: string } | undefined =>
  typeof url === "string" && url ? { url } : undefined;

/** Checked before fetch does: its error would quote the address. */
const isUrl = (text: string): boolean => {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
};

/** The official SDKs know two endings of such error messages: `failed` and `running`. */
const isNotYet = (error: GatewayError): boolean =>
  isTransient(error) ||
  ((error.kind === "notFound" || error.kind === "conflict") &&
    !error.errors.some(({ message }) => message.endsWith(".failed")));

function contentOf(data: unknown): string | Blob {
  if (typeof data === "string" || data instanceof Blob) return data;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return new Blob([data as ArrayBuffer]);
  }
  const text = toJson("importUserData", "data", data);
  if (text === undefined) throw invalidArgument("importUserData", "data");
  return text;
}
