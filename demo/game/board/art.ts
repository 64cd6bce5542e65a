import * as Phaser from "phaser";
import { palette } from "../palette.js";

/** Width and height of the board; it is scaled to the page. */
export const BOARD = 960;

const starPoints = (points: number, outer: number, inner: number) =>
  Array.from({ length: points * 2 }, (_, index) => {
    const angle = (index * Math.PI) / points - Math.PI / 2;
    const radius = index % 2 === 0 ? outer : inner;
    return new Phaser.Math.Vector2(100 + Math.cos(angle) * radius, 100 + Math.sin(angle) * radius);
  });

/** A soft edge by overlapping discs, since the canvas renderer has no shaders. */
function glow(pen: Phaser.GameObjects.Graphics, colour: number, strength: number): void {
  for (let radius = 98; radius >= 42; radius -= 8) {
    pen.fillStyle(colour, strength).fillCircle(100, 100, radius);
  }
}

type Draw = (pen: Phaser.GameObjects.Graphics) => void;

const drawings: Readonly<Record<string, Draw>> = {
  star(pen) {
    glow(pen, palette.star, 0.028);
    pen.fillStyle(palette.star).fillPoints(starPoints(5, 62, 28), true);
    pen.fillStyle(0xffffff, 0.9).fillPoints(starPoints(5, 34, 16), true);
  },
  gold(pen) {
    glow(pen, palette.gold, 0.06);
    pen.fillStyle(palette.gold).fillPoints(starPoints(8, 80, 46), true);
    pen.fillStyle(0xffe9ae).fillPoints(starPoints(8, 54, 32), true);
    pen.fillStyle(0xffffff).fillCircle(100, 100, 18);
  },
  comet(pen) {
    for (let step = 12; step >= 1; step--) {
      pen.fillStyle(palette.tail, 0.16);
      pen.fillCircle(92 - step * 6, 106 - step * 7, 42 - step * 3);
    }
    pen.fillStyle(palette.comet).fillCircle(108, 118, 46);
    pen.fillStyle(0x3a1330);
    pen.fillTriangle(84, 104, 104, 112, 84, 118).fillTriangle(132, 104, 112, 112, 132, 118);
    pen.fillRoundedRect(92, 134, 32, 7, 3);
  },
  cloud(pen) {
    pen.fillStyle(palette.cloud);
    for (const [x, y, radius] of [
      [58, 116, 40],
      [100, 96, 52],
      [144, 112, 42],
      [84, 138, 36],
      [124, 138, 36],
    ] as const) {
      pen.fillCircle(x, y, radius);
    }
    pen.fillStyle(0xffffff, 0.4).fillCircle(92, 84, 28);
    pen.fillStyle(0xffffff, 0.3).fillCircle(136, 100, 18);
  },
  spark(pen) {
    pen.fillStyle(0xffffff).fillPoints(starPoints(4, 90, 22), true);
  },
};

/** Makes the textures of everything that falls, once for each game. */
export function drawTextures(scene: Phaser.Scene): void {
  for (const [name, draw] of Object.entries(drawings)) {
    if (scene.textures.exists(name)) continue;
    const pen = scene.make.graphics({}, false);
    draw(pen);
    pen.generateTexture(name, 200, 200);
    pen.destroy();
  }
}
