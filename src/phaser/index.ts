export {
  GatewayPlugin,
  attachGateway,
  getGateway,
  type AttachOptions,
  type GatewayPluginData,
  type GatewayPluginSettings,
} from "./plugin.js";
export type { Deliver, WhileAsleep } from "./delivery.js";
export type {
  GameLike,
  PluginEntry,
  PluginManagerLike,
  SceneEvents,
  SceneLike,
  SceneSystems,
} from "./host.js";
export type { SceneScope, ScopeOptions } from "./scope.js";
