import { adminPlatform } from "../admin/platform.js";
import type { CallerPorts } from "../admin/caller.js";
import { redact } from "../core/redact.js";
import { GatewayError, invalidArgument } from "../errors.js";
import { loginByRest, requireEncryption } from "../http/login.js";
import { fitsHeader } from "../http/rest.js";
import { DEFAULT_REGION, gs2Endpoints, type Endpoints } from "../wire/endpoints.js";
import type { Gs2Credential } from "./credentials.js";

const { clock } = adminPlatform;
const LOGIN_TIMEOUT_MS = 10_000;

/**
 * Addresses of the servers. To use an emulator, set them to `emulator.endpoints.rest` and
 * `emulator.endpoints.webSocket`. REST calls read them each time, sockets when they connect. Clients
 * of the package `gs2` read their own `Gs2Constant` (`gs2/core`), also with a session of this
 * package: set that one too, or their calls go to GS2.
 */
export const Gs2Constant = {
  /** `{service}` and `{region}` are replaced. */
  ENDPOINT_HOST: gs2Endpoints.rest,
  /** `{region}` is replaced. */
  WS_ENDPOINT_HOST: gs2Endpoints.webSocket,
};

/** The regions of GS2; sessions accept any other text as well. */
export const Region = {
  AP_NORTHEAST_1: "ap-northeast-1",
  US_EAST_1: "us-east-1",
  EU_WEST_1: "eu-west-1",
  AP_SOUTHEAST_1: "ap-southeast-1",
};

export const endpoints = (): Endpoints => ({
  rest: Gs2Constant.ENDPOINT_HOST,
  webSocket: Gs2Constant.WS_ENDPOINT_HOST,
});

/**
 * Arguments of a session, in either order: the samples of the GS2 reference give the region first,
 * the published package takes the credential first.
 */
export type SessionArguments =
  [region: string, credential: Gs2Credential] | [credential: Gs2Credential, region: string];

/** The public fields of a session, of this package or of the official one. */
export interface SessionFields {
  credential: Gs2Credential;
  region: string;
  /** Null before `connect` and after `disconnect`. */
  projectToken: string | null;
  /** Unix time in milliseconds; null where the life of the token is not known. */
  expiresAt: number | null;
}

/** Result of a login. */
export interface LoginResult {
  accessToken: string;
  tokenType: string;
  /** Seconds. */
  expiresIn: number;
}

export function sessionFields(...given: SessionArguments): SessionFields {
  const [first, second] = given as [unknown, unknown];
  const [credential, region = DEFAULT_REGION] =
    typeof first === "string" ? [second, first] : [first, second];
  return {
    credential: credential as Gs2Credential,
    region: region as string,
    projectToken: null,
    expiresAt: null,
  };
}

/** JSON of a session, without the secret and the token. */
export const sessionToJson = ({ credential, region, expiresAt }: SessionFields): object => ({
  credential: { clientId: credential.clientId },
  region,
  expiresAt,
});

/** Reads by field, not by class: the credential may be of another copy of a package. */
export const readCredential = (credential: Gs2Credential) =>
  Object(credential) as Gs2Credential & { clientSecret?: string; projectToken?: string };

/** Logs in with the client secret and stores the token in the session. */
export async function logIn(session: SessionFields): Promise<LoginResult> {
  const { clientId, clientSecret } = readCredential(session.credential);
  if (!clientId || !clientSecret) {
    throw invalidArgument(
      "connect",
      "credential",
      "must be supplied, with clientId and clientSecret or projectToken",
    );
  }
  requireEncryption("connect", session.credential, [endpoints().rest]);
  const result = await loginByRest(
    { client_id: clientId, client_secret: clientSecret },
    {
      fetch: adminPlatform.fetch()!,
      endpoints: endpoints(),
      region: session.region,
      redact: (text) => redact(text, [clientSecret]),
      timeoutMs: LOGIN_TIMEOUT_MS,
    },
  );
  const {
    access_token: accessToken,
    token_type: tokenType,
    expires_in: expiresIn,
  } = result as { access_token: string; token_type: string; expires_in: number };
  if (typeof accessToken !== "string" || !accessToken) {
    throw new GatewayError({
      kind: "protocol",
      message: "login: the response has no access_token",
      method: "login",
      outcome: "unknown",
    });
  }
  session.projectToken = accessToken;
  session.expiresAt = expiresIn > 0 ? clock.wallTime() + expiresIn * 1_000 : null;
  return { accessToken, tokenType, expiresIn };
}

const renewals = new WeakMap<SessionFields, Promise<unknown>>();

/** Logs in again; calls that need a token at the same time share one login. */
export async function renewToken(session: SessionFields): Promise<string> {
  let renewal = renewals.get(session);
  if (!renewal) {
    const done = (): void => void renewals.delete(session);
    renewals.set(session, (renewal = logIn(session)));
    renewal.then(done, done);
  }
  await renewal;
  return session.projectToken!;
}

export const secondsUntil = (time: number): number => (time - clock.wallTime()) / 1_000;

const hasExpired = ({ expiresAt }: SessionFields): boolean =>
  expiresAt !== null && clock.wallTime() >= expiresAt;

/** Checked before fetch does: its error would quote the token. */
function checkHeader(token: string): string {
  if (!fitsHeader(token)) {
    throw invalidArgument("connect", "projectToken", "must be printable ASCII");
  }
  return token;
}

/** The project token of a connected session, for calls over REST. */
export function projectTokensOf(session: SessionFields): CallerPorts["tokens"] {
  const { clientId = "", clientSecret } = readCredential(session.credential);
  const renewable = !!clientSecret;
  return {
    clientId,
    renewable,
    get: async () =>
      checkHeader(
        renewable && hasExpired(session) ? await renewToken(session) : session.projectToken!,
      ),
    replace: async (refused) =>
      session.projectToken === refused ? renewToken(session) : session.projectToken!,
    secrets: () =>
      [clientSecret, session.projectToken].filter((secret): secret is string => !!secret),
  };
}
