import type { GatewayClient } from "../client/client.js";
import type { AbortOptions } from "../core/deferred.js";
import { internalsOf } from "../core/internals.js";
import { GatewayError, isGatewayError } from "../errors.js";
import type { AccessTokenRequest } from "../session/session.js";
import { authentication, type BanStatus } from "./definitions/account.js";
import { loginBySignature, type AccessTokenResult } from "./definitions/auth.js";
import type { KeptAccount } from "./deviceAccount.js";

/** What signing an account in needs. */
export interface Login {
  readonly accountNamespaceName: string;
  readonly keyId: string;
}

/** A token is used for this share of its life, as the client's own are. */
const USED_SHARE = 0.9;

const via = "rest";

/** Proves the account's password, and exchanges the proof for an access token. */
async function logIn(
  gateway: GatewayClient,
  { accountNamespaceName: namespaceName, keyId }: Login,
  { userId, password }: KeptAccount,
  options: AbortOptions,
): Promise<AccessTokenResult> {
  const proof = await gateway.call(
    authentication,
    { namespaceName, userId, password, keyId },
    { ...options, via },
  );
  const { body, signature, banStatuses } = proof;
  if (!body || !signature) {
    const { session } = internalsOf(gateway)!;
    const reasons = (banStatuses ?? []).map(({ name, reason }: Partial<BanStatus>) => ({
      component: session.redact(name ?? ""),
      message: session.redact(reason ?? ""),
    }));
    throw new GatewayError({
      kind: "unauthorized",
      method: "authentication",
      outcome: "refused",
      errors: reasons,
      message: `authentication: the account ${reasons.length ? "is banned" : "was not signed"}`,
    });
  }
  return gateway.call(loginBySignature, { keyId, body, signature }, { ...options, via });
}

/** These do not go away by trying again: the player has to sign in anew. */
const isFinal = (error: unknown): boolean =>
  isGatewayError(error, "notFound") ||
  isGatewayError(error, "badRequest") ||
  isGatewayError(error, "unauthorized");

/**
 * The access tokens of an account: one is used for nine tenths of its life, and renewed in one
 * flight for all calls.
 */
class AccessTokens {
  readonly #gateway: GatewayClient;
  readonly #login: Login;
  readonly #account: KeptAccount;
  #latest: { readonly token: string; readonly until: number } | undefined;
  #inFlight: Promise<string> | undefined;

  constructor(gateway: GatewayClient, login: Login, account: KeptAccount) {
    this.#gateway = gateway;
    this.#login = login;
    this.#account = account;
  }

  /** A token that is young enough to be used. */
  async current(options: AbortOptions = {}): Promise<string> {
    const latest = this.#latest;
    if (latest && latest.until > this.#wallTime()) return latest.token;
    return (this.#inFlight ??= this.#request(options).finally(() => {
      this.#inFlight = undefined;
    }));
  }

  /** As `setUserId` takes it. */
  readonly provide = async ({ reason }: Pick<AccessTokenRequest, "reason">): Promise<string> => {
    if (reason === "unauthorized") this.#latest = undefined;
    try {
      return await this.current();
    } catch (error) {
      if (!isFinal(error)) throw error;
      const { message } = error as GatewayError;
      throw new GatewayError({ kind: "unauthorized", message, method: "signIn", cause: error });
    }
  };

  async #request(options: AbortOptions): Promise<string> {
    const startedAt = this.#wallTime();
    const { token, expire } = await logIn(this.#gateway, this.#login, this.#account, options);
    this.#latest = { token, until: startedAt + (expire - startedAt) * USED_SHARE };
    return token;
  }

  #wallTime(): number {
    return internalsOf(this.#gateway)!.settings.platform.clock.wallTime();
  }
}

const ofClients = /*#__PURE__*/ new WeakMap<GatewayClient, Map<string, AccessTokens>>();

/** The same for the same account, so that two sign-ins at once share what they ask for. */
export function accessTokensOf(
  gateway: GatewayClient,
  login: Login,
  account: KeptAccount,
): AccessTokens {
  const ofClient = ofClients.get(gateway) ?? new Map<string, AccessTokens>();
  ofClients.set(gateway, ofClient);
  const { userId, password } = account;
  const key = JSON.stringify([login.accountNamespaceName, login.keyId, userId, password]);
  const tokens = ofClient.get(key) ?? new AccessTokens(gateway, login, account);
  ofClient.set(key, tokens);
  return tokens;
}
