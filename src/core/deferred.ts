import { GatewayError, type GatewayErrorInit, type GatewayErrorKind } from "../errors.js";

/** Time and chance, passed in so that tests and simulations can hold both. */
export interface Clock {
  readonly now: () => number;
  readonly random: () => number;
  readonly setTimer: (run: () => void, ms: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
}

export interface AbortOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds. */
  timeoutMs?: number | undefined;
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
 * @param onEnd called once, before anybody hears of the end; with the kind of the failure where it is one of ours
 * @param describe what is to be said of a failure of this kind; by default that nothing was sent
 */
export function createDeferred<Value>(
  method: string,
  { setTimer, clearTimer }: Pick<Clock, "setTimer" | "clearTimer">,
  { signal, timeoutMs }: AbortOptions,
  onEnd: (kind?: GatewayErrorKind) => void,
  describe?: (kind: GatewayErrorKind) => Partial<Failure>,
): Deferred<Value> {
  let over = false;
  let settle!: (value: Value) => void;
  let refuse!: (error: unknown) => void;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = resolve;
    refuse = reject;
  });
  const end = (then: () => void, kind?: GatewayErrorKind): void => {
    if (over) return;
    over = true;
    clearTimer(timer);
    signal?.removeEventListener("abort", onAbort);
    onEnd(kind);
    then();
  };
  const fail: Deferred<Value>["fail"] = (failure, problem) => {
    const { kind } = failure;
    const message = `${method}: ${problem}`;
    const error = new GatewayError({ ...describe?.(kind), ...failure, method, message });
    end(() => refuse(error), kind);
  };
  const onAbort = (): void => fail({ kind: "aborted" }, "aborted");
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimer(
          () => fail({ kind: "requestTimeout" }, `nothing within ${timeoutMs} ms`),
          timeoutMs,
        );
  signal?.addEventListener("abort", onAbort);
  // Not at once: whoever asked has not got this object yet.
  if (signal?.aborted) queueMicrotask(onAbort);
  return {
    promise,
    fail,
    resolve: (value) => end(() => settle(value)),
    reject: (error) => end(() => refuse(error)),
  };
}
