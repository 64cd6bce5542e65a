import { EventEmitter } from "node:events";
import type { GatewayClient } from "../../../src/client/client.js";
import type { Diagnostic } from "../../../src/core/diagnostics.js";
import { GatewayClient as Client } from "../../../src/client/client.js";
import type { GameLike, PluginEntry, SceneLike } from "../../../src/phaser/index.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

const RUNNING = 5;
const SLEEPING = 7;
const SHUT_DOWN = 8;
const DESTROYED = 9;

/** The part of a scene that the plugin uses, and what Phaser does with it. */
export class FakeScene implements SceneLike {
  readonly emitter = new EventEmitter();
  readonly #settings = { key: "lobby", status: RUNNING };
  readonly sys: SceneLike["sys"];

  constructor(game: GameLike) {
    const settings = this.#settings;
    this.sys = {
      game,
      events: this.emitter,
      settings,
      isActive: () => settings.status === RUNNING,
      isSleeping: () => settings.status === SLEEPING,
    };
  }

  #become(status: number, event: string) {
    this.#settings.status = status;
    this.emitter.emit(event);
  }
  sleep = () => this.#become(SLEEPING, "sleep");
  wake = () => this.#become(RUNNING, "wake");
  start = () => this.#become(RUNNING, "start");
  shutdown = () => this.#become(SHUT_DOWN, "shutdown");
  step = () => this.emitter.emit("preupdate");
  destroy() {
    this.#become(DESTROYED, "destroy");
    this.emitter.removeAllListeners();
    Object.assign(this.sys, { events: null, game: null });
  }
}

/** A game with a plugin manager like Phaser's. */
export function fakeGame() {
  const removed: string[] = [];
  const scenes: FakeScene[] = [];
  const plugins: PluginEntry[] = [];
  const manager = {
    game: null as GameLike | null,
    plugins,
    removeGlobalPlugin(key: string) {
      removed.push(key);
      const at = plugins.findIndex((entry) => entry.key === key);
      if (at >= 0) plugins.splice(at, 1);
    },
  };
  const game = { plugins: manager, scene: { scenes } };
  manager.game = game;
  return { game, manager, removed, scenes };
}

/** A client on a fake network, its diagnostics, and a server that sends missions. */
export function fakeClient() {
  const network = faultNetwork(acceptingServer);
  const client: GatewayClient = new Client(optionsFor(network, { logger: false }));
  const diagnostics: Diagnostic[] = [];
  client.lifecycle.on("diagnostic", (one) => diagnostics.push(one));
  return { client, network, diagnostics };
}
