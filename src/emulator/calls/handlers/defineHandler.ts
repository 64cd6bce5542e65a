import type { AnyMethod, Method } from "../../../wire/methods.js";
import type { CallResult } from "../result.js";
import type { Store } from "../../store/store.js";

/** What a rule may know about a call besides its parameters. */
export interface Call {
  /** The time of the call, Unix milliseconds. */
  readonly now: number;
  /** The socket it came through; undefined over REST. */
  readonly connectionId: string | undefined;
  /** Whose project token it came with. */
  readonly clientId: string;
  /** The player the access token names; for an admin method the parameter `userId`; else empty. */
  readonly userId: string;
  /** When that access token ends; undefined: never. */
  readonly tokenExpiresAt: number | undefined;
}

/**
 * What the method asks of the namespace it names: `must exist` (else 404), `made` on first use unless the emulator is strict, or
 * `none` where it names none.
 */
export type NamespaceNeed = "must exist" | "made" | "none";

type Run<Params, Result> = (world: Store, params: Params, call: Call) => CallResult<Result>;

/** One method's behaviour. It runs after tokens, fields and namespace were found good, for REST and socket alike. */
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
  // The field checks of the same row have made the parameters a `Request`.
  return { method, namespace, run: run as Run<never, Result> as MethodHandler["run"] };
}
