import {
  GatewayError,
  invalidArgument,
  isGatewayError,
  type GatewayErrorInit,
  type GatewayErrorKind,
} from "../errors.js";
import { LONGEST_TIMER_MS, setDeadline, type Clock } from "./clock.js";

/** Problem of what waits for a client that was disposed. */
export const DISPOSED = "the client is disposed: construct a new one";

export interface AbortOptions {
  /** Ends the wait with kind `aborted`. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds, at most 2,147,483,647; then the wait ends with kind `requestTimeout`. `Infinity`:
   * no limit.
   */
  timeoutMs?: number | undefined;
}

/** Throws `invalidArgument` for what is no time; `Infinity` means none. */
export function checkTime(method: string, field: string, ms: unknown): void {
  if (ms === Infinity || ((ms as number) >= 0 && (ms as number) <= LONGEST_TIMER_MS)) return;
  throw invalidArgument(method, field, `must be from 0 to ${LONGEST_TIMER_MS}, or Infinity`);
}

type Failure = Omit<GatewayErrorInit, "message" | "method">;

/** A promise with a deadline, a signal and exactly one end. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
  /** Rejects with a GatewayError that names the method. */
  readonly fail: (failure: Failure, problem: string) => void;
}

/**
 * Throws `invalidArgument` where `timeoutMs` is no time.
 *
 * @param onEnd called once, before the promise settles, with the kind of the failure where it is
 * ours
 * @param describe adds to a failure of this kind, or names its cause; by default it says that
 * nothing was sent
 */
export function createDeferred<Value>(
  method: string,
  clock: Pick<Clock, "setTimer" | "clearTimer">,
  { signal, timeoutMs }: AbortOptions,
  onEnd: (kind?: GatewayErrorKind) => void,
  describe?: (kind: GatewayErrorKind) => Partial<Failure>,
): Deferred<Value> {
  const limitMs = timeoutMs ?? Infinity;
  checkTime(method, "timeoutMs", limitMs);
  let isOver = false;
  let settle!: (value: Value) => void;
  let refuse!: (error: unknown) => void;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = resolve;
    refuse = reject;
  });
  const end = (then: () => void, kind?: GatewayErrorKind): void => {
    if (isOver) return;
    isOver = true;
    cancelDeadline?.();
    signal?.removeEventListener("abort", onAbort);
    onEnd(kind);
    then();
  };
  const fail: Deferred<Value>["fail"] = (failure, problem) => {
    const { kind } = failure;
    const described = describe?.(kind);
    const init = { ...described, ...failure, kind: described?.kind ?? kind };
    const because = isGatewayError(init.cause) ? `: ${init.cause.message}` : "";
    const message = `${method}: ${problem}${because}`;
    end(() => refuse(new GatewayError({ ...init, method, message })), kind);
  };
  const onAbort = (): void => fail({ kind: "aborted" }, "aborted");
  const onTimeout = (): void => fail({ kind: "requestTimeout" }, `nothing within ${limitMs} ms`);
  const cancelDeadline = limitMs < Infinity ? setDeadline(clock, onTimeout, limitMs) : undefined;
  signal?.addEventListener("abort", onAbort);
  // Not at once: the caller does not have this object yet.
  if (signal?.aborted) queueMicrotask(onAbort);
  return {
    promise,
    fail,
    resolve: (value) => end(() => settle(value)),
    reject: (error) => end(() => refuse(error)),
  };
}
