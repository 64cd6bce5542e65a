// The page of the Phaser tests, built for each Phaser version and controlled by the tests.
import * as Phaser from "phaser";
import { GatewayClient, emulatorEndpoints, isGatewayError } from "../../../src/index.js";
import {
  GatewayPlugin,
  attachGateway,
  getGateway,
  type ScopeOptions,
} from "../../../src/phaser/index.js";
import "../../../src/phaser/global.js";

const newClient = () =>
  new GatewayClient({
    namespaceName: "game-0001",
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(location.origin),
  });

const client = newClient();

/** The scene's events, in order; `frames` has the game's frame of each. */
const seen: string[] = [];
const frames: number[] = [];

/** The scope options of the next scene, and the duration of its handler. */
const settings: { options: ScopeOptions; burnMs: number } = { options: {}, burnMs: 0 };

class Lobby extends Phaser.Scene {
  created = 0;

  constructor() {
    super("lobby");
  }

  create() {
    this.created++;
    const net = this.gs2.scope(this, settings.options);
    if (net !== getGateway(this).scope(this, settings.options)) seen.push("two scopes");
    net.on("Gs2Mission:Complete", ({ payload }) => {
      seen.push(payload.taskName);
      frames.push(this.game.loop.frame);
      const end = performance.now() + settings.burnMs;
      while (performance.now() < end);
    });
    net.onStatus(({ status }, before) => {
      if (status !== before.status) seen.push(status);
    });
    net.onSync(({ reason }) => seen.push(`sync ${reason}`));
    net.waitFor("Gs2Chat:Post").catch((error: unknown) => {
      seen.push(isGatewayError(error) ? error.kind : String(error));
    });
  }
}

class Shop extends Phaser.Scene {
  constructor() {
    super("shop");
  }
}

const config: Phaser.Types.Core.GameConfig = {
  type: Phaser.CANVAS,
  width: 160,
  height: 120,
  banner: false,
  audio: { noAudio: true },
};

const newGame = (more: Phaser.Types.Core.GameConfig = {}) =>
  new Phaser.Game({
    ...config,
    scene: [Lobby, Shop],
    plugins: {
      global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client } }],
    },
    ...more,
  });

const lobby = (game: Phaser.Game) => game.scene.getScene<Lobby>("lobby");

const page = {
  Phaser,
  GatewayPlugin,
  attachGateway,
  getGateway,
  newClient,
  client,
  config,
  Lobby,
  Shop,
  newGame,
  lobby,
  seen,
  frames,
  settings,
  version: Phaser.VERSION,
};

declare global {
  var page: PhaserPage;
  /** The game under test. */
  var game: Phaser.Game;
}
export type PhaserPage = typeof page;

globalThis.page = page;
