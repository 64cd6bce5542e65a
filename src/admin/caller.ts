import { checkArguments, type OnIneffectiveField } from "../api/check.js";
import {
  GatewayError,
  invalidArgument,
  type GatewayErrorInit,
  type GatewayErrorKind,
  type GatewayErrorOutcome,
} from "../errors.js";
import { requestJson, type Fetch } from "../http/http.js";
import { projectHeaders, restRequest, type RestRequest } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import { createDeferred } from "../core/deferred.js";
import { redact, secretsIn } from "../core/redact.js";
import { classifyFailure, isSafeToRepeat } from "../wire/failures.js";
import type { Values } from "../wire/frames.js";
import type { AnyMethod } from "../wire/methods.js";
import { fullJitter, wait } from "./backoff.js";
import type { AdminCallOptions } from "./options.js";
import type { ProjectTokens } from "./projectTokens.js";

export interface CallerPorts {
  readonly clock: Clock;
  /** Base address of the gateway, without a slash at its end. */
  readonly base: string;
  readonly namespaceName: string | undefined;
  readonly callTimeoutMs: number;
  readonly tokens: Omit<ProjectTokens, "grant">;
  readonly fetch: () => Fetch;
  /** Undefined: a duplicationAvoider is sent only where the caller gives one. */
  readonly newId: (() => string) | undefined;
  readonly onIneffectiveField: OnIneffectiveField;
}

export interface InternalCallOptions extends AdminCallOptions {
  /** Called when the call is sent for the first time. */
  readonly onSend?: (() => void) | undefined;
}

/** Sends a method of the table: checks its values, logs in, and repeats it where that is safe. */
export type Caller = (
  method: AnyMethod,
  params: Values,
  options?: InternalCallOptions,
) => Promise<Values>;

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** The server asks the caller to come back later. */
export const isThrottled = ({ status }: GatewayError): boolean => status === 402 || status === 429;

/** A repeat may succeed: there was no response, the call was throttled, or the server failed. */
export const isTransient = (error: GatewayError): boolean =>
  error.kind === "notConnected" ||
  error.kind === "requestTimeout" ||
  isThrottled(error) ||
  (error.status ?? 0) >= 500;

/** Codes of Node for a connection that was never opened. Browsers do not say so. */
const NEVER_SENT_CODES = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

const wasNeverSent = ({ cause }: GatewayError): boolean => {
  const { code } = Object((cause as Error | undefined)?.cause) as { code?: string };
  return NEVER_SENT_CODES.includes(code!);
};

/** A copy of the error with other details. */
const withDetails = (error: GatewayError, details: Partial<GatewayErrorInit>): GatewayError =>
  new GatewayError({ ...error.toJSON(), cause: error.cause, ...details });

/** The error of an attempt, with what the caller may do. */
const annotate = (error: GatewayError, isSafe: boolean): GatewayError => {
  const neverSent = wasNeverSent(error);
  return withDetails(error, {
    ...(neverSent ? { outcome: "notSent" } : {}),
    retryable: neverSent || isThrottled(error) || (isSafe && isTransient(error)),
  });
};

/** A failed login as an error of the call. A login may be repeated, whatever the method. */
const loginFailure = (
  error: GatewayError,
  method: string,
  outcome: GatewayErrorOutcome,
): GatewayError =>
  withDetails(error, {
    method,
    message: `${method}: ${error.message}`,
    retryable: error.kind !== "unauthorized" && classifyFailure(error.kind) !== "final",
    outcome,
  });

export const checkMethod = (
  { name, fields }: AnyMethod,
  params: Values,
  namespaceName: string | undefined,
  onIneffectiveField: OnIneffectiveField,
): Record<string, unknown> =>
  checkArguments(
    name,
    fields,
    { ...params, namespaceName: params["namespaceName"] ?? namespaceName },
    onIneffectiveField,
  );

interface PreparedCall {
  readonly method: AnyMethod;
  readonly request: RestRequest;
  /** Replaced by `***` in what the server says. */
  readonly secrets: readonly string[];
}

