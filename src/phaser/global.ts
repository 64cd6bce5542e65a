import type { GatewayPlugin } from "./plugin.js";

declare global {
  // Phaser declares one global namespace; this adds to it without an import.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Phaser {
    interface Scene {
      /** The gateway plugin, under its usual `mapping: "gs2"`. */
      readonly gs2: GatewayPlugin;
    }
  }
}

// Types only: the imported module is empty.
export {};
