// A game on Phaser 3 or 4: its uses of the plugin compile against Phaser's own types.
import * as Phaser from "phaser";
import { GatewayClient } from "gs2-gateway";
import {
  GatewayPlugin,
  attachGateway,
  getGateway,
  type GatewayPluginData,
  type SceneScope,
} from "gs2-gateway/phaser";
import "gs2-gateway/phaser/global";

export class LobbyScene extends Phaser.Scene {
  net!: SceneScope;

  create(): void {
    this.net = this.gs2.scope(this, { deliver: "frame", whileAsleep: "skip" });
    this.net.on("Gs2Matchmaking:Join", ({ payload }) => this.add.text(0, 0, payload.joinUserId));
    this.net.onStatus((now, before) => now.status !== before.status);
    this.net.onSync(async ({ reason }) => reason);
    // @ts-expect-error a plugin does not know the calling scene: use scope(this)
    this.gs2.on("Gs2Matchmaking:Join", () => undefined);
    // @ts-expect-error no such delivery
    this.gs2.scope(this, { deliver: "later" });
    // @ts-expect-error no scene
    this.gs2.scope(this.gs2);
    const status: string = getGateway(this, "gs2").client.connection.status;
    this.registry.set("status", status);
  }
}

export function start(client: GatewayClient): Phaser.Game {
  const data: GatewayPluginData = { client, disposeWithGame: true };
  // @ts-expect-error either a client or its options are required
  void ({} satisfies GatewayPluginData);
  const game = new Phaser.Game({
    scene: LobbyScene,
    plugins: {
      global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data }],
    },
  });
  attachGateway(game, client, { key: "net" });
  return game;
}
