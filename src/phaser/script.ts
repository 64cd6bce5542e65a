import { GatewayPlugin, attachGateway, getGateway } from "./plugin.js";

/** What a script tag gives: the plugin itself, since Phaser's loader installs the global of a plugin's key, with the functions on it. */
const Gs2GatewayPhaser = Object.assign(GatewayPlugin, { GatewayPlugin, attachGateway, getGateway });

// The global is this value itself.
export { Gs2GatewayPhaser as default };
