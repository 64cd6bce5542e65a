import { PERFORM_CALL, type DefinedCall } from "../core/internals.js";
import { invalidArgument } from "../errors.js";
import type { StandardSchema } from "../notify/schema.js";
import type { CallDefinition } from "../wire/callDefinition.js";
import { performCall } from "./performCall.js";

/** What {@link defineCall} takes. */
export interface CallSpec<Params, Result> extends CallDefinition<Params, Result> {
  /**
   * The parameters that are checked before anything is sent. `accessToken` among them makes it a
   * player's function: the token is that of the slot, unless the parameters have one.
   */
  readonly required?: readonly (keyof Params & string)[];
  /** Checks the parameters; what it returns is sent. A Standard Schema. */
  readonly params?: StandardSchema<Params> | undefined;
  /** Checks the result; what it returns is the result. A Standard Schema. */
  readonly result?: StandardSchema<Result> | undefined;
}

/**
 * Defines a function of a GS2 service, so that `gateway.call` takes it with typed parameters and
 * gives a typed result, and `emulator.handle` answers it:
 *
 * ```ts
 * const getProfile = defineCall<{ namespaceName: string; userId: string }, { item: Profile }>({
 *   service: "friend",
 *   component: "profile",
 *   function: "getPublicProfile",
 *   rest: { verb: "GET", path: "/{namespaceName}/user/{userId}/profile/public" },
 *   socket: "unknown",
 *   required: ["namespaceName", "userId"],
 * });
 * const { item } = await gateway.call(getProfile, { namespaceName: "friends", userId: "alice" });
 * ```
 *
 * The definition alone does nothing. A call is sent over the socket where `socket` is `seen`, else
 * over REST; the option `via` says otherwise. A parameter that is required, or in the path, and is
 * missing, null or empty rejects with `invalidArgument` before anything is sent. Null means absent.
 * Deadline, tokens and errors are those of the client's own methods: a 401 renews the tokens once
 * and repeats the call once, and a function with the verb GET is repeated on the next connection.
 *
 * Throws a GatewayError of kind `invalidArgument` where a name is missing.
 */
export function defineCall<Params extends object, Result extends object>(
  spec: CallSpec<Params, Result>,
): DefinedCall<Params, Result> {
  for (const field of ["service", "component", "function", "socket"] as const) {
    if (!spec[field]) throw invalidArgument("defineCall", field);
  }
  return {
    ...spec,
    [PERFORM_CALL]: (...call) => performCall(spec, ...call),
  };
}
