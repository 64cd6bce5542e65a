import { createRedact, secretsIn, type Redact } from "../core/redact.js";
import type { GatewayError } from "../errors.js";
import type { Values } from "../wire/frames.js";
import { fromProvider, RenewableToken, type Grant } from "./renewableToken.js";

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
  readonly wallTime: () => number;
  /** Over the socket of this number. */
  readonly loginBySocket: (params: Values & LoginParams, generation: number) => Promise<Values>;
  readonly loginByRest: (params: LoginParams) => Promise<Values>;
  /** The number of the socket that is logged in, if one is. */
  readonly usableSocket: () => number | undefined;
}

const TRACKED_TOKENS_LIMIT = 99;

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
  /** The client secret, and every project token so far: a few a day. */
  readonly #secrets = new Set<string>();
  /**
   * The latest access tokens, and the tokens and secrets of calls: each call may bring a new one.
   */
  readonly #trackedTokens: string[] = [];
  /** Of the secrets so far; undefined after a new one. */
  #redact: Redact | undefined;
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
    if (clientSecret) this.#secrets.add(clientSecret);
    this.#projectToken = new RenewableToken(
      "projectToken",
      ports.wallTime,
      (reason) => this.#obtainProjectToken(reason),
      (token) => {
        this.#secrets.add(token);
        this.#redact = undefined;
      },
    );
  }

  desiredBinding(slot: string | undefined): DesiredBinding | undefined {
    return slot === undefined ? undefined : this.#desiredBindings.get(slot);
  }

  createDesiredBinding(slot: string, source: AccessTokenSource, params: Values): DesiredBinding {
    const accessToken = new RenewableToken<AccessTokenRequest["reason"]>(
      "accessToken",
      this.#ports.wallTime,
      (reason) => fromProvider("accessToken", source, { reason, slot }),
      (token) => this.#track(token),
    );
    return { params, accessToken, bindSent: false };
  }

  setDesiredBinding(slot: string, desired: DesiredBinding): void {
    desired.bindSent = false;
    this.#desiredBindings.set(slot, desired);
  }

  deleteDesiredBinding(slot: string): void {
    this.#desiredBindings.delete(slot);
  }

  async freshProjectToken(): Promise<string> {
    const { fresh, latest } = this.#projectToken;
    return fresh ?? this.#projectToken.renew(latest ? "old" : "first");
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

  /** The parameters and tokens of a bind that is about to be sent. */
  async prepareBind(
    slot: string,
    force: boolean,
    renew: boolean,
  ): Promise<{ params: Values; tokens: SessionTokens }> {
    const desired = this.#desiredBindings.get(slot)!;
    if (renew) await this.#projectToken.renew("unauthorized");
    const accessToken = await desired.accessToken.renew(renew ? "unauthorized" : "bind");
    const projectToken = await this.freshProjectToken();
    desired.bindSent = true;
    return {
      params: { ...desired.params, force: force || undefined },
      tokens: { clientId: this.#clientId, projectToken, accessToken },
    };
  }

  /** Without a promise where all of them are fresh. */
  tokensFor(slot: string | undefined): SessionTokens | Promise<SessionTokens> {
    const access = this.desiredBinding(slot)?.accessToken;
    const projectToken = this.#projectToken.fresh;
    const accessToken = access?.fresh;
    if (projectToken && (!access || accessToken)) {
      return { clientId: this.#clientId, projectToken, accessToken };
    }
    return (async () => ({
      clientId: this.#clientId,
      projectToken: await this.freshProjectToken(),
      accessToken: accessToken ?? (await access?.renew("old")),
    }))();
  }

  /** After a 401: any token of the call may be stale. */
  async renewTokens(slot: string | undefined): Promise<void> {
    await this.#projectToken.renew("unauthorized");
    await this.desiredBinding(slot)?.accessToken.renew("unauthorized");
  }

  invalidateTokens(): void {
    this.#projectToken.invalidate();
    for (const { accessToken } of this.#desiredBindings.values()) accessToken.invalidate();
  }

  /** Of any call: a Firebase token, or a secret for another service. */
  trackSecrets(params: Values): void {
    secretsIn(params).forEach((secret) => this.#track(secret));
  }

  /** Takes what is secret out of a text that is not ours. */
  redact(text: string): string {
    return (this.#redact ??= createRedact([...this.#secrets, ...this.#trackedTokens]))(text);
  }

  #track(token: string): void {
    if (this.#trackedTokens.includes(token)) return;
    this.#redact = undefined;
    if (this.#trackedTokens.push(token) > TRACKED_TOKENS_LIMIT) this.#trackedTokens.shift();
  }

  async #obtainProjectToken(reason: ProjectTokenRequest["reason"]): Promise<Grant> {
    const source = this.#projectTokenSource;
    if (source) return fromProvider("projectToken", source, { reason });
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
