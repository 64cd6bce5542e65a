import type { Target, Values } from "../wire/frames.js";
import type { AnyMethod, Repeat } from "../wire/methods.js";
import { checkArguments } from "./check.js";

/** What a row says of its call. */
interface RowCall {
  readonly target: Target;
  readonly params: Values;
  readonly repeat?: Repeat | undefined;
  readonly avoider?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Turns rows into calls over the socket. */
export const createRowCaller =
  <Request extends RowCall, Result>(start: (request: Request) => Result, timeoutMs: number) =>
  (
    { name, component, repeat, avoider }: AnyMethod,
    params: Values,
    rest: Omit<Request, keyof RowCall> & { readonly timeoutMs?: number | undefined },
  ): Result =>
    start({
      ...rest,
      timeoutMs: rest.timeoutMs ?? timeoutMs,
      repeat,
      avoider,
      params,
      target: { service: "gateway", component, function: name },
    } as unknown as Request);

/**
 * Checks what a player gives to a method. The access token is left out: it goes into the envelope when the frame is made.
 *
 * @param namespaceOf where the call goes that names no namespace
 */
export const createChecker =
  (
    namespaceOf: (slot: string) => unknown,
    broken: (method: string, field: string, needs: string) => void,
  ) =>
  ({ name, fields }: AnyMethod, slot: string, values: Values): Record<string, unknown> => {
    const { accessToken: _, ...checked } = checkArguments(
      name,
      fields,
      { ...values, accessToken: "-", namespaceName: values["namespaceName"] ?? namespaceOf(slot) },
      (field, needs) => broken(name, field, needs),
    );
    return checked;
  };
