import { GatewayError } from "../errors.js";
import { redact, secretsIn } from "../core/redact.js";
import type { Values } from "../wire/frames.js";
import type { WebSocketSession } from "../wire/models.js";
import { createRenewableToken, fromProvider, type RenewableToken } from "./renewableToken.js";

/** Why a project token is asked for: none is there, its life is nearly over, GS2 refused it. */
export interface ProjectTokenRequest {
  readonly reason: "first" | "old" | "unauthorized";
}

export interface ProjectTokenGrant {
  token: string;
  /** Default 3,600. */
  expiresInSeconds?: number | undefined;
}

/**
 * How the client logs in: with the client secret, or with a project token that somebody else got, so that the secret stays on your server.
 * A function is asked at the first connection, when nine tenths of the life of its token have passed, and after a 401.
 */
export type Credential =
  | { readonly clientId: string; readonly clientSecret: string }
  | {
      readonly clientId: string;
      readonly projectToken:
        | string
        | ((
            ask: ProjectTokenRequest,
          ) => string | ProjectTokenGrant | Promise<string | ProjectTokenGrant>);
    };

/** Why a player's access token is asked for: before each bind, for a call when it is old, after a 401. */
export interface AccessTokenRequest {
  readonly reason: "bind" | "old" | "unauthorized";
  readonly slot: string;
}

/**
 * A player's access token from GS2-Auth, or a function that gets one. A function that throws a GatewayError of kind `unauthorized` says that
 * the player is signed out, and ends the trying; any other failure is tried again.
 */
export type AccessTokenSource = string | ((ask: AccessTokenRequest) => string | Promise<string>);

/**
 * What was asked for in a slot.
 * @internal
 */
export interface DesiredBinding {
  /** Parameters of setUserId without token and force. */
  params: Values;
  access: RenewableToken<AccessTokenRequest["reason"]>;
  /** A bind has left since somebody began to wait. */
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

/** @internal */
export interface SessionPorts {
  readonly now: () => number;
  /** Over the socket of this number. */
  readonly loginBySocket: (params: Values, generation: number) => Promise<Values>;
  readonly loginByRest: (params: {
    readonly client_id: string;
    readonly client_secret: string;
  }) => Promise<Values>;
  /** The number of the socket that is logged in, if one is. */
  readonly usableSocket: () => number | undefined;
  readonly sendBind: (
    params: Values,
    slot: string,
    generation: number,
    tokens: SessionTokens,
  ) => Promise<Values>;
}

const MOST_KEPT = 99;

/**
 * Who the client is and whom it plays for: the project token, and the wish of each slot.
 * @internal
 */
export function createSession(credential: Credential, ports: SessionPorts) {
  const { clientId, clientSecret, projectToken } = credential as {
    clientId: string;
    clientSecret: string;
    projectToken?: Extract<Credential, { projectToken: unknown }>["projectToken"];
  };
  /** Where project tokens come from; undefined: the client logs in by itself. */
  let source = projectToken;
  const wishes = new Map<string, DesiredBinding>();
  /** The client secret, and every project token there ever was: a few a day. */
  const secrets = new Set<string>();
  /** The last access tokens, and what calls have brought: each may bring a new one. */
  const lastTokens: string[] = [];
  const keepLast = (token: string): void => {
    if (!lastTokens.includes(token) && lastTokens.push(token) > MOST_KEPT) lastTokens.shift();
  };
  if (clientSecret) secrets.add(clientSecret);
  /** The socket a login under way belongs to, before it is open to others. */
  let loginOn: number | undefined;

  const project = createRenewableToken<ProjectTokenRequest["reason"]>(
    "projectToken",
    ports.now,
    async (reason) => {
      if (source) return fromProvider("projectToken", source, { reason });
      const params = { client_id: clientId, client_secret: clientSecret };
      const first = loginOn;
      const generation = first ?? ports.usableSocket();
      const { access_token: token, expires_in: lifeSeconds } = await (generation
        ? ports.loginBySocket(params, generation).catch((error: unknown) => {
            const { outcome, kind } = error as GatewayError;
            if (first || outcome !== "refused" || kind === "unauthorized") throw error;
            return ports.loginByRest(params);
          })
        : ports.loginByRest(params));
      return { token, lifeSeconds };
    },
    (token) => secrets.add(token),
  );

  const youngProjectToken = async (): Promise<string> =>
    project.fresh() ?? project.renew(project.latest() ? "old" : "first");

  return {
    wishes,
    youngProjectToken,

    newWish: (slot: string, source: AccessTokenSource, params: Values): DesiredBinding => ({
      params,
      access: createRenewableToken(
        "accessToken",
        ports.now,
        (reason) => fromProvider("accessToken", source, { reason, slot }),
        keepLast,
      ),
      bindSent: false,
    }),

    /** Answers when it is to be renewed. A text there is no other of is used until it is refused. */
    setProjectToken(token: string): number {
      const lasts = typeof source === "string";
      if (lasts) source = token;
      project.set({ token, lifeSeconds: lasts ? Infinity : undefined });
      return project.renewTime();
    },

    async logIn(generation: number, renew: boolean): Promise<number> {
      if (renew) await project.renew("old");
      else {
        loginOn = generation;
        await youngProjectToken().finally(() => {
          loginOn = undefined;
        });
      }
      return project.renewTime();
    },

    async bindSlot(
      generation: number,
      slot: string,
      force: boolean,
      renew: boolean,
    ): Promise<WebSocketSession> {
      const wish = wishes.get(slot)!;
      if (renew) await project.renew("unauthorized");
      const accessToken = await wish.access.renew(renew ? "unauthorized" : "bind");
      const tokens = { clientId, projectToken: await youngProjectToken(), accessToken };
      wish.bindSent = true;
      const params = { ...wish.params, force: force || undefined };
      const session = (await ports.sendBind(params, slot, generation, tokens))["item"] as
        Partial<WebSocketSession> | undefined;
      const { userId, connectionId } = session ?? {};
      // What is no text may be nested too deeply to be shown, ever.
      if (!userId || [userId, connectionId ?? ""].some((id) => typeof id !== "string")) {
        throw new GatewayError({
          kind: "protocol",
          message: "setUserId: the answer names no player",
        });
      }
      return session as WebSocketSession;
    },

    /** At once where all are young. */
    tokensFor(slot: string | undefined): SessionTokens | Promise<SessionTokens> {
      const access = wishes.get(slot!)?.access;
      const young = project.fresh();
      const accessToken = access?.fresh();
      if (young && (!access || accessToken)) return { clientId, projectToken: young, accessToken };
      return (async () => ({
        clientId,
        projectToken: await youngProjectToken(),
        accessToken: accessToken ?? (await access?.renew("old")),
      }))();
    },

    /** After a 401: whatever the call carried may be stale. */
    async renewTokens(slot: string | undefined): Promise<void> {
      await project.renew("unauthorized");
      await wishes.get(slot!)?.access.renew("unauthorized");
    },

    forgetTokens(): void {
      project.invalidate();
      for (const { access } of wishes.values()) access.invalidate();
    },

    /** Of any call: a Firebase token, or what another service wants. */
    keepSecretsOf(params: Values): void {
      secretsIn(params).forEach(keepLast);
    },

    /** Takes what is secret out of a text that is not ours. */
    scrub: (text: string): string => redact(text, [...secrets, ...lastTokens]),
  };
}
