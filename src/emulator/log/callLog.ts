import { redactFields } from "../../core/redactFields.js";
import type { GatewayErrorDetail, GatewayErrorKind } from "../../errors.js";
import { kindOfStatus } from "../../wire/failures.js";
import { isBind, type ApiRequest } from "../calls/request.js";
import { isNotImplemented, type CallResult } from "../calls/result.js";
import type { LogEvent } from "./eventLog.js";
import { RingBuffer } from "./ringBuffer.js";

/** One call that the emulator handled. */
export interface EmulatorCall {
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
  readonly transport: "rest" | "socket";
  /** `gateway`, `identifier`, or another service that was called on the socket. */
  readonly service: string;
  readonly component: string;
  /** Name of the method, e.g. `setUserId`; `login` for the login. */
  readonly method: string;
  readonly namespaceName: string | undefined;
  /** The player that the call was for; undefined where it was not determined. */
  readonly userId: string | undefined;
  /** The connection of the socket; undefined over REST. */
  readonly connectionId: string | undefined;
  readonly requestId: string | undefined;
  readonly status: number;
  readonly outcome: "ok" | GatewayErrorKind;
  readonly errors: readonly GatewayErrorDetail[];
  /** As received; secrets and tokens are `***`. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface CallFilter {
  readonly method?: string | undefined;
  readonly userId?: string | undefined;
}

/** A call takes about a kilobyte, and at most as much as a body may have. */
const CAPACITY = 3_000;
const MAX_CHARACTERS = 16_000_000;

/** Functions without a handler that were reported; above it they are reported again. */
const MAX_REPORTED = 1_000;

/** The last {@link CAPACITY} calls, fewer when they are long. */
export class CallLog {
  readonly #calls = new RingBuffer<EmulatorCall>(CAPACITY, MAX_CHARACTERS);
  readonly #reported = new Set<string>();

  /** Adds a call, and writes it to the event log. */
  add(
    request: ApiRequest,
    requestId: string | undefined,
    result: CallResult,
    userId: string | undefined,
    { at, log }: { readonly at: number; readonly log: LogEvent },
  ): void {
    const call = callOf(request, requestId, result, userId, at);
    this.#calls.add(call);
    const { transport, service, method, namespaceName, connectionId, status, errors } = call;
    const words = [transport, method, userId, namespaceName, status, errors[0]?.message];
    log("call", words.filter((word) => word !== undefined).join(" "), {
      transport,
      service,
      method,
      userId,
      namespaceName,
      connectionId,
      requestId,
      status,
      errors,
    });
    if (isNotImplemented(result)) this.#reportOnce(call, log);
    if (status === 200 && isBind(request) && request.dryRun !== true) {
      const text = `${userId ?? ""} is bound in ${namespaceName ?? ""}`;
      const bound = connectionId ?? request.params["connectionId"];
      log("bound", text, { userId, namespaceName, connectionId: bound });
    }
  }

  /** Oldest first. */
  list({ method, userId }: CallFilter = {}): EmulatorCall[] {
    return this.#calls
      .list()
      .filter(
        (call) =>
          (method === undefined || call.method === method) &&
          (userId === undefined || call.userId === userId),
      );
  }

  clear(): void {
    this.#calls.clear();
    this.#reported.clear();
  }

  /** A game calls the same function again and again. */
  #reportOnce({ service, component, method, errors }: EmulatorCall, log: LogEvent): void {
    const name = [service, component, method].join(".");
    if (this.#reported.has(name)) return;
    if (this.#reported.size >= MAX_REPORTED) this.#reported.clear();
    this.#reported.add(name);
    const text = `${service} has no handler for ${method}. ${errors[1]?.message ?? ""}`;
    log("refused", text, { service, component, method }, "warning");
  }
}

/** An upstream may quote the request. */
const redactErrors = (
  errors: readonly GatewayErrorDetail[],
  request: Readonly<Record<string, unknown>>,
): readonly GatewayErrorDetail[] =>
  errors.length === 0
    ? errors
    : (redactFields({ ...request, errors })["errors"] as readonly GatewayErrorDetail[]);

function callOf(
  { transport, target, params, connectionId, projectToken, accessToken }: ApiRequest,
  requestId: string | undefined,
  { status, errors = [] }: CallResult,
  userId: string | undefined,
  at: number,
): EmulatorCall {
  const { service, component, function: method } = target;
  const { namespaceName } = params;
  return {
    at,
    transport,
    service,
    component,
    method,
    namespaceName: typeof namespaceName === "string" ? namespaceName : undefined,
    userId,
    connectionId,
    requestId,
    status,
    outcome: status === 200 ? "ok" : kindOfStatus(status),
    errors: redactErrors(errors, { params, projectToken, accessToken }),
    params: redactFields(params),
  };
}
