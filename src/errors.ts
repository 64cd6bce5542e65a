/**
 * Kind of an error. The first nine stand for GS2's statuses 400, 401, 402, 404, 409 (or 405), 500,
 * 502, 503 and 504 (GS2 reference). The others belong to this package: `notConnected` (no open
 * connection), `replaced` (another client holds the player's binding), `aborted` (by the caller's
 * signal), `invalidArgument` (rejected before sending), `protocol` (an unreadable reply), `gap`
 * (`waitFor` with `onGap: "reject"`), `push` (web push), `unknown` (a status GS2 does not list).
 */
export type GatewayErrorKind =
  | "badRequest"
  | "unauthorized"
  | "quotaLimitExceeded"
  | "notFound"
  | "conflict"
  | "internalServerError"
  | "badGateway"
  | "serviceUnavailable"
  | "requestTimeout"
  | "notConnected"
  | "replaced"
  | "aborted"
  | "invalidArgument"
  | "protocol"
  | "gap"
  | "push"
  | "unknown";

/** One entry of GS2's error list (the JSON array inside `message`; GS2 reference). */
export interface GatewayErrorDetail {
  component: string;
  message: string;
  /** As the server sent it, which may be an empty text. */
  code?: string;
}

/**
 * Outcome of the failed call. `notSent`: nothing was sent. `refused`: the server replied with an
 * error. `unknown`: it was sent and no reply came; the server may have executed it.
 */
export type GatewayErrorOutcome = "notSent" | "refused" | "unknown";

export interface GatewayErrorInit {
  kind: GatewayErrorKind;
  message: string;
  status?: number | undefined;
  errors?: readonly GatewayErrorDetail[] | undefined;
  method?: string | undefined;
  outcome?: GatewayErrorOutcome | undefined;
  retryable?: boolean | undefined;
  cause?: unknown;
}

// Symbol.for: the ESM copy of this package recognises errors of the CommonJS copy.
const BRAND: unique symbol = Symbol.for("gs2-gateway.GatewayError") as never;

/**
 * The only error this package rejects with. Test for it with {@link isGatewayError}, which also
 * works across two copies of the package. `message` and JSON of it contain no secret and no token.
 *
 * A token provider may throw one of kind `unauthorized` when the player is signed out: the client
 * then stops trying.
 */
export class GatewayError extends Error {
  declare readonly name: "GatewayError";
  /** Stable. Each has a section in the guide, `docs/errors.md#` with it in lower case. */
  declare readonly kind: GatewayErrorKind;
  /** GS2's status, where there was a reply. */
  declare readonly status: number | undefined;
  /** GS2's error list; empty where there was no reply or no list in it. */
  declare readonly errors: readonly GatewayErrorDetail[];
  /** The method that failed, e.g. `setUserId`. */
  declare readonly method: string | undefined;
  /** Default `notSent`. */
  declare readonly outcome: GatewayErrorOutcome;
  /**
   * True when nothing was sent, or when a repeat is safe and may succeed. Always false for
   * `invalidArgument`.
   */
  declare readonly retryable: boolean;

  constructor(init: GatewayErrorInit) {
    const { message, cause, kind, status, method, errors = [], outcome = "notSent" } = init;
    super(message, cause === undefined ? undefined : { cause });
    const { retryable = outcome === "notSent" && kind !== "invalidArgument" } = init;
    const name = "GatewayError";
    Object.assign(this, { name, kind, status, errors, method, outcome, retryable });
    // Not enumerable, so that it is not in toJSON.
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** All fields except the stack and the cause. */
  toJSON(): Omit<GatewayErrorInit, "cause"> & { name: string } {
    return Object.assign({ message: this.message }, this);
  }
}

/** Whether `error` is a {@link GatewayError}, of `kind` where one is given. */
export function isGatewayError<K extends GatewayErrorKind = GatewayErrorKind>(
  error: unknown,
  kind?: K,
): error is GatewayError & { readonly kind: K } {
  const one = error as { [BRAND]?: unknown; kind?: unknown } | null | undefined;
  return one?.[BRAND] === true && (kind === undefined || one.kind === kind);
}

/** Problem of a missing field. */
export const MISSING = "must be supplied";

/** An error that names method and field. Throw it before anything is sent. */
export const invalidArgument = (
  method: string,
  field: string,
  problem: string = MISSING,
): GatewayError =>
  new GatewayError({
    kind: "invalidArgument",
    message: `${method}: ${field} ${problem}`,
    method,
    errors: [{ component: field, message: problem }],
  });
