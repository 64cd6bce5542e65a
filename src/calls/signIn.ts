import type { GatewayClient } from "../client/client.js";
import type { BindRequest } from "../client/types.js";
import type { Binding } from "../connection/snapshot.js";
import type { AbortOptions } from "../core/deferred.js";
import { internalsOf } from "../core/internals.js";
import { invalidArgument, isGatewayError } from "../errors.js";
import { accessTokensOf } from "./accessTokens.js";
import { doTakeOver } from "./definitions/account.js";
import {
  forgetAccount,
  keepAccount,
  loadOrCreateAccount,
  type AccountPlace,
  type KeptAccount,
} from "./deviceAccount.js";
import { trackSecrets } from "./secrets.js";

/**
 * The options of `signIn`: where the account is, and those of `setUserId`, e.g.
 * `allowConcurrentAccess`.
 */
export interface SignInOptions
  extends AccountPlace, AbortOptions, Omit<BindRequest, "accessToken"> {
  /** GRN of the GS2-Key key that signs the player's authentication. */
  keyId: string;
  /**
   * Where GS2 does not know the account of this device: `create` makes a new one, `reject` rejects
   * with kind `notFound`. Default `reject`; with an emulator `create`, since its accounts end with
   * it.
   */
  whenMissing?: "create" | "reject" | undefined;
}

/** A player who is signed in. */
export interface SignedInPlayer {
  readonly userId: string;
  /** As it was when the player was bound; `gateway.connection.bindings` has the present one. */
  readonly binding: Binding;
  /** An access token that is young enough to be used, for calls of your own. */
  readonly getAccessToken: () => Promise<string>;
}

function checkOptions(method: string, gateway: unknown, options: SignInOptions | undefined): void {
  if (!internalsOf(gateway)) throw invalidArgument(method, "gateway", "must be a GatewayClient");
  for (const field of ["accountNamespaceName", "keyId"] as const) {
    if (!options?.[field]) throw invalidArgument(method, field);
  }
}

async function bindAccount(
  gateway: GatewayClient,
  account: KeptAccount,
  options: SignInOptions,
): Promise<SignedInPlayer> {
  const { accountNamespaceName, keyId, signal, timeoutMs, ...others } = options;
  const { storage: _, storageKey: __, whenMissing: ___, ...bind } = others;
  const limits = { signal, timeoutMs };
  const tokens = accessTokensOf(gateway, { accountNamespaceName, keyId }, account);
  // First: what is wrong with the account rejects at once, where a bind would try again.
  await tokens.current(limits);
  const binding = await gateway.setUserId({ ...bind, accessToken: tokens.provide }, limits);
  const { userId } = account;
  return { userId, binding, getAccessToken: () => tokens.current() };
}

/**
 * Signs in the anonymous player of this device, and binds the connection to this player:
 *
 * ```ts
 * const { userId } = await signIn(gateway, {
 *   accountNamespaceName: "account-0001",
 *   keyId: "grn:gs2:ap-northeast-1:owner-0001:key:key-0001:key:login",
 * });
 * ```
 *
 * The first start creates an account of GS2-Account (`createAccount`) and keeps its ID and password
 * in `localStorage` under `gs2-gateway.account:` and the namespace; later starts find it there. Then
 * `authentication` proves the password, `loginBySignature` exchanges the proof for an access token,
 * and `setUserId` binds the connection. All but the last go over REST. The access token is renewed
 * by itself, in one flight. `timeoutMs` is the limit of each step. Neither password nor token
 * appears in a log, a message or a diagnostic of the client.
 *
 * Rejects with `notFound` where GS2 does not know the account (see `whenMissing`), with
 * `unauthorized` where it is banned or its password was changed by a take-over, and as `setUserId`
 * does. Once signed in, the latter two end in the event `unauthorized` of `gateway.lifecycle`.
 */
export async function signIn(
  gateway: GatewayClient,
  options: SignInOptions,
): Promise<SignedInPlayer> {
  checkOptions("signIn", gateway, options);
  const { whenMissing = gateway.isEmulator ? "create" : "reject" } = options;
  const account = await loadOrCreateAccount(gateway, options, options);
  try {
    return await bindAccount(gateway, account, options);
  } catch (error) {
    const isMissing = isGatewayError(error, "notFound") && error.method === "authentication";
    if (!isMissing || whenMissing === "reject") throw error;
    await forgetAccount(options);
    return bindAccount(gateway, await loadOrCreateAccount(gateway, options, options), options);
  }
}

/** The options of `takeOverAccount`. */
export interface TakeOverAccountOptions extends SignInOptions {
  /** The kind of take-over, as `createTakeOver` set it: the game numbers its kinds, e.g. 0 for mail. */
  type: number;
  /** The ID that the player chose, e.g. a mail address. */
  userIdentifier: string;
  /** The password that the player chose; it is kept nowhere. */
  password: string;
}

/**
 * Signs in on this device the account of another one, by the ID and the password that
 * `createTakeOver` has set there. It takes the place of this device's account, which can be played
 * again only by take-over settings of its own. Rejects as `doTakeOver` does where ID or password are
 * wrong; then nothing has changed.
 */
export async function takeOverAccount(
  gateway: GatewayClient,
  options: TakeOverAccountOptions,
): Promise<SignedInPlayer> {
  checkOptions("takeOverAccount", gateway, options);
  const { type, userIdentifier, password, ...signInOptions } = options;
  const { accountNamespaceName: namespaceName, signal, timeoutMs } = signInOptions;
  const { item } = await gateway.call(
    doTakeOver,
    { namespaceName, type, userIdentifier, password },
    { signal, timeoutMs, via: "rest" },
  );
  trackSecrets(internalsOf(gateway)!.session, item);
  await keepAccount(signInOptions, item);
  return bindAccount(gateway, item, signInOptions);
}
