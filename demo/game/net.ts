import { GatewayClient, emulatorEndpoints } from "gs2-gateway";
import { signIn, type SignedInPlayer } from "gs2-gateway/calls";
import { namedAccount } from "../shared/players.js";
import { accountNamespace, gatewayNamespace, keyId } from "../shared/services.js";

export const gateway = new GatewayClient({
  namespaceName: gatewayNamespace,
  // Every visitor can read this: on GS2, give it the rights of a player and no more.
  credential: { clientId: "demo-client", clientSecret: "demo-secret" },
  // Without this line the game connects to GS2 itself.
  endpoints: emulatorEndpoints(location.origin),
  // A round needs half-open connections to be detected soon. GS2 bills each probe: elsewhere keep
  // the default.
  keepAlive: { idleMs: 10_000, timeoutMs: 3_000 },
});

interface SignInOptions {
  readonly isExclusive: boolean;
  readonly signal: AbortSignal;
}

/**
 * Signs in the player of this name. Without `storage` it would be the anonymous player of this
 * device; here several play in one browser, each by a name.
 */
export const signInAs = (
  name: string,
  { isExclusive, signal }: SignInOptions,
): Promise<SignedInPlayer> =>
  signIn(gateway, {
    ...{ accountNamespaceName: accountNamespace, keyId, signal },
    allowConcurrentAccess: !isExclusive,
    storage: {
      getItem: () => JSON.stringify(namedAccount(name)),
      setItem: () => undefined,
      removeItem: () => undefined,
    },
  });
