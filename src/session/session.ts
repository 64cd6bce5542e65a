import type { Clock } from "../core/clock.js";
import type { Report } from "../core/diagnostics.js";
import { secretsIn } from "../core/redact.js";
import type { GatewayError } from "../errors.js";
import type { Values } from "../wire/frames.js";
import { fromProvider, RenewableToken, type Grant, type TokenPorts } from "./renewableToken.js";
import { TrackedSecrets } from "./trackedSecrets.js";

/** Why a project token is needed: there is none, its life is nearly over, GS2 refused it. */
export interface ProjectTokenRequest {
  readonly reason: "first" | "old" | "unauthorized";
}

export interface ProjectTokenGrant {
  token: string;
  /** Default 3,600. */
  expiresInSeconds?: number | undefined;
}

/**
 * How the client logs in: with the client secret, or with a project token that your server obtains,
 * so that the secret stays there. A function is called at the first connection, when nine tenths of
 * the life of its token have passed, and after a 401.
 */
export type Credential =
  | { readonly clientId: string; readonly clientSecret: string }
  | {
      readonly clientId: string;
      readonly projectToken:
        | string
        | ((
            request: ProjectTokenRequest,
          ) => string | ProjectTokenGrant | Promise<string | ProjectTokenGrant>);
    };

/**
 * Why a player's access token is needed: before each bind, for a call when it is old, after a 401.
 */
export interface AccessTokenRequest {
  readonly reason: "bind" | "old" | "unauthorized";
  readonly slot: string;
}

/**
 * A player's access token from GS2-Auth, or a function that gets one. A function that throws a
 * GatewayError of kind `unauthorized` says that the player is signed out, and ends the trying; any
 * other failure is tried again.
 */
export type AccessTokenSource =
  string | ((request: AccessTokenRequest) => string | Promise<string>);

/**
 * What setUserId asked for in a slot.
 * @internal
 */
export interface DesiredBinding {
  /** Parameters of setUserId without token and force. */
  readonly params: Values;
  readonly source: AccessTokenSource;
  readonly accessToken: RenewableToken<AccessTokenRequest["reason"]>;
  /** A bind has left since the latest call began to wait. */
  bindSent: boolean;
}

/**
 * The tokens a frame carries.
 * @internal
 */
export interface SessionTokens {
  readonly clientId: string;
  readonly projectToken: string;
  readonly accessToken: string | undefined;
}

interface LoginParams {
  readonly client_id: string;
  readonly client_secret: string | undefined;
}

/** @internal */
export interface SessionPorts {
  readonly clock: Clock;
  /** How long a provider may take while there is no other token to use. */
  readonly providerTimeoutMs: number;
  /** For a login that outlives its own deadline: `fetch` may be the game's, and may hang. */
  readonly loginTimeoutMs: number;
  readonly report: Report;
  /** Over the socket of this number. */
  readonly loginBySocket: (params: Values & LoginParams, generation: number) => Promise<Values>;
  readonly loginByRest: (params: LoginParams) => Promise<Values>;
  /** The number of the socket that is logged in, if one is. */
  readonly usableSocket: () => number | undefined;
}

/**
 * The tokens of the client and its players, and the desired binding of each slot.
 * @internal
 */
export class Session {
  readonly #clientId: string;
  readonly #clientSecret: string | undefined;
  readonly #ports: SessionPorts;
  readonly #desiredBindings = new Map<string, DesiredBinding>();
  readonly #projectToken: RenewableToken<ProjectTokenRequest["reason"]>;
  /** Where project tokens come from; undefined: the client logs in itself. */
  #projectTokenSource: Extract<Credential, { projectToken: unknown }>["projectToken"] | undefined;
  readonly #secrets: TrackedSecrets;
  /** The socket of a login under way, before it is open to other calls. */
  #loginGeneration: number | undefined;

