/**
 * A function of any GS2 service, as data: what a client needs to call it, and the emulator to answer
 * it, with the types of its parameters and its result.
 */
export interface CallDefinition<Params = unknown, Result = unknown> {
  /** Name of the service in addresses and frames, e.g. `matchmaking`. */
  readonly service: string;
  /** e.g. `gathering`. */
  readonly component: string;
  /** e.g. `doMatchmaking`. */
  readonly function: string;
  /** Left out where the function is called over the socket only. */
  readonly rest?: {
    readonly verb: "GET" | "POST" | "PUT" | "DELETE";
    /** Path under the service's address; names in braces are parameters: `/{namespaceName}/...`. */
    readonly path: string;
  };
  /** `seen`: an official SDK calls it over the socket. `unknown`: none was seen to. */
  readonly socket: "seen" | "unknown";
  /** Names of the parameters that a call must have. */
  readonly required?: readonly string[];
  /** Exists for the types only; never set. */
  readonly types?: readonly [Params, Result];
}
