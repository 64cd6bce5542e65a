import { onTestFinished, vi } from "vitest";
import { GatewayClient } from "../../src/client/client.js";
import type { GatewayClientOptions } from "../../src/client/options.js";
import type { Diagnostic } from "../../src/core/diagnostics.js";
import { acceptingServer, faultNetwork, optionsFor, type FrameHandler } from "./faultSocket.js";

/** A client on a fake network, disposed at the end of the test. Timers are vitest's. */
export function setUpClient(
  options: Partial<GatewayClientOptions> = {},
  server: FrameHandler = acceptingServer,
) {
  const network = faultNetwork(server);
  const gateway = new GatewayClient(optionsFor(network, options));
  const diagnostics: Diagnostic[] = [];
  gateway.lifecycle.on("diagnostic", (diagnostic) => diagnostics.push(diagnostic));
  onTestFinished(() => gateway.dispose());
  return { network, gateway, diagnostics };
}

/** The same client with alice bound. */
export async function setUpBoundClient(...args: Parameters<typeof setUpClient>) {
  const harness = setUpClient(...args);
  const { gateway } = harness;
  await Promise.all([
    gateway.setUserId({ accessToken: "alice-token" }),
    vi.advanceTimersByTimeAsync(0),
  ]);
  return harness;
}