  constructor(credential: Credential, ports: SessionPorts) {
    const { clientId, clientSecret, projectToken } = credential as {
      clientId: string;
      clientSecret?: string;
      projectToken?: Extract<Credential, { projectToken: unknown }>["projectToken"];
    };
    this.#clientId = clientId;
    this.#clientSecret = clientSecret;
    this.#projectTokenSource = projectToken;
    this.#ports = ports;
    this.#secrets = new TrackedSecrets(clientSecret);
    this.#projectToken = new RenewableToken(
      "projectToken",
      (reason) => this.#obtainProjectToken(reason),
      this.#tokenPorts(this.#secrets.addProjectToken, projectToken, {
        provider: "projectToken",
        slot: undefined,
      }),
    );
  }

  desiredBinding(slot: string | undefined): DesiredBinding | undefined {
    return slot === undefined ? undefined : this.#desiredBindings.get(slot);
  }

  createDesiredBinding(slot: string, source: AccessTokenSource, params: Values): DesiredBinding {
    const accessToken = new RenewableToken<AccessTokenRequest["reason"]>(
      "accessToken",
      (reason) => fromProvider("accessToken", source, { reason, slot }, this.redact),
      this.#tokenPorts(this.#secrets.add, source, { provider: "accessToken", slot }),
    );
    return { params, source, accessToken, bindSent: false };
  }

  /** The provider of the one before is waited for no longer. Undefined: none is desired. */
  setDesiredBinding(slot: string, desired: DesiredBinding | undefined): void {
    const before = this.desiredBinding(slot);
    if (before !== desired) before?.accessToken.cancel("aborted", "released");
    if (!desired) return void this.#desiredBindings.delete(slot);
    desired.bindSent = false;
    this.#desiredBindings.set(slot, desired);
  }

  /** One that is not due for renewal, if any can be had. */
  async freshProjectToken(): Promise<string> {
    const { fresh, latest } = this.#projectToken;
    return fresh ?? this.#projectToken.renewOrKeep(latest ? "old" : "first");
  }

  /**
   * A text that is the only source is used until it is refused.
   *
   * @returns milliseconds until it is due for renewal
   */
  setProjectToken(token: string): number {
    const isOnlySource = typeof this.#projectTokenSource === "string";
    if (isOnlySource) this.#projectTokenSource = token;
    this.#projectToken.set({ token, lifeSeconds: isOnlySource ? Infinity : undefined });
    return this.#projectToken.renewInMs;
  }

  /** @returns milliseconds until the project token is due for renewal */
  async logIn(generation: number, renew: boolean): Promise<number> {
    if (renew) await this.#projectToken.renew("old");
    else {
      this.#loginGeneration = generation;
      await this.freshProjectToken().finally(() => {
        this.#loginGeneration = undefined;
      });
    }
    return this.#projectToken.renewInMs;
  }

  /**
   * The parameters and tokens of a bind that is about to be sent.
   *
   * @param renew the latest tokens were refused
   */
  async prepareBind(
    slot: string,
    force: boolean,
    renew: boolean,
  ): Promise<{ params: Values; tokens: SessionTokens }> {
    const desired = this.#desiredBindings.get(slot)!;
    const access = renew
      ? desired.accessToken.renew("unauthorized")
      : desired.accessToken.renewOrKeep("bind");
    const project = renew
      ? this.#projectToken.renew("unauthorized")
      : this.#projectToken.current("old");
    const [accessToken, projectToken] = await Promise.all([access, project]);
    desired.bindSent = true;
    return {
      params: { ...desired.params, force: force || undefined },
      tokens: { clientId: this.#clientId, projectToken, accessToken },
    };
  }

  /** Without a promise where no provider has to be asked first. */
  tokensFor(slot: string | undefined): SessionTokens | Promise<SessionTokens> {
    const project = this.#projectToken.use() ?? this.#projectToken.renew("first");
    const access = this.desiredBinding(slot)?.accessToken.current("old");
    const withTokens = (projectToken: string, accessToken: string | undefined): SessionTokens => ({
      clientId: this.#clientId,
      projectToken,
      accessToken,
    });
    return typeof project === "string" && typeof access !== "object"
      ? withTokens(project, access)
      : Promise.all([project, access]).then((tokens) => withTokens(...tokens));
  }

  /** Those there are, for a call whose answer matters only as a sign of life. */
  latestTokens(slot: string | undefined): Partial<SessionTokens> {
    return {
      clientId: this.#clientId,
      projectToken: this.#projectToken.use(),
      accessToken: this.desiredBinding(slot)?.accessToken.use(),
    };
  }

  /** After a 401: any of the tokens that were sent may be stale. Rejects where none is renewed. */
  async renewTokens(slot: string | undefined, sent: Partial<SessionTokens>): Promise<void> {
    const renewals = [this.#projectToken.replace(sent.projectToken, "unauthorized")];
    const access = this.desiredBinding(slot)?.accessToken;
    if (access) renewals.push(access.replace(sent.accessToken, "unauthorized"));
    await Promise.allSettled(renewals);
    await Promise.any(renewals);
  }

  invalidateTokens(): void {
    this.#projectToken.invalidate();
    for (const { accessToken } of this.#desiredBindings.values()) accessToken.invalidate();
  }

  /** Ends the requests for tokens under way; the next connection asks again. */
  cancelRequests(keepsProjectToken = false): void {
    if (!keepsProjectToken) this.#projectToken.cancel();
    for (const { accessToken } of this.#desiredBindings.values()) accessToken.cancel();
  }

  /** Of any call: a Firebase token, or a secret for another service. */
  trackSecrets(params: Values): void {
    secretsIn(params).forEach(this.#secrets.add);
  }

  /** Takes what is secret out of a text that is not ours. */
  readonly redact = (text: string): string => this.#secrets.redact(text);

  #tokenPorts(
    onToken: (token: string) => void,
    source: unknown,
    detail: { readonly provider: string; readonly slot: string | undefined },
  ): TokenPorts {
    const { clock, providerTimeoutMs, loginTimeoutMs, report } = this.#ports;
    if (typeof source !== "function") {
      return { clock, timeoutMs: loginTimeoutMs, onToken, onSlow: undefined };
    }
    const onSlow = (): void => report("warn", "providerSlow", detail.provider, { ...detail });
    return { clock, timeoutMs: providerTimeoutMs, onToken, onSlow };
  }

  async #obtainProjectToken(reason: ProjectTokenRequest["reason"]): Promise<Grant> {
    const source = this.#projectTokenSource;
    if (source) return fromProvider("projectToken", source, { reason }, this.redact);
    const { access_token: token, expires_in: lifeSeconds } = await this.#requestLogin();
    return { token, lifeSeconds };
  }

  async #requestLogin(): Promise<Values> {
    const { loginBySocket, loginByRest, usableSocket } = this.#ports;
    const params = { client_id: this.#clientId, client_secret: this.#clientSecret };
    const loginGeneration = this.#loginGeneration;
    const generation = loginGeneration ?? usableSocket();
    if (!generation) return loginByRest(params);
    try {
      return await loginBySocket(params, generation);
    } catch (error) {
      // A renewal that the open socket refuses may still be granted over REST.
      const { outcome, kind } = error as GatewayError;
      if (loginGeneration || outcome !== "refused" || kind === "unauthorized") throw error;
      return loginByRest(params);
    }
  }
}
