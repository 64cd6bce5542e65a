import type { NotificationSource } from "gs2-gateway";

/** The missions the player has finished. Does not use Phaser, so it can be tested without a browser. */
export class Missions {
  readonly finished: string[] = [];

  constructor(source: Pick<NotificationSource, "on">, changed: () => void = () => undefined) {
    source.on("Gs2Mission:Complete", ({ payload }) => {
      this.finished.push(payload.taskName);
      changed();
    });
  }
}
