import { GatewayError } from "../errors.js";
import type { Fetch } from "../http/http.js";
import { loginByRest, type LoginOptions } from "../http/login.js";
import { fitsHeader } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import { redact } from "../core/redact.js";
import { fromProvider, RenewableToken, type Grant } from "../session/renewableToken.js";
import type { Credential, ProjectTokenGrant, ProjectTokenRequest } from "../session/session.js";

/** The project token of an admin: obtained when needed, once for all calls that need it. */
export interface ProjectTokens {
  readonly clientId: string;
  /** Whether another token can be obtained; false for a text in the credential. */
  readonly renewable: boolean;
  /** Resolves with a token that has not expired. */
  readonly get: () => Promise<string>;
  /** Replaces a token that the server refused, unless it was replaced already. */
  readonly replace: (refused: string) => Promise<string>;
  /** A token of at most this age, with what is left of its life. */
  readonly grant: (maxAgeMs: number) => Promise<ProjectTokenGrant>;
  /** What no error may quote: the client secret and all tokens so far. */
  readonly secrets: () => Iterable<string>;
}

export interface ProjectTokenPorts extends Pick<LoginOptions, "endpoints" | "region"> {
  readonly clock: Clock;
  readonly fetch: () => Fetch;
  readonly callTimeoutMs: number;
}

export function createProjectTokens(
  credential: Credential,
  { clock, fetch, endpoints, region, callTimeoutMs: timeoutMs }: ProjectTokenPorts,
): ProjectTokens {
  const { clientId, clientSecret, projectToken } = credential as {
    clientId: string;
    clientSecret?: string;
    projectToken?: Extract<Credential, { projectToken: unknown }>["projectToken"];
  };
  const secrets = new Set<string>();
  if (clientSecret) secrets.add(clientSecret);

  const redactTokens = (text: string): string => redact(text, secrets);

  const logIn = async (): Promise<Grant> => {
    const { access_token: token, expires_in: lifeSeconds } = await loginByRest(
      { client_id: clientId, client_secret: clientSecret },
      { fetch: fetch(), endpoints, region, redact: redactTokens },
    );
    return { token, lifeSeconds };
  };

  const obtain = async (reason: ProjectTokenRequest["reason"]): Promise<Grant> => {
    const grant = await (projectToken
      ? fromProvider("projectToken", projectToken, { reason }, redactTokens)
      : logIn());
    if (typeof grant.token === "string" && grant.token && !fitsHeader(grant.token)) {
      throw new GatewayError({
        kind: "protocol",
        message: "projectToken: the token is not printable ASCII",
        method: "projectToken",
      });
    }
    return grant;
  };

  let granted = { token: "", lifeMs: NaN, at: 0, wallTime: 0 };
  const ageMs = (): number =>
    Math.max(clock.now() - granted.at, clock.wallTime() - granted.wallTime);

  const obtainAndRecord = async (reason: ProjectTokenRequest["reason"]): Promise<Grant> => {
    const grant = await obtain(reason);
    const { token, lifeSeconds } = grant as { token: string; lifeSeconds?: number };
    const lifeMs = Number(lifeSeconds) * 1_000;
    granted = { token, lifeMs, at: clock.now(), wallTime: clock.wallTime() };
    return grant;
  };

  const project = new RenewableToken<ProjectTokenRequest["reason"]>(
    "projectToken",
    obtainAndRecord,
    {
      clock,
      timeoutMs,
      onToken: (token) => void secrets.add(token),
      onSlow: undefined,
    },
  );

  return {
    clientId,
    renewable: typeof projectToken !== "string",
    get: async () => project.fresh ?? project.renew(project.latest ? "old" : "first"),
    grant: async (maxAgeMs) => {
      const usable = ageMs() <= maxAgeMs ? project.fresh : undefined;
      const reason = !project.latest ? "first" : project.fresh ? "unauthorized" : "old";
      const token = usable ?? (await project.renew(reason));
      const expiresInSeconds = Math.floor((granted.lifeMs - ageMs()) / 1_000);
      return granted.token === token && expiresInSeconds > 0 && expiresInSeconds < Infinity
        ? { token, expiresInSeconds }
        : { token };
    },
    replace: (refused) => project.replace(refused, "unauthorized"),
    secrets: () => secrets,
  };
}
