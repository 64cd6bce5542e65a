import { GatewayClient } from "../client/client.js";
import type { GatewayClientOptions } from "../client/options.js";
import { internalsOf } from "../core/internals.js";

const clients = new Map<string, GatewayClient>();

/**
 * A client made from options, once for each place they name: a game that is mounted twice, or made anew by a hot reload, gets the client it
 * had, and with it its connection. After `dispose` the next one is made anew.
 */
export function sharedClient(options: GatewayClientOptions): GatewayClient {
  const { region, namespaceName, credential, endpoints } = options;
  const place = JSON.stringify([region, namespaceName, credential.clientId, endpoints]);
  const present = clients.get(place);
  if (present) return present;
  const client = new GatewayClient(options);
  internalsOf(client)!.onDispose(() => clients.delete(place));
  clients.set(place, client);
  return client;
}
