import { adminPlatform } from "../admin/host.js";
import type { ProjectTokens } from "../admin/projectTokens.js";
import { GatewayError, invalidArgument } from "../errors.js";
import { post } from "../http/http.js";
import { fitsHeader } from "../http/rest.js";
import { redact } from "../core/redact.js";
import { expandEndpoint } from "../wire/endpoints.js";
import { endpoints } from "./constants.js";
import type { Gs2Credential } from "./credentials.js";

const { clock } = adminPlatform;
const LOGIN_TIMEOUT_MS = 10_000;
const DEFAULT_REGION = "ap-northeast-1";

/** What a session is made of, in either order: the samples of the GS2 reference give the region first, the published package the credential. */
export type SessionArguments =
  [region: string, credential: Gs2Credential] | [credential: Gs2Credential, region: string];

/** The public fields of a session, ours or an official one. */
export interface SessionFields {
  credential: Gs2Credential;
  region: string;
  /** Null before `connect` and after `disconnect`. */
  projectToken: string | null;
  /** Unix time in milliseconds; null where the life of the token is not known. */
  expiresAt: number | null;
}

/** What the login answers. */
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

/** What a session shows of itself as JSON. */
export const withoutSecrets = ({ credential, region, expiresAt }: SessionFields): object => ({
  credential: { clientId: credential.clientId },
  region,
  expiresAt,
});

/** The two ways to log in, by what the credential holds: it may be of another copy of this package, or official. */
export const secretsOf = (credential: Gs2Credential) =>
  Object(credential) as Gs2Credential & { clientSecret?: string; projectToken?: string };

/** Logs in with the client secret and keeps the token in the session. */
export async function logIn(session: SessionFields): Promise<LoginResult> {
  const { clientId, clientSecret } = secretsOf(session.credential);
  if (!clientId || !clientSecret) {
    throw invalidArgument(
      "connect",
      "credential",
      "must be supplied, with clientId and clientSecret or projectToken",
    );
  }
  const answer = await post(
    adminPlatform.fetch()!,
    "login",
    expandEndpoint(endpoints().rest, "identifier", session.region) + "/projectToken/login",
    { client_id: clientId, client_secret: clientSecret },
    LOGIN_TIMEOUT_MS,
    (text) => text.replaceAll(clientSecret, "***"),
  );
  const {
    access_token: accessToken,
    token_type: tokenType,
    expires_in: expiresIn,
  } = answer as { access_token: string; token_type: string; expires_in: number };
  if (typeof accessToken !== "string" || !accessToken) {
    throw new GatewayError({
      kind: "protocol",
      message: "login: no token came",
      method: "login",
      outcome: "unknown",
    });
  }
  session.projectToken = accessToken;
  session.expiresAt = expiresIn > 0 ? clock.now() + expiresIn * 1_000 : null;
  return { accessToken, tokenType, expiresIn };
}

const renewals = new WeakMap<SessionFields, Promise<unknown>>();

/** One login for all that ask at the same time. */
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

export const secondsUntil = (time: number): number => (time - clock.now()) / 1_000;

const isOld = ({ expiresAt }: SessionFields): boolean =>
  expiresAt !== null && clock.now() >= expiresAt;

/** Asked here, for the error of fetch would quote it. */
function inHeader(token: string): string {
  if (!fitsHeader(token)) {
    throw invalidArgument("connect", "projectToken", "must be printable ASCII");
  }
  return token;
}

/** The project token of a session that is connected, for calls over REST. */
export function tokensOf(session: SessionFields): ProjectTokens {
  const { clientId = "", clientSecret } = secretsOf(session.credential);
  const renewable = !!clientSecret;
  return {
    clientId,
    renewable,
    young: async () =>
      inHeader(renewable && isOld(session) ? await renewToken(session) : session.projectToken!),
    replace: async (refused) =>
      session.projectToken === refused ? renewToken(session) : session.projectToken!,
    scrub: (text) =>
      redact(
        text,
        [clientSecret, session.projectToken].filter((secret): secret is string => !!secret),
      ),
  };
}
