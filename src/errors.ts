/**
 * What went wrong, in one word. The first nine are GS2's own statuses (400, 401, 402, 404, 409 or 405, 500, 502, 503, 504; GS2 reference);
 * the others are ours: `notConnected` (no open connection to use), `replaced` (another client holds the player's place), `aborted` (the
 * caller's signal), `invalidArgument` (refused before sending), `protocol` (an answer nobody can read), `gap` (`waitFor` with
 * `onGap: "reject"`), `push` (web push), `unknown` (a status GS2 does not list).
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
  code?: string;
}

/**
 * What became of the call: `notSent`: nothing left this client. `refused`: the server answered, and it was no.
 * `unknown`: it was sent and no answer came, so it may or may not have been done.
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

// Symbol.for: an error thrown by the CommonJS copy is recognised by the ESM copy.
const BRAND: unique symbol = Symbol.for("gs2-gateway.GatewayError") as never;

/**
 * The only error this package rejects with. Recognise it with {@link isGatewayError}, which also works across two copies of the package.
 * Neither `message` nor `JSON.stringify` of it holds a secret or a token.
 *
 * A token provider may throw one with kind `unauthorized` to say "signed out": the client then stops trying.
 */
export class GatewayError extends Error {
  declare readonly name: "GatewayError";
  declare readonly kind: GatewayErrorKind;
  /** GS2's status where there was an answer. */
  declare readonly status: number | undefined;
  /** GS2's error list; empty where there was no answer or it held none. */
  declare readonly errors: readonly GatewayErrorDetail[];
  /** The call it belongs to, e.g. `setUserId`. */
  declare readonly method: string | undefined;
  /** Default `notSent`. */
  declare readonly outcome: GatewayErrorOutcome;
  /** True when nothing was sent, or when doing it again is harmless and may help. A wrong argument stays wrong: false for `invalidArgument`. */
  declare readonly retryable: boolean;

  constructor(init: GatewayErrorInit) {
    const { message, cause, kind, status, method, errors = [], outcome = "notSent" } = init;
    super(message, cause === undefined ? undefined : { cause });
    const { retryable = outcome === "notSent" && kind !== "invalidArgument" } = init;
    const name = "GatewayError";
    Object.assign(this, { name, kind, status, errors, method, outcome, retryable });
    // Not enumerable: it is no part of what is told.
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Everything but the stack and the cause. */
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

/** The problem of a field that was left out. */
export const MISSING = "must be supplied";

/** Names method and field; nothing has been sent. */
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
