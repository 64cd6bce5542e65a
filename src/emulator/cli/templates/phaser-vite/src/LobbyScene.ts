import * as Phaser from "phaser";
import { isGatewayError } from "gs2-gateway";
import "gs2-gateway/phaser/global";
import { signInPlayer } from "./gateway";
import { findMatch } from "./match";

const style = { fontFamily: "sans-serif", fontSize: "18px", color: "#e8eaff" };

/** Signs the player in, and finds a match. */
export class LobbyScene extends Phaser.Scene {
  constructor() {
    super("lobby");
  }

  create() {
    const { client } = this.gs2;
    const status = this.add.text(24, 24, client.connection.status, style);
    const text = this.add.text(24, 64, "Signing in…", style);

    // Subscriptions and calls of the scope end with the scene.
    const net = this.gs2.scope(this, { deliver: "frame" });
    net.onStatus((now) => status.setText(now.status));
    const play = async () => {
      const { userId } = await signInPlayer(client, net.signal);
      text.setText(`You are ${userId}. Looking for a match…`);
      const match = await findMatch(
        client,
        (players) => text.setText(`You are ${userId}. In the gathering: ${players.join(", ")}`),
        net.signal,
      );
      this.scene.start("match", match);
    };
    play().catch((error: unknown) => {
      if (isGatewayError(error, "aborted")) return;
      text.setText(`${String(error)}\n\nClick to try again.`);
      this.input.once("pointerdown", () => this.scene.restart());
    });
  }
}
