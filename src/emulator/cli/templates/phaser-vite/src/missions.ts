import type { NotificationSource } from "gs2-gateway";

/**
 * The missions that the player has finished. Independent of Phaser, so that tests need no browser.
 */
export class Missions {
  readonly finished: string[] = [];

  constructor(source: Pick<NotificationSource, "on">, changed: () => void = () => undefined) {
    source.on("Gs2Mission:Complete", ({ payload }) => {
      this.finished.push(payload.taskName);
      changed();
    });
  }
}
