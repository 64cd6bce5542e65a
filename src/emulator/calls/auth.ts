import { ok, fieldError, failure, unauthorized, type CallResult, type Failure } from "./result.js";
import { invalid } from "../settings.js";
import type { Store } from "../store/store.js";

export interface LoginRequest {
  readonly clientId: unknown;
  readonly clientSecret: unknown;
  /** A project token the client already holds: the C# SDK sends it instead of a secret it does not have. */
  readonly projectToken: string | undefined;
  readonly connectionId: string | undefined;
}

export interface LoginResult {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly owner_id: string;
}

/** The login of GS2-Identifier, over REST and on the socket. */
export function login(world: Store, ask: LoginRequest, now: number): CallResult<LoginResult> {
  const { clientId, clientSecret, connectionId } = ask;
  const connection = connectionId === undefined ? undefined : world.connections.get(connectionId);
  const grant = (token: string, client: string, expiresAt: number): CallResult<LoginResult> => {
    if (connection) Object.assign(connection, { projectToken: token, clientId: client });
    return ok({
      access_token: token,
      token_type: "Bearer",
      expires_in: Math.ceil((expiresAt - now) / 1000),
      owner_id: world.settings.ownerId,
    });
  };

  if (!clientSecret && ask.projectToken !== undefined) {
    const held = world.projectTokens.get(ask.projectToken);
    if (!held) return unauthorized("projectToken", "invalid");
    return held.expiresAt > now
      ? grant(ask.projectToken, held.clientId, held.expiresAt)
      : unauthorized("projectToken", "expired");
  }
  const missing = Object.entries({ client_id: clientId, client_secret: clientSecret })
    .filter(([, value]) => typeof value !== "string" || value === "")
    .map(([field]) => fieldError("projectToken", field, "require", "identifier"));
  if (missing.length > 0) return failure(400, missing);
  if (!isCredential(world, String(clientId), String(clientSecret))) {
    return failure(401, [
      { component: "projectToken", message: "identifier.projectToken.credential.error.invalid" },
    ]);
  }
  const token = world.ids.next("projectToken");
  const expiresAt = now + world.settings.projectTokenExpiresInSeconds * 1000;
  world.projectTokens.set(token, { clientId: String(clientId), expiresAt });
  return grant(token, String(clientId), expiresAt);
}

const isCredential = (world: Store, clientId: string, clientSecret: string): boolean =>
  world.strict
    ? world.credentials.some(
        (known) => known.clientId === clientId && known.clientSecret === clientSecret,
      )
    : clientSecret !== "wrong";

/** Whose project token it is. A request without one uses the login of its socket. */
export function checkProjectToken(
  world: Store,
  given: string | undefined,
  connectionId: string | undefined,
  now: number,
): { readonly clientId: string } | Failure {
  const connection = world.connections.get(connectionId ?? "");
  const token = given ?? connection?.projectToken;
  if (token === undefined) return unauthorized("projectToken", "require");
  const held = world.projectTokens.get(token);
  if (!held) return unauthorized("projectToken", "invalid");
  if (held.expiresAt <= now) return unauthorized("projectToken", "expired");
  if (connection) connection.clientId = held.clientId;
  return held;
}

export interface Player {
  readonly userId: string;
  /** Undefined: never. */
  readonly expiresAt: number | undefined;
}

/** Whose access token it is. */
export function readAccessToken(
  world: Store,
  token: string | undefined,
  now: number,
): Player | Failure {
  if (token === undefined) return unauthorized("accessToken", "require");
  const held = world.accessTokens.get(token);
  if (held) return held.expiresAt > now ? held : unauthorized("accessToken", "expired");
  const number = world.strict ? undefined : /^accessToken-(\d+)$/.exec(token)?.[1];
  return number === undefined
    ? unauthorized("accessToken", "invalid")
    : { userId: `user-${number}`, expiresAt: undefined };
}

export interface IssueTokenOptions {
  userId: string;
  /** Default: the setting `accessTokenExpiresInMs`. */
  expiresInMs?: number | undefined;
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly userId: string;
  /** Unix time in milliseconds. */
  readonly expiresAt: number;
}

/** What GS2-Auth would do. */
export function issueAccessToken(
  world: Store,
  { userId, expiresInMs = world.settings.accessTokenExpiresInMs }: Readonly<IssueTokenOptions>,
  now: number,
): { result: IssuedAccessToken; effects: [] } {
  if (typeof userId !== "string" || userId === "" || userId.length > 128) {
    throw invalid("An access token needs the userId it is for, of at most 128 characters.");
  }
  if (!Number.isFinite(expiresInMs)) {
    throw invalid("An access token's expiresInMs is a number of milliseconds.");
  }
  const accessToken = world.ids.next("playerToken");
  const expiresAt = now + expiresInMs;
  world.accessTokens.set(accessToken, { userId, expiresAt });
  return { result: { accessToken, userId, expiresAt }, effects: [] };
}
