/**
 * The part of Phaser that this entry uses, the same in 3.60 to 4.x. Phaser itself is not imported,
 * not even for types. A `Phaser.Scene` is a {@link SceneLike}, a `Phaser.Game` a {@link GameLike}.
 */
export interface SceneLike {
  readonly sys: SceneSystems;
}

/** A scene's `sys`: Phaser's `Scenes.Systems`. */
export interface SceneSystems {
  readonly game: GameLike;
  readonly events: SceneEvents;
  readonly settings: { readonly key: string; readonly status: number };
  /** Whether `create` has returned and the scene updates. */
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

/** A running global plugin in Phaser's plugin manager. */
export interface PluginEntry {
  key: string;
  // Phaser declares the instance as Function; its arrays must be assignable.
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
/** Emitted at the start of a scene's step, before its systems and the scene update. */
export const PRE_UPDATE = "preupdate";
