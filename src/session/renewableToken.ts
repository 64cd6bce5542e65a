import { GatewayError, isGatewayError } from "../errors.js";

/**
 * A token and the seconds it lives. GS2-Auth tokens live an hour (GS2 reference); so does any other
 * whose life is not given as a positive number.
 */
export interface Grant {
  token: unknown;
  lifeSeconds?: unknown;
}

const LIFE_SECONDS = 3_600;
/** Renewed after this share of its life. */
const USED_SHARE = 0.9;

/**
 * One token: obtained when needed, renewed after nine tenths of its life by wall clock, in a single
 * flight.
 * @internal
 */
export class RenewableToken<Reason> {
  readonly #name: string;
  readonly #wallTime: () => number;
  readonly #obtain: (reason: Reason) => Promise<Grant>;
  readonly #onToken: (token: string) => void;
  #latest: string | undefined;
  #renewAt = 0;
  #inFlight: Promise<string> | undefined;

  /** @param onToken called with each token, so that it is redacted from then on */
  constructor(
    name: string,
    wallTime: () => number,
    obtain: (reason: Reason) => Promise<Grant>,
    onToken: (token: string) => void,
  ) {
    this.#name = name;
    this.#wallTime = wallTime;
    this.#obtain = obtain;
    this.#onToken = onToken;
  }

  /** The latest one, however old. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** The latest one, while it is young enough to be sent. */
  get fresh(): string | undefined {
    return this.#wallTime() < this.#renewAt ? this.#latest : undefined;
  }

  /** Milliseconds until it is due for renewal; 0 where it is. */
  get renewInMs(): number {
    return Math.max(0, this.#renewAt - this.#wallTime());
  }

  renew(reason: Reason): Promise<string> {
    if (this.#inFlight) return this.#inFlight;
    const mine: Promise<string> = this.#obtain(reason)
      // A token that is set meanwhile is newer than what this flight brings.
      .then((grant) => (this.#inFlight === mine ? this.set(grant) : this.#latest!));
    this.#inFlight = mine;
    const landed = (): void => {
      if (this.#inFlight === mine) this.#inFlight = undefined;
    };
    mine.then(landed, landed);
    return mine;
  }

  set({ token, lifeSeconds }: Grant): string {
    const name = this.#name;
    if (typeof token !== "string" || !token) {
      throw new GatewayError({ kind: "protocol", message: `${name}: no token came`, method: name });
    }
    const life = (lifeSeconds as number) > 0 ? (lifeSeconds as number) : LIFE_SECONDS;
    this.#renewAt = this.#wallTime() + life * 1_000 * USED_SHARE;
    this.#inFlight = undefined;
    this.#onToken(token);
    return (this.#latest = token);
  }

  /** The server refused it. */
  invalidate(): void {
    this.#renewAt = 0;
  }
}

/**
 * Asks the game's own function, or takes the text it gave. `unauthorized` from it is final; any
 * other failure is tried again.
 */
export async function fromProvider<Request>(
  name: string,
  source: string | ((request: Request) => unknown),
  request: Request,
): Promise<Grant> {
  if (typeof source === "string") return { token: source, lifeSeconds: Infinity };
  try {
    const result = await source(request);
    if (typeof result === "string") return { token: result };
    const { token, expiresInSeconds } = result as { token?: unknown; expiresInSeconds?: unknown };
    return { token, lifeSeconds: expiresInSeconds };
  } catch (cause) {
    const kind = isGatewayError(cause, "unauthorized") ? "unauthorized" : "unknown";
    throw new GatewayError({ kind, message: `${name}: its provider failed`, method: name, cause });
  }
}
