import type { Target, Values } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";

/** A call that passed the checks. */
export interface AdmittedCall {
  /**
   * As sent; null counts as absent, and a value of a query is a text. Without the access token,
   * which `userId` stands for.
   */
  readonly params: Values;
  /** The player of the access token, else the parameter `userId`. */
  readonly userId: string | undefined;
  /** The client of the project token. */
  readonly clientId: string;
  /** The parameter of that name: a namespace of the called service. */
  readonly namespaceName: string | undefined;
}

/** A call that a handler is working on. */
export interface RunningCall extends AdmittedCall {
  /**
   * Aborted when the caller's socket or request has closed, when the time is up, and when the
   * emulator is reset or stops.
   */
  readonly signal: AbortSignal;
  /**
   * Runs the function once the reply was sent. On the socket, what it sends comes after the reply;
   * a reply over REST takes another connection, so its order is not certain.
   */
  readonly afterReply: (run: () => unknown) => void;
}

/** A function of any GS2 service that the emulator handles besides its own methods. */
export interface AddedFunction {
  readonly target: Target;
  /** Undefined: on the socket only. */
  readonly rest: Pick<AnyMethod, "verb" | "path"> | undefined;
  /** Names of the parameters that a call must have. */
  readonly required: readonly string[];
  readonly requirePlayer: boolean;
  /** Milliseconds of real time until the call fails with 504. */
  readonly timeoutMs: number;
  /** Returns the result, or a promise of it. */
  readonly handler: (call: RunningCall) => unknown;
}

/** The service's name in REST addresses: `job-queue` for `jobQueue`, as it is called in frames. */
export const hostOf = (service: string): string =>
  service.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const nameOf = ({ service, component, function: name }: Target): string =>
  `${service}.${component}.${name}`;

const keyOf = (target: Target): string => nameOf({ ...target, service: hostOf(target.service) });

/** The added functions by their names; one function has one handler. */
export class AddedFunctions {
  readonly #byName = new Map<string, AddedFunction>();

  /** Replaces the one of the same name. Returns a function that removes it, if it is still there. */
  add(added: AddedFunction): () => void {
    const key = keyOf(added.target);
    this.#byName.set(key, added);
    return () => {
      if (this.#byName.get(key) === added) this.#byName.delete(key);
    };
  }

  find(target: Target): AddedFunction | undefined {
    return this.#byName.size === 0 ? undefined : this.#byName.get(keyOf(target));
  }

  /** @param service as in REST addresses or in frames */
  ofService(service: string): AddedFunction[] {
    return [...this.#byName.values()].filter(
      ({ target }) => hostOf(target.service) === hostOf(service),
    );
  }
}
