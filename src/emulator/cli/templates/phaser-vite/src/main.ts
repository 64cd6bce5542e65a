import * as Phaser from "phaser";
import { GatewayPlugin } from "gs2-gateway/phaser";
import { createGateway } from "./gateway";
import { LobbyScene } from "./LobbyScene";
import { MatchScene } from "./MatchScene";

const client = createGateway();

const game = new Phaser.Game({
  type: Phaser.AUTO,
  scale: { mode: Phaser.Scale.RESIZE },
  backgroundColor: "#14162b",
  plugins: {
    global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client } }],
  },
  scene: [LobbyScene, MatchScene],
});

// A saved file starts a new game: without this the old one would keep running behind it, with its
// own connection.
if (import.meta.hot) {
  import.meta.hot.accept();
  import.meta.hot.dispose(() => {
    game.destroy(true);
    client.dispose();
  });
}
