import type { GatewayPlugin } from "./plugin.js";

declare global {
  // Phaser's declarations are one global namespace; this adds to it without importing them.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Phaser {
    interface Scene {
      /** The gateway plugin, under its usual `mapping: "gs2"`. */
      readonly gs2: GatewayPlugin;
    }
  }
}

// Types only: what is imported is an empty module.
export {};
