import { GatewayError } from "../errors.js";
import { requestJson, type Fetch } from "../http/http.js";
import { fitsHeader } from "../http/rest.js";
import type { Clock } from "../core/clock.js";
import { createDeferred } from "../core/deferred.js";
import { redact } from "../core/redact.js";
import { fromProvider, RenewableToken, type Grant } from "../session/renewableToken.js";
import type { Credential, ProjectTokenRequest } from "../session/session.js";

/** The project token of an admin: obtained when needed, in a single flight for all calls. */
export interface ProjectTokens {
  readonly clientId: string;
  /** Whether there is another token to be had; a text in the credential is the only one. */
  readonly renewable: boolean;
  /** One that can be sent. */
  readonly young: () => Promise<string>;
  /** This one was refused: another takes its place, unless one has already. */
  readonly replace: (refused: string) => Promise<string>;
  /** Takes what is secret out of a text that is not ours. */
  readonly scrub: (text: string) => string;
}

export function createProjectTokens(
  credential: Credential,
  clock: Clock,
  fetch: () => Fetch,
  url: string,
  timeoutMs: number,
): ProjectTokens {
  const { clientId, clientSecret, projectToken } = credential as {
    clientId: string;
    clientSecret?: string;
    projectToken?: Extract<Credential, { projectToken: unknown }>["projectToken"];
  };
  const secrets = new Set<string>();
  if (clientSecret) secrets.add(clientSecret);
  const clean = (text: string): string => redact(text, [...secrets]);

  const logIn = async (): Promise<Grant> => {
    const body = { client_id: clientId, client_secret: clientSecret };
    const { access_token: token, expires_in: lifeSeconds } = await requestJson(
      "login",
      () =>
        fetch()(url, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        }),
      clean,
    );
    return { token, lifeSeconds };
  };

  const obtain = async (reason: ProjectTokenRequest["reason"]): Promise<Grant> => {
    // One that never answers must not hold up the calls that come later.
    const limited = createDeferred<Grant>("projectToken", clock, { timeoutMs }, () => undefined);
    (projectToken ? fromProvider("projectToken", projectToken, { reason }) : logIn()).then(
      limited.resolve,
      limited.reject,
    );
    const grant = await limited.promise;
    if (typeof grant.token === "string" && grant.token && !fitsHeader(grant.token)) {
      throw new GatewayError({
        kind: "protocol",
        message: "projectToken: what came is no token",
        method: "projectToken",
      });
    }
    return grant;
  };

  const project = new RenewableToken<ProjectTokenRequest["reason"]>(
    "projectToken",
    clock.wallTime,
    obtain,
    (token) => void secrets.add(token),
  );

  return {
    clientId,
    renewable: typeof projectToken !== "string",
    young: async () => project.fresh ?? project.renew(project.latest ? "old" : "first"),
    replace: async (refused) =>
      project.latest === refused ? project.renew("unauthorized") : project.latest!,
    scrub: clean,
  };
}
