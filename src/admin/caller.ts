import { checkArguments } from "../api/check.js";
import {
  GatewayError,
  invalidArgument,
  type GatewayErrorInit,
  type GatewayErrorOutcome,
} from "../errors.js";
import { requestJson, type Fetch } from "../http/http.js";
import { projectHeaders, restRequest } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import { createDeferred } from "../core/deferred.js";
import { classifyFailure } from "../wire/failures.js";
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
  readonly tokens: ProjectTokens;
  readonly fetch: () => Fetch;
  /** Undefined: a duplicationAvoider is sent only where the caller gives one. */
  readonly newId: (() => string) | undefined;
  readonly broken: (method: string, field: string, needs: string) => void;
}

export interface InnerOptions extends AdminCallOptions {
  /** Told when the call leaves for the first time. */
  readonly onSend?: (() => void) | undefined;
  /** What any call may carry beside the fields of its row: `requestId`, `dryRun`, `contextStack`. */
  readonly beside?: Values | undefined;
}

/** Sends a method of the table: checks, logs in, repeats where that is harmless. */
export type Caller = (row: AnyMethod, params: Values, options?: InnerOptions) => Promise<Values>;

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** Fields whose value no error may quote, should the server do so. */
const SECRET_FIELDS = ["accessToken", "timeOffsetToken", "token", "firebaseSecret", "uploadToken"];
// What is shorter is no secret, and taking it out would only garble the text.
const SHORTEST_SECRET = 8;

/** "Later", says the server. */
export const isThrottled = ({ status }: GatewayError): boolean => status === 402 || status === 429;

/** Asking again may help: no answer came, or one that says "later", or a fault of the server. */
export const mayPass = (error: GatewayError): boolean =>
  error.kind === "notConnected" ||
  error.kind === "requestTimeout" ||
  isThrottled(error) ||
  (error.status ?? 0) >= 500;

/** Of Node: the connection never came about. Browsers do not tell. */
const NEVER_LEFT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

const neverLeft = ({ cause }: GatewayError): boolean => {
  const { code } = Object((cause as Error | undefined)?.cause) as { code?: string };
  return NEVER_LEFT.includes(code!);
};

/** The same error, told of the call it belongs to. */
const retold = (error: GatewayError, differently: Partial<GatewayErrorInit>): GatewayError => {
  return new GatewayError({ ...error.toJSON(), cause: error.cause, ...differently });
};

export const checkRow = (
  { name, fields }: AnyMethod,
  params: Values,
  namespaceName: string | undefined,
  broken: CallerPorts["broken"],
): Record<string, unknown> =>
  checkArguments(
    name,
    fields,
    { ...params, namespaceName: params["namespaceName"] ?? namespaceName },
    (field, needs) => broken(name, field, needs),
  );

export function createCaller(ports: CallerPorts): Caller {
  const { clock, tokens } = ports;

  return async function call(row, params, options = {}) {
    const { name, repeat, avoider } = row;
    const { signal, timeoutMs = ports.callTimeoutMs, onSend } = options;
    const values = checkRow(row, params, ports.namespaceName, ports.broken);
    Object.assign(values, options.beside);
    const avoiderId = options.duplicationAvoider ?? ports.newId?.();
    if (avoider && avoiderId !== undefined) values["duplicationAvoider"] = avoiderId;
    const { path, headers, body } = restRequest(row, values, (field, problem) =>
      invalidArgument(name, field, problem),
    );

    const harmless = repeat === "safe" || repeat === "gone";
    const leave = new AbortController();
    const isOver = (): boolean => leave.signal.aborted;
    let outcome: GatewayErrorOutcome = "notSent";
    const { promise, resolve, reject } = createDeferred<Values>(
      name,
      clock,
      { signal, timeoutMs },
      () => leave.abort(),
      (kind) =>
        outcome === "notSent"
          ? {}
          : { outcome, retryable: harmless && classifyFailure(kind) === "retry" },
    );
    if (signal?.aborted) return promise;

    const scrub = (text: string): string =>
      SECRET_FIELDS.reduce((rest, field) => {
        const secret = values[field];
        return typeof secret === "string" && secret.length >= SHORTEST_SECRET
          ? rest.replaceAll(secret, "***")
          : rest;
      }, tokens.scrub(text));

    const send = async (projectToken: string): Promise<Values> => {
      if (outcome === "notSent") onSend?.();
      outcome = "unknown";
      try {
        return await requestJson(
          name,
          () =>
            ports.fetch()(ports.base + path, {
              method: row.verb,
              headers: { ...headers, ...projectHeaders(tokens.clientId, projectToken) },
              ...(body === undefined ? {} : { body }),
              signal: leave.signal,
            }),
          scrub,
        );
      } catch (error) {
        throw told(error as GatewayError);
      }
    };

    const told = (error: GatewayError): GatewayError => {
      const didLeave = !neverLeft(error);
      return retold(error, {
        ...(didLeave ? {} : { outcome: "notSent" }),
        retryable: !didLeave || isThrottled(error) || (harmless && mayPass(error)),
      });
    };

    const run = async (): Promise<Values> => {
      const giveUpAt = clock.now() + timeoutMs;
      let renewed = false;
      /** An earlier try may have been done. */
      let unsure = false;
      for (let tries = 0; ; tries++) {
        let used: string | undefined;
        let again: boolean;
        // Nobody waits any more for what comes of this.
        if (isOver()) return {};
        try {
          used = await tokens.young();
          if (isOver()) return {};
          return await send(used);
        } catch (thrown) {
          let error = thrown as GatewayError;
          if (used === undefined) {
            // A login is no call of the table: it may be repeated whatever comes after it.
            const { kind, message } = error;
            again = kind !== "unauthorized" && classifyFailure(kind) !== "final";
            const said = { method: name, message: `${name}: ${message}`, retryable: again };
            error = retold(error, { ...said, outcome });
          } else {
            again = harmless && mayPass(error);
            outcome = error.outcome;
            if (error.status === 404 && repeat === "gone" && unsure) return {};
            unsure ||= outcome === "unknown" || (error.status ?? 0) >= 500;
            if (error.kind === "unauthorized" && !renewed && tokens.renewable) {
              renewed = true;
              // What stood in the way of a new token is told by the refusal of the old one.
              if (await tokens.replace(used).catch(() => undefined)) continue;
            }
          }
          const delay = fullJitter(clock.random, tries, FIRST_WAIT_MS, LONGEST_WAIT_MS);
          if (!again || clock.now() + delay >= giveUpAt) throw error;
          await wait(clock, delay, leave.signal);
        }
      }
    };
    run().then(resolve, reject);
    return promise;
  };
}
