import { onTestFinished } from "vitest";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import {
  GatewayClient,
  type Diagnostic,
  type GatewayClientOptions,
  type Status,
} from "../../../src/node.js";
import { until } from "../../support/until.js";

export const namespaceName = "game-0001";

/** Starts an emulator that stops with the test. */
export async function startTestEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ namespaces: [namespaceName], ...options });
  onTestFinished(() => emulator.stop());
  return emulator;
}

/** A client that is disposed with the test, with its diagnostics and statuses recorded. */
export function createTestClient(
  emulator: Pick<Emulator, "endpoints">,
  options: Partial<GatewayClientOptions> = {},
) {
  const gateway = new GatewayClient({
    namespaceName,
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: emulator.endpoints,
    logger: false,
    ...options,
  });
  onTestFinished(() => gateway.dispose());
  const diagnostics: Diagnostic[] = [];
  const statuses: Status[] = [];
  gateway.lifecycle.on("diagnostic", (one) => diagnostics.push(one));
  gateway.lifecycle.on("status", ({ status }) => {
    if (statuses.at(-1) !== status) statuses.push(status);
  });
  return {
    gateway,
    diagnostics,
    statuses,
    /** Resolves when the client has this status. Polling could miss a short one. */
    becomes: (status: Status) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (gateway.connection.status !== status) return;
          clearTimeout(timer);
          off();
          resolve();
        };
        const off = gateway.lifecycle.on("status", check);
        const timer = setTimeout(() => {
          off();
          reject(new Error(`Waited 5000 ms until ${gateway.connection.status} is ${status}.`));
        }, 5_000);
        check();
      }),
    diagnostic: (code: Diagnostic["code"]) =>
      until(`the client emits the diagnostic ${code}`, () =>
        diagnostics.find((one) => one.code === code),
      ),
  };
}
