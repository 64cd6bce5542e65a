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

/** An emulator of this test's own. */
export async function anEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ namespaces: [namespaceName], ...options });
  onTestFinished(() => emulator.stop());
  return emulator;
}

/** A client that ends with the test, and what it has told. */
export function aClient(
  at: Pick<Emulator, "endpoints">,
  options: Partial<GatewayClientOptions> = {},
) {
  const gateway = new GatewayClient({
    namespaceName,
    credential: { clientId: "client-0001", clientSecret: "secret-0001" },
    endpoints: at.endpoints,
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
    /** Even if only for a moment: polling might miss it. */
    becomes: (status: Status) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (gateway.connection.status !== status) return;
          clearTimeout(timer);
          off();
          resolve();
        };
        const off = gateway.lifecycle.on("status", look);
        const timer = setTimeout(() => {
          off();
          reject(new Error(`Waited 5000 ms until ${gateway.connection.status} is ${status}.`));
        }, 5_000);
        look();
      }),
    diagnostic: (code: Diagnostic["code"]) =>
      until(`there is a diagnostic ${code}`, () => diagnostics.find((one) => one.code === code)),
  };
}
