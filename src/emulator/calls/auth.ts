import type { Store } from "../store/types.js";
import { fieldError, failure, ok, unauthorized, type CallResult, type Failure } from "./result.js";

export interface LoginRequest {
  readonly clientId: unknown;
  readonly clientSecret: unknown;
  /** A project token of an earlier login: the C# SDK sends it when it has no secret. */
  readonly projectToken: string | undefined;
  readonly connectionId: string | undefined;
}

export interface LoginResult {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly owner_id: string;
}

/** It is kept with each token. GS2 documents no limit. */
const MAX_CLIENT_ID_LENGTH = 1_024;

/** The login of GS2-Identifier, over REST and on the socket. */
export function login(store: Store, request: LoginRequest, now: number): CallResult<LoginResult> {
  const { clientId, clientSecret, connectionId } = request;
  const connection = connectionId === undefined ? undefined : store.connections.get(connectionId);
  const grant = (token: string, client: string, expiresAt: number): CallResult<LoginResult> => {
    if (connection) Object.assign(connection, { projectToken: token, clientId: client });
    return ok({
      access_token: token,
      token_type: "Bearer",
      expires_in: Math.ceil((expiresAt - now) / 1000),
      owner_id: store.settings.ownerId,
    });
  };

  if (!clientSecret && request.projectToken !== undefined) {
    const issued = store.projectTokens.get(request.projectToken);
    if (!issued) return unauthorized("projectToken", "invalid");
    return issued.expiresAt > now
      ? grant(request.projectToken, issued.clientId, issued.expiresAt)
      : unauthorized("projectToken", "expired");
  }
  const missing = Object.entries({ client_id: clientId, client_secret: clientSecret })
    .filter(([, value]) => typeof value !== "string" || value === "")
    .map(([field]) => fieldError("projectToken", field, "require", "identifier"));
  if (missing.length > 0) return failure(400, missing);
  if (String(clientId).length > MAX_CLIENT_ID_LENGTH) {
    return failure(400, [fieldError("projectToken", "client_id", "tooLong", "identifier")]);
  }
  if (!isCredential(store, String(clientId), String(clientSecret))) {
    return failure(401, [
      { component: "projectToken", message: "identifier.projectToken.credential.error.invalid" },
    ]);
  }
  const token = store.ids.next("projectToken");
  const expiresAt = now + store.settings.projectTokenExpiresInSeconds * 1000;
  store.projectTokens.set(token, { clientId: String(clientId), expiresAt });
  return grant(token, String(clientId), expiresAt);
}

const isCredential = (store: Store, clientId: string, clientSecret: string): boolean =>
  store.strict
    ? store.credentials.some(
        (known) => known.clientId === clientId && known.clientSecret === clientSecret,
      )
    : clientSecret !== "wrong";

/** The client of a project token. A request without one uses the login of its socket. */
export function checkProjectToken(
  store: Store,
  given: string | undefined,
  connectionId: string | undefined,
  now: number,
): { readonly clientId: string } | Failure {
  const connection = store.connections.get(connectionId ?? "");
  const token = given ?? connection?.projectToken;
  if (token === undefined) return unauthorized("projectToken", "require");
  const issued = store.projectTokens.get(token);
  if (!issued) return unauthorized("projectToken", "invalid");
  if (issued.expiresAt <= now) return unauthorized("projectToken", "expired");
  if (connection) connection.clientId = issued.clientId;
  return issued;
}

export interface Player {
  readonly userId: string;
  /** Undefined: never. */
  readonly expiresAt: number | undefined;
}

/** The player of an access token. */
export function readAccessToken(
  store: Store,
  token: string | undefined,
  now: number,
): Player | Failure {
  if (token === undefined) return unauthorized("accessToken", "require");
  const issued = store.accessTokens.get(token);
  if (issued) return issued.expiresAt > now ? issued : unauthorized("accessToken", "expired");
  const number = store.strict ? undefined : /^accessToken-(\d+)$/.exec(token)?.[1];
  return number === undefined
    ? unauthorized("accessToken", "invalid")
    : { userId: `user-${number}`, expiresAt: undefined };
}