function prepareCall(
  ports: CallerPorts,
  method: AnyMethod,
  params: Values,
  options: InternalCallOptions,
): PreparedCall {
  const { name, takesDuplicationAvoider } = method;
  const values = checkMethod(method, params, ports.namespaceName, ports.onIneffectiveField);
  const { duplicationAvoider = ports.newId?.(), dryRun, requestId, contextStack } = options;
  for (const [field, value] of Object.entries({ dryRun, requestId, contextStack })) {
    if (value !== undefined) values[field] = value;
  }
  if (takesDuplicationAvoider && duplicationAvoider !== undefined) {
    values["duplicationAvoider"] = duplicationAvoider;
  }
  const request = restRequest(method, values, (field, problem) =>
    invalidArgument(name, field, problem),
  );
  return { method, request, secrets: secretsIn(values) };
}

export function createCaller(ports: CallerPorts): Caller {
  return async function call(method, params, options = {}) {
    const { signal, timeoutMs = ports.callTimeoutMs, onSend } = options;
    const prepared = prepareCall(ports, method, params, options);
    const controller = new AbortController();
    const attempts = createAttempts(ports, prepared, controller.signal, onSend);
    const { promise, resolve, reject } = createDeferred<Values>(
      method.name,
      ports.clock,
      { signal, timeoutMs },
      () => controller.abort(),
      attempts.detailsOf,
    );
    if (!signal?.aborted) attempts.run(ports.clock.now() + timeoutMs).then(resolve, reject);
    return promise;
  };
}

/** Repeats one call until it succeeds, or until a repeat is unsafe, useless or too late. */
function createAttempts(
  { clock, tokens, base, fetch }: CallerPorts,
  { method: { name, verb, repeat }, request: { path, headers, body }, secrets }: PreparedCall,
  signal: AbortSignal,
  onSend: (() => void) | undefined,
) {
  const safe = isSafeToRepeat(repeat);
  const isOver = (): boolean => signal.aborted;
  let outcome: GatewayErrorOutcome = "notSent";
  let renewed = false;
  /** The server may have executed an earlier attempt. */
  let mayBeDone = false;

  const send = async (projectToken: string): Promise<Values> => {
    if (outcome === "notSent") onSend?.();
    outcome = "unknown";
    const init = {
      method: verb,
      headers: { ...headers, ...projectHeaders(tokens.clientId, projectToken) },
      ...(body === undefined ? {} : { body }),
      signal,
      redirect: "error" as const,
    };
    try {
      return await requestJson(
        name,
        () => fetch()(base + path, init),
        (text) => redact(text, [...tokens.secrets(), ...secrets]),
      );
    } catch (error) {
      throw annotate(error as GatewayError, safe);
    }
  };

  /** Whether the call may be sent again at once, with another token. */
  const renewToken = async (error: GatewayError, refused: string): Promise<boolean> => {
    if (error.kind !== "unauthorized" || renewed || !tokens.renewable) return false;
    renewed = true;
    // Where the renewal fails too, the call rejects with the server's refusal.
    return !!(await tokens.replace(refused).catch(() => undefined));
  };

  return {
    /** Of the error with which the call rejects at its deadline or when it is aborted. */
    detailsOf: (kind: GatewayErrorKind): Partial<GatewayErrorInit> =>
      outcome === "notSent"
        ? {}
        : { outcome, retryable: safe && classifyFailure(kind) === "retry" },

    /** @param giveUpAt no attempt begins after this time */
    async run(giveUpAt: number): Promise<Values> {
      for (let tries = 0; ; tries++) {
        let token: string | undefined;
        let error: GatewayError;
        // After its deadline the call has rejected: this result is ignored.
        if (isOver()) return {};
        try {
          token = await tokens.get();
          if (isOver()) return {};
          return await send(token);
        } catch (thrown) {
          error = thrown as GatewayError;
        }
        let again: boolean;
        if (token === undefined) {
          error = loginFailure(error, name, outcome);
          again = error.retryable;
        } else {
          again = safe && isTransient(error);
          outcome = error.outcome;
          if (error.status === 404 && repeat === "safeDelete" && mayBeDone) return {};
          mayBeDone ||= outcome === "unknown" || (error.status ?? 0) >= 500;
          if (await renewToken(error, token)) continue;
        }
        const delay = fullJitter(clock.random, tries, FIRST_WAIT_MS, LONGEST_WAIT_MS);
        if (!again || clock.now() + delay >= giveUpAt) throw error;
        await wait(clock, delay, signal);
      }
    },
  };
}
