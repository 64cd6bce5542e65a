import * as Phaser from "phaser";
import { GatewayPlugin } from "gs2-gateway/phaser";
import { gateway } from "../net.js";
import { BOARD } from "./art.js";
import { BoardScene, type BoardData } from "./boardScene.js";

const isCanvasWished = new URLSearchParams(location.search).get("renderer") === "canvas";

export interface Board {
  press(cell: number): void;
  point(cell: number | undefined): void;
  /** The room for it has changed. */
  fit(): void;
  end(): void;
}

/** A game of Phaser for one round. The connection is the page's, and outlives it. */
export function createBoard(parent: HTMLElement, data: BoardData): Board {
  const scene = new BoardScene();
  const game = new Phaser.Game({
    parent,
    type: isCanvasWished ? Phaser.CANVAS : Phaser.AUTO,
    transparent: true,
    banner: false,
    audio: { noAudio: true },
    // The page has its own keys, for the board as a part of it.
    input: { keyboard: false },
    scale: { mode: Phaser.Scale.FIT, width: BOARD, height: BOARD },
    plugins: {
      global: [{ key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client: gateway } }],
    },
  });
  game.scene.add("board", scene, true, data);
  const isThere = () => scene.sys.isActive();
  return {
    press: (cell) => isThere() && scene.press(cell),
    point: (cell) => isThere() && scene.point(cell),
    fit() {
      // Phaser looks for the room there is when the window changes, and here the page does.
      game.scale.getParentBounds();
      game.scale.refresh();
    },
    end: () => game.destroy(true),
  };
}
