import { GatewayClient } from "../client/client.js";
import type { GatewayClientOptions } from "../client/options.js";
import { internalsOf } from "../core/internals.js";

const clients = new Map<string, GatewayClient>();

/**
 * Creates a client, or returns the one of the same region, namespace, client ID and endpoints: a
 * game that is mounted again, or reloaded by a dev server, keeps its client and connection. After
 * `dispose` a new one is created.
 */
export function sharedClient(options: GatewayClientOptions): GatewayClient {
  const { region, namespaceName, credential, endpoints } = options;
  const key = JSON.stringify([region, namespaceName, credential.clientId, endpoints]);
  const present = clients.get(key);
  if (present) return present;
  const client = new GatewayClient(options);
  internalsOf(client)!.onDispose(() => clients.delete(key));
  clients.set(key, client);
  return client;
}
