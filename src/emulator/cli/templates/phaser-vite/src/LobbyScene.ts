import * as Phaser from "phaser";
import { isGatewayError } from "gs2-gateway";
import "gs2-gateway/phaser/global";
import { accessToken, emulatorUrl } from "./gateway";
import { Missions } from "./missions";

// `npm run dev` takes the usual port, which notify takes too.
const url = emulatorUrl?.endsWith(":9480") ? "" : ` --url ${emulatorUrl}`;
const tryIt = emulatorUrl
  ? `Send yourself a notification, in another terminal:\n\nnpx gs2-gateway notify${url} --user user-0001 --key Gs2Mission:Complete --payload '{"taskName":"first-steps"}'`
  : "";

export class LobbyScene extends Phaser.Scene {
  constructor() {
    super("lobby");
  }

  create() {
    const { client } = this.gs2;
    const style = { fontFamily: "sans-serif", fontSize: "18px", color: "#e8eaff" };
    const status = this.add.text(24, 24, client.connection.status, style);
    const list = this.add.text(24, 64, "No mission finished yet.", style);
    const help = this.add.text(24, 160, tryIt, { ...style, fontSize: "14px", color: "#9aa0d0" });
    const wrap = () => help.setWordWrapWidth(this.scale.width - 48, true);
    wrap();
    this.scale.on("resize", wrap);
    this.events.once("shutdown", () => this.scale.off("resize", wrap));

    // Subscriptions of the scope end with the scene.
    const net = this.gs2.scope(this, { deliver: "frame" });
    net.onStatus((now) => status.setText(now.status));
    const missions = new Missions(net, () =>
      list.setText(`Finished: ${missions.finished.join(", ")}`),
    );

    client.setUserId({ accessToken }, { signal: net.signal }).catch((error: unknown) => {
      if (isGatewayError(error, "aborted")) return;
      status.setText(isGatewayError(error) ? error.message : String(error));
    });
  }
}
