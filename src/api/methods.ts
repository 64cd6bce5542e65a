import type { Target, Values } from "../wire/frames.js";
import type { AnyMethod, Repeat } from "../wire/methods.js";
import { checkArguments, type OnIneffectiveField } from "./check.js";

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

/**
 * Checks the values of a player's method. The access token is left out: it is added to the envelope
 * when the frame is sent.
 *
 * @param namespaceOf default namespace of a slot
 */
export const createChecker =
  (namespaceOf: (slot: string) => unknown, onIneffectiveField: OnIneffectiveField) =>
  ({ name, fields }: AnyMethod, slot: string, values: Values): Record<string, unknown> => {
    const { accessToken: _, ...checked } = checkArguments(
      name,
      fields,
      { ...values, accessToken: "-", namespaceName: values["namespaceName"] ?? namespaceOf(slot) },
      onIneffectiveField,
    );
    return checked;
  };
