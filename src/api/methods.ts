import type { Target, Values } from "../wire/frames.js";
import type { AnyMethod, Repeat } from "../wire/methods.js";

/** The part of a call that follows from its method. */
interface MethodCall {
  readonly target: Target;
  readonly params: Values;
  readonly repeat?: Repeat | undefined;
  readonly takesDuplicationAvoider?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Sends methods of the table as calls over the socket. */
export const createMethodCaller =
  <Request extends MethodCall, Result>(start: (request: Request) => Result, timeoutMs: number) =>
  (
    { name, component, repeat, takesDuplicationAvoider }: AnyMethod,
    params: Values,
    options: Omit<Request, keyof MethodCall> & { readonly timeoutMs?: number | undefined },
  ): Result =>
    start({
      ...options,
      timeoutMs: options.timeoutMs ?? timeoutMs,
      repeat,
      takesDuplicationAvoider,
      params,
      target: { service: "gateway", component, function: name },
    } as unknown as Request);
