import type { Clock } from "../core/clock.js";
import { createDeferred, type Deferred } from "../core/deferred.js";
import type { Redact } from "../core/redact.js";
import { describeError, MAX_TEXT_LENGTH } from "../core/reporter.js";
import { GatewayError, isGatewayError, type GatewayErrorKind } from "../errors.js";

/**
 * A token and the seconds it lives. GS2-Auth tokens live an hour (GS2 reference); so does any other
 * whose life is not given as a positive number.
 */
export interface Grant {
  token: unknown;
  lifeSeconds?: unknown;
}

/** @internal */
export interface TokenPorts {
  readonly clock: Clock;
  /** How long to wait for the first token, or for one in place of a refused one. */
  readonly timeoutMs: number;
  /** Called with each token, so that it is redacted from then on. */
  readonly onToken: (token: string) => void;
  /** Called when a provider takes more than 5 seconds; undefined where there is no provider. */
  readonly onSlow: (() => void) | undefined;
}

const LIFE_SECONDS = 3_600;
/** Renewed after this share of its life. */
const USED_SHARE = 0.9;
const SLOW_MS = 5_000;

/**
 * One token: obtained when needed, renewed after nine tenths of its life, in a single flight with a
 * deadline. A token that comes after the deadline is used for the next request.
 * @internal
 */
export class RenewableToken<Reason extends string> {
  readonly #name: string;
  readonly #obtain: (reason: Reason) => Promise<Grant>;
  readonly #ports: TokenPorts;
  #latest: string | undefined;
  #lifeMs = 0;
  #setAt = 0;
  #setWallTime = 0;
  #inFlight: Deferred<string> | undefined;
  /** Number of the last request, and of the one that brought the latest token. */
  #requests = 0;
  #answered = 0;
  /** It came after the deadline of its request, and was not sent yet. */
  #isUnused = false;

  constructor(name: string, obtain: (reason: Reason) => Promise<Grant>, ports: TokenPorts) {
    this.#name = name;
    this.#obtain = obtain;
    this.#ports = ports;
  }

  /** The latest one, unless it was invalidated, however old. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** The latest one, while it is not due for renewal. */
  get fresh(): string | undefined {
    return this.renewInMs > 0 ? this.#latest : undefined;
  }

  /** Milliseconds until it is due for renewal; 0 where it is. */
  get renewInMs(): number {
    return Math.max(0, this.#lifeMs * USED_SHARE - this.#ageMs);
  }

  /** The latest one, to be sent now. */
  use(): string | undefined {
    this.#isUnused = false;
    return this.#latest;
  }

  /**
   * The token to send: at once during its life, else after its renewal. The old one where the
   * renewal fails.
   */
  current(reason: Reason): string | Promise<string> {
    if (!this.#latest || this.#ageMs >= this.#lifeMs) return this.renewOrKeep(reason);
    if (!this.fresh) void this.renew(reason).catch(() => undefined);
    return this.use()!;
  }

  /** A new one, or the latest where none can be had. */
  async renewOrKeep(reason: Reason): Promise<string> {
    try {
      return await this.renew(reason);
    } catch (error) {
      const { kind, outcome } = error as GatewayError;
      // The silence of a server is for the connection to judge.
      if (!this.#latest || kind === "unauthorized" || outcome === "unknown") throw error;
      return this.use()!;
    }
  }

  /** A new one in place of the one that was sent, unless it was replaced meanwhile. */
  async replace(sent: string | undefined, reason: Reason): Promise<string> {
    return this.#latest && this.#latest !== sent ? this.use()! : this.renew(reason);
  }

  renew(reason: Reason): Promise<string> {
    if (this.#isUnused && this.fresh) return Promise.resolve(this.use()!);
    return (this.#inFlight ?? this.#request(reason)).promise;
  }

  set({ token, lifeSeconds }: Grant): string {
    const name = this.#name;
    if (typeof token !== "string" || !token) {
      const message = `${name}: what came is no token (a provider returns a text)`;
      throw new GatewayError({ kind: "protocol", message, method: name });
    }
    const { clock, onToken } = this.#ports;
    this.#lifeMs = ((lifeSeconds as number) > 0 ? (lifeSeconds as number) : LIFE_SECONDS) * 1_000;
    this.#setAt = clock.now();
    this.#setWallTime = clock.wallTime();
    this.#answered = this.#requests;
    this.#isUnused = false;
    this.#latest = token;
    onToken(token);
    this.#inFlight?.resolve(token);
    return token;
  }

  /** The server refused it. */
  invalidate(): void {
    this.#latest = undefined;
  }

  /** Ends a request under way; the next one asks again. */
  cancel(kind: GatewayErrorKind = "notConnected", reason = "disconnected"): void {
    this.#inFlight?.fail({ kind }, reason);
  }

  /** By the clock that says more: one may stop while the host sleeps, the other may be set back. */
  get #ageMs(): number {
    const { clock } = this.#ports;
    return Math.max(clock.now() - this.#setAt, clock.wallTime() - this.#setWallTime);
  }

  #request(reason: Reason): Deferred<string> {
    const { clock, timeoutMs, onSlow } = this.#ports;
    const number = ++this.#requests;
    // Nothing waits long for a provider while there is another token to be used.
    const hasOther = !!onSlow && !!this.#latest && reason !== "unauthorized";
    const limit = { timeoutMs: hasOther ? Math.min(SLOW_MS, timeoutMs) : timeoutMs };
    const slow = onSlow && !hasOther && clock.setTimer(onSlow, SLOW_MS);
    const onEnd = (kind?: GatewayErrorKind): void => {
      clock.clearTimer(slow);
      this.#inFlight = undefined;
      if (hasOther && kind === "requestTimeout") onSlow();
    };
    const request = createDeferred<string>(this.#name, clock, limit, onEnd);
    // Before the provider runs: it may dispose the client.
    this.#inFlight = request;
    this.#obtain(reason).then((grant) => {
      // A token that was set meanwhile is newer.
      if (number <= this.#answered) return;
      const isLate = !this.#inFlight;
      try {
        this.set(grant);
        this.#answered = number;
        this.#isUnused = isLate;
      } catch (error) {
        request.reject(error);
      }
    }, request.reject);
    return request;
  }
}

/**
 * What a provider threw, as far as it may be shown: it may quote tokens that nothing else has seen,
 * which are long, or follow an equals sign.
 */
function quoteError(thrown: unknown, redact: Redact): string {
  if (!(thrown instanceof Error)) return `it threw a value of type ${typeof thrown}`;
  const text = redact(describeError(thrown)).replace(/=\S+|[\w+/.~-]{16,}/g, "***");
  return text.slice(0, MAX_TEXT_LENGTH);
}

/**
 * Asks the game's own function, or takes the text it gave. `unauthorized` from it is final; any
 * other failure is tried again.
 *
 * @param redact takes secrets out of what the function threw
 */
export async function fromProvider<Request>(
  name: string,
  source: string | ((request: Request) => unknown),
  request: Request,
  redact: Redact,
): Promise<Grant> {
  if (typeof source === "string") return { token: source, lifeSeconds: Infinity };
  try {
    const result = await source(request);
    if (typeof result === "string") return { token: result };
    const { token, expiresInSeconds } = Object(result) as Record<string, unknown>;
    return { token, lifeSeconds: expiresInSeconds };
  } catch (cause) {
    const kind = isGatewayError(cause, "unauthorized") ? "unauthorized" : "unknown";
    const message = `${name}: its provider failed: ${quoteError(cause, redact)}`;
    throw new GatewayError({ kind, message, method: name, cause });
  }
}
