import { LONGEST_TIMER_MS } from "../../core/clock.js";
import { AddedFunctions, nameOf } from "../calls/addedFunctions.js";
import type { AddedFunction, AdmittedCall, RunningCall } from "../calls/addedFunctions.js";
import { admitCall } from "../calls/admitCall.js";
import { isEmulatorError } from "../calls/emulatorError.js";
import type { HandledCall } from "../calls/handleCall.js";
import type { ApiRequest } from "../calls/request.js";
import { failure, ok, type CallResult, type Failure } from "../calls/result.js";
import type { LogEvent } from "../log/eventLog.js";
import { redactFields } from "../../core/redactFields.js";
import { isObject } from "../store/json.js";
import type { Store } from "../store/types.js";

export interface FunctionCallPorts {
  readonly store: () => Store;
  readonly now: () => number;
  readonly log: LogEvent;
}

/** Of the caller's socket or request: aborted when it has closed. */
export type CallerSignal = () => AbortSignal;

type Settle = (result: CallResult) => void;

/**
 * Runs the handlers of added functions: foreign code, so each has a deadline, and what it throws
 * ends at its own call.
 */
export class FunctionCalls {
  readonly functions = new AddedFunctions();
  /** Calls that have no reply yet. */
  readonly #running = new Set<(reason: Failure) => void>();
  /** By key: repeats of a call that has no reply yet. */
  readonly #repeats = new Map<string, Settle[]>();

  constructor(private readonly ports: FunctionCallPorts) {}

  /** Replies at once where the call is not admitted. */
  handle(
    added: AddedFunction,
    request: ApiRequest,
    caller: CallerSignal | undefined,
    reply: (handled: HandledCall) => void,
  ): void {
    const admitted = admitCall(this.ports.store(), request, added, this.ports.now());
    if ("result" in admitted) return reply(admitted);
    const { call, idempotency } = admitted;
    const { key } = idempotency;
    const settle: Settle = (result) => reply({ result, userId: call.userId });
    if (key === undefined) return this.#run(added, request, call, caller, settle);
    const repeats = this.#repeats.get(key);
    if (repeats) return void repeats.push(settle);
    const waiting = [settle];
    this.#repeats.set(key, waiting);
    this.#run(added, request, call, caller, (result) => {
      this.#repeats.delete(key);
      idempotency.keep(result);
      for (const one of waiting) one(result);
    });
  }

  /** Ends all calls with 503. */
  end(message: string): void {
    for (const end of [...this.#running]) end(failure(503, [{ component: "emulator", message }]));
  }

  #run(
    added: AddedFunction,
    request: ApiRequest,
    call: AdmittedCall,
    caller: CallerSignal | undefined,
    reply: Settle,
  ): void {
    const controller = new AbortController();
    const { signal } = controller;
    const callerSignal = caller?.();
    const abort = () => controller.abort();
    const afterReply = new AfterReply((error) => this.#report("afterReply", error, request));
    let settled = false;
    const settle: Settle = (result) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      callerSignal?.removeEventListener("abort", abort);
      this.#running.delete(end);
      reply(result);
      afterReply.runAll();
    };
    const end = (reason: Failure) => {
      settle(reason);
      abort();
    };
    const timer = setTimeout(
      () => {
        const message = `The handler of ${nameOf(added.target)} did not answer within ${added.timeoutMs} ms.`;
        this.ports.log("handlerFailed", message, { ...added.target }, "warning");
        end(failure(504, [{ component: "emulator", message }]));
      },
      Math.min(added.timeoutMs, LONGEST_TIMER_MS),
    );
    this.#running.add(end);
    callerSignal?.addEventListener("abort", abort);
    if (callerSignal?.aborted) abort();
    const running: RunningCall = { ...call, signal, afterReply: (run) => afterReply.add(run) };
    void this.#resultOf(added, request, running).then(settle);
  }

  /** Never rejects. */
  async #resultOf(
    { handler, target }: AddedFunction,
    request: ApiRequest,
    call: RunningCall,
  ): Promise<CallResult> {
    try {
      return ok(readResult(await handler(call)));
    } catch (error) {
      if (isEmulatorError(error)) return failure(error.status, error.errors);
      // A handler that ends by its signal has nothing to report.
      const message = call.signal.aborted
        ? "The handler was aborted."
        : this.#report("handler", error, request);
      return failure(500, [{ component: target.component, message }]);
    }
  }

  /** Logs what foreign code threw, and returns it in words, without secrets and tokens. */
  #report(what: "handler" | "afterReply", error: unknown, request: ApiRequest): string {
    const { target, params, accessToken, projectToken } = request;
    const whose = `${what === "handler" ? "The handler" : "A function for afterReply"} of ${nameOf(target)}`;
    const { text, stack } = redactFields({
      params,
      accessToken,
      projectToken,
      text: `${whose} failed: ${error instanceof Error ? String(error) : `it threw ${typeof error}`}`,
      stack: error instanceof Error ? (error.stack ?? "") : "",
    }) as { text: string; stack: string };
    const where = /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
    const logged = where === undefined ? text : `${text} (${where})`;
    this.ports.log("handlerFailed", logged, { ...target, stack }, "warning");
    return text;
  }
}

/** Functions that run once the reply was sent. */
class AfterReply {
  #waiting: (() => unknown)[] | undefined = [];

  constructor(private readonly report: (error: unknown) => void) {}

  add(run: () => unknown): void {
    if (this.#waiting) this.#waiting.push(run);
    else this.#run(run);
  }

  runAll(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) this.#run(run);
  }

  /** Later: a reply over REST is written in the steps after this one. */
  #run(run: () => unknown): void {
    setTimeout(() => void new Promise((done) => done(run())).catch(this.report), 0);
  }
}

/** A copy, as JSON carries it: the handler may change its object later. */
function readResult(value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  const text = JSON.stringify(value) as string | undefined;
  const json: unknown = text === undefined ? undefined : JSON.parse(text);
  if (isObject(json)) return json;
  throw new TypeError("It returned something other than an object.");
}
