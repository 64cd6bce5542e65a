/**
 * What this entry uses of Phaser, by shape: the same in 3.60 to 4.x, and nothing of Phaser is loaded, nor needed to read our
 * declarations. A `Phaser.Scene` is a {@link SceneLike}, a `Phaser.Game` a {@link GameLike}.
 */
export interface SceneLike {
  readonly sys: SceneSystems;
}

/** A scene's `sys`: Phaser's `Scenes.Systems`. */
export interface SceneSystems {
  readonly game: GameLike;
  readonly events: SceneEvents;
  readonly settings: { readonly key: string; readonly status: number };
  /** Whether `create` is through and updates run. */
  isActive(): boolean;
  isSleeping(): boolean;
}

export interface SceneEvents {
  on(event: string, handler: () => void): unknown;
  off(event: string, handler: () => void): unknown;
}

export interface GameLike {
  readonly plugins: PluginManagerLike;
  readonly scene: { readonly scenes: readonly SceneLike[] };
}

export interface PluginManagerLike {
  /** Null once the game is destroyed. */
  readonly game: GameLike | null;
  readonly plugins: PluginEntry[];
  removeGlobalPlugin(key: string): void;
}

/** A running global plugin as Phaser's plugin manager keeps it. */
export interface PluginEntry {
  key: string;
  // Phaser's own word for an instance of it, so that its arrays fit.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type
  plugin: Function;
  active?: boolean;
  mapping?: string;
}

// The same numbers and names in Phaser 3.60 to 4.x (src/scene/const.js, src/scene/events).
export const SHUT_DOWN = 8;
export const SHUTDOWN = "shutdown";
export const DESTROY = "destroy";
export const WAKE = "wake";
/** The first thing of a scene's step: before its systems' update and its own. */
export const PRE_UPDATE = "preupdate";
