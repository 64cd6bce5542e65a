import { GatewayError } from "../errors.js";
import { GatewayClient } from "../client/client.js";
import type { GatewayClientOptions } from "../client/options.js";
import { internalsOf } from "../core/internals.js";
import {
  SHUT_DOWN,
  type GameLike,
  type PluginEntry,
  type PluginManagerLike,
  type SceneLike,
  type SceneSystems,
} from "./host.js";
import { openScope, type OpenScope, type SceneScope, type ScopeOptions } from "./scope.js";

export interface GatewayPluginSettings {
  /** Disposes the client when the game is destroyed. Default false: the next game can use it. */
  disposeWithGame?: boolean | undefined;
}

/**
 * `data` of the plugin in the game's configuration: a client, or options of a client. Options with
 * the same region, namespace, client ID and endpoints share one client per page; the other options
 * of the first ones apply.
 */
export type GatewayPluginData = GatewayPluginSettings &
  (
    | { client: GatewayClient; options?: undefined }
    | { options: GatewayClientOptions; client?: undefined }
  );

const clients = new Map<string, GatewayClient>();

/**
 * Creates a client, or returns the one of the same region, namespace, client ID and endpoints: a
 * game that is mounted again, or reloaded by a dev server, keeps its client and connection. After
 * `dispose` a new one is created.
 */
function sharedClient(options: GatewayClientOptions): GatewayClient {
  const { region, namespaceName, credential, endpoints } = options;
  const key = JSON.stringify([region, namespaceName, credential.clientId, endpoints]);
  const present = clients.get(key);
  if (present) return present;
  const client = new GatewayClient(options);
  internalsOf(client)!.onDispose(() => clients.delete(key));
  clients.set(key, client);
  return client;
}

const misused = (method: string, problem: string): GatewayError =>
  new GatewayError({ kind: "invalidArgument", method, message: `${method}: ${problem}` });

/** Callers without TypeScript may pass anything. */
const systemsOf = (scene: unknown): Partial<SceneSystems> =>
  (scene as Partial<SceneLike> | null | undefined)?.sys ?? {};

/**
 * A global plugin of Phaser 3.60 to 4.x that gives each scene a {@link GatewayClient}. It does not
 * connect the client, and the connection does not depend on the game loop.
 *
 * ```ts
 * plugins: { global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client } }] }
 * ```
 */
export class GatewayPlugin {
  readonly #manager: PluginManagerLike;
  readonly #scopes = new Map<SceneLike, Map<string, OpenScope>>();
  #client: GatewayClient | undefined;
  #disposeWithGame = false;

  /** Called by Phaser. */
  constructor(pluginManager: PluginManagerLike) {
    this.#manager = pluginManager;
  }

  /** The player's client. Throws a GatewayError of kind `invalidArgument` before it has one. */
  get client(): GatewayClient {
    if (!this.#client) {
      throw misused(
        "client",
        "there is none yet: give the plugin `data: { client }`, or call configure({ client })",
      );
    }
    return this.#client;
  }

  /**
   * Called by Phaser with `data` of the configuration. Phaser's loader (`this.load.plugin`) passes
   * no data: call {@link configure} then.
   */
  init(data?: GatewayPluginData | null): void {
    if (data != null) this.configure(data);
  }

  /**
   * Sets the client. The same client may be set again. Throws for another client, because scenes
   * are subscribed to the first.
   */
  configure(data: GatewayPluginData): this {
    const {
      client,
      options,
      disposeWithGame = this.#disposeWithGame,
    } = Object(data) as Partial<GatewayPluginData>;
    if (!client && !options) throw misused("configure", "takes { client } or { options }");
    if (client && typeof (client as Partial<GatewayClient>).lifecycle?.on !== "function") {
      throw misused("configure", "client must be a GatewayClient");
    }
    const chosen = client ?? sharedClient(options!);
    if (this.#client && this.#client !== chosen) {
      throw misused("configure", "the game has another client already");
    }
    this.#client = chosen;
    this.#disposeWithGame = disposeWithGame;
    return this;
  }

  /** Called by Phaser. */
  start(): void {
    const manager = this.#manager;
    const entry = manager.plugins.find(({ plugin }) => (plugin as unknown) === this);
    if (!entry) return;
    // Phaser reserves a key for all games of a page, until a frame after destroy(): the next game
    // would fail with "Plugin key in use". The entry of this game is sufficient.
    manager.removeGlobalPlugin(entry.key);
    addPlugin(manager, entry);
  }

