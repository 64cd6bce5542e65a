import * as Phaser from "phaser";
import { GatewayPlugin } from "gs2-gateway/phaser";
import { gateway } from "../net.js";
import { BOARD } from "./art.js";
import { BoardScene, type BoardData } from "./boardScene.js";

const isCanvasForced = new URLSearchParams(location.search).get("renderer") === "canvas";

export interface Board {
  press(cell: number): void;
  point(cell: number | undefined): void;
  /** Call it when the size of the parent has changed. */
  fit(): void;
  end(): void;
}

/** A Phaser game for one round. The page owns the connection, which outlives it. */
export function createBoard(parent: HTMLElement, data: BoardData): Board {
  const scene = new BoardScene();
  const game = new Phaser.Game({
    parent,
    type: isCanvasForced ? Phaser.CANVAS : Phaser.AUTO,
    transparent: true,
    banner: false,
    audio: { noAudio: true },
    // The page handles the keys.
    input: { keyboard: false },
    scale: { mode: Phaser.Scale.FIT, width: BOARD, height: BOARD },
    plugins: {
      global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client: gateway } }],
    },
  });
  game.scene.add("board", scene, true, data);
  const isActive = () => scene.sys.isActive();
  return {
    press: (cell) => isActive() && scene.press(cell),
    point: (cell) => isActive() && scene.point(cell),
    fit() {
      // Phaser measures its parent only when the window changes.
      game.scale.getParentBounds();
      game.scale.refresh();
    },
    end: () => game.destroy(true),
  };
}
