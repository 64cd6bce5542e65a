import type { AnyMethod, Method } from "../../../wire/methods.js";
import type { Store } from "../../store/types.js";
import type { CallResult } from "../result.js";

/** What a handler may know of a call besides its parameters. */
export interface Call {
  /** The time of the call, Unix milliseconds. */
  readonly now: number;
  /** The connection of the socket; undefined over REST. */
  readonly connectionId: string | undefined;
  /** The client of the project token. */
  readonly clientId: string;
  /** The player of the access token; for an admin method the parameter `userId`; else empty. */
  readonly userId: string;
  /** Expiry of that access token; undefined: never. */
  readonly tokenExpiresAt: number | undefined;
}

/**
 * What a method needs of the namespace it names: it `must exist` (else 404) where the call is about
 * the namespace itself; calls inside one are `made` to work unless the emulator is strict: a call
 * that may change something makes the namespace, a `read` gets the reply of an empty one. `none`
 * where it names none.
 */
export type NamespaceNeed = "must exist" | "made" | "read" | "none";

type Run<Params, Result> = (store: Store, params: Params, call: Call) => CallResult<Result>;

/** One method's behaviour, after tokens, fields and namespace were checked. */
export interface MethodHandler {
  readonly method: AnyMethod;
  readonly namespace: NamespaceNeed;
  readonly run: Run<Readonly<Record<string, unknown>>, unknown>;
}

export function defineHandler<Request, Result>(
  method: Method<Request, Result>,
  namespace: NamespaceNeed,
  run: Run<Readonly<Request>, Result>,
): MethodHandler {
  // The fields of the same method were validated, so the parameters are a `Request`.
  return { method, namespace, run: run as Run<never, Result> as MethodHandler["run"] };
}