  /** Called by Phaser. The client stays connected. */
  stop(): void {
    // Phaser requires the method.
  }

  /**
   * Subscriptions that end with the scene. The same scene and options get the same scope until the
   * scene shuts down: call it in `init`, `preload`, `create`, or wherever it is needed.
   *
   * ```ts
   * const net = this.gs2.scope(this, { deliver: "frame" });
   * net.on("Gs2Matchmaking:Join", ({ payload }) => this.addPlayer(payload.joinUserId));
   * ```
   */
  scope(scene: SceneLike, options: ScopeOptions = {}): SceneScope {
    const { client } = this;
    const { deliver = "now", whileAsleep = "hold" } = options;
    const { settings, events } = systemsOf(scene);
    // A scene has no events in its constructor and after its end.
    if (!settings || (!events && settings.status < SHUT_DOWN)) {
      throw misused("scope", "takes a scene, from its init on: scope(this)");
    }
    if (!["now", "frame"].includes(deliver)) throw misused("scope", 'deliver is "now" or "frame"');
    if (!["hold", "skip"].includes(whileAsleep)) {
      throw misused("scope", 'whileAsleep is "hold" or "skip"');
    }
    const scopes = this.#scopes.get(scene) ?? new Map<string, OpenScope>();
    const kind = `${deliver} ${whileAsleep}`;
    const present = scopes.get(kind);
    if (present) return present.scope;
    const opened = openScope(client, scene, { deliver, whileAsleep }, () => {
      scopes.delete(kind);
      if (!scopes.size) this.#scopes.delete(scene);
    });
    if (!opened.scope.signal.aborted) {
      this.#scopes.set(scene, scopes.set(kind, opened));
    }
    return opened.scope;
  }

  /** Called by Phaser when the game is destroyed. */
  destroy(): void {
    for (const scopes of [...this.#scopes.values()]) {
      for (const { end } of [...scopes.values()]) end();
    }
    if (this.#disposeWithGame) this.#client?.dispose();
  }
}

/** Adds a plugin to the existing scenes; Phaser adds it to later ones. */
function addPlugin(manager: PluginManagerLike, entry: PluginEntry): void {
  manager.plugins.push(entry);
  const { mapping, plugin } = entry;
  if (!mapping) return;
  for (const scene of manager.game?.scene.scenes ?? []) Object.assign(scene, { [mapping]: plugin });
}

export interface AttachOptions extends GatewayPluginSettings {
  /** Key of the plugin, and its property in scenes. Default `gs2`. */
  key?: string | undefined;
}

/**
 * Adds the plugin to a running game, without changes to the game's configuration: each scene has
 * `this.gs2` from now on. It may be called again with the same client.
 */
export function attachGateway(
  game: GameLike,
  client: GatewayClient,
  { key = "gs2", disposeWithGame }: AttachOptions = {},
): GatewayPlugin {
  const manager = (Object(game) as Partial<GameLike>).plugins;
  if (!manager?.game) throw misused("attachGateway", "takes a Phaser.Game that is not destroyed");
  const data = { client, disposeWithGame };
  const present = manager.plugins.find((entry) => entry.key === key)?.plugin as unknown;
  if (present instanceof GatewayPlugin) return present.configure(data);
  if (present) throw misused("attachGateway", `another plugin has the key "${key}"`);
  const plugin = new GatewayPlugin(manager).configure(data);
  addPlugin(manager, { key, plugin: plugin as never, active: true, mapping: key });
  return plugin;
}

/**
 * Returns the plugin of a scene's game, with its type, whatever its `mapping` is.
 *
 * @param key key or `mapping` of the plugin, for games with several
 */
export function getGateway(scene: SceneLike, key?: string): GatewayPlugin {
  const { game } = systemsOf(scene);
  if (!game) throw misused("getGateway", "takes a scene, from its init to its destruction");
  const found = game.plugins.plugins.find(
    (entry) =>
      (entry.plugin as unknown) instanceof GatewayPlugin &&
      (key === undefined || entry.key === key || entry.mapping === key),
  );
  if (!found) {
    const under = key === undefined ? "" : ` under "${key}"`;
    throw misused(
      "getGateway",
      `the game has no GatewayPlugin${under}: see plugins.global, or attachGateway`,
    );
  }
  return found.plugin as unknown as GatewayPlugin;
}
