import type { StandardSchema } from "../notify/schema.js";
import type { CallDefinition } from "../wire/callDefinition.js";

/** What `defineCall` takes. */
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
