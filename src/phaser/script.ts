import { GatewayPlugin, attachGateway, getGateway } from "./plugin.js";

/**
 * The global of the script tag. It is the plugin class, because Phaser's loader installs the global
 * that has the plugin's key; the functions are properties of it.
 */
const Gs2GatewayPhaser = Object.assign(GatewayPlugin, { GatewayPlugin, attachGateway, getGateway });

// The build makes this value the global.
export { Gs2GatewayPhaser as default };
