import * as Phaser from "phaser";
import "gs2-gateway/phaser/global";
import { CELLS, CLOUD_MS, COLUMNS, pointsOf, type Star } from "../../shared/rules.js";
import { palette } from "../palette.js";
import type { Round } from "../round.js";
import { BOARD, drawTextures } from "./art.js";

export interface BoardData {
  readonly round: Round;
  /** Without tweens and sparks, for players who prefer reduced motion. */
  readonly isCalm: boolean;
  /** The text above the countdown. */
  readonly getReady: string;
}

const CELL = BOARD / COLUMNS;
const FONT = { fontFamily: "system-ui, sans-serif", fontStyle: "bold" } as const;

const middleOf = (cell: number) => ({
  x: ((cell % COLUMNS) + 0.5) * CELL,
  y: (Math.floor(cell / COLUMNS) + 0.5) * CELL,
});

type Image = Phaser.GameObjects.Image;

/** The sky of one round. It draws the live stars and passes presses to the round. */
export class BoardScene extends Phaser.Scene {
  private board!: BoardData;
  private readonly stars = new Map<number, Image>();
  private readonly clouds = new Map<number, Image>();
  private cursor!: Phaser.GameObjects.Graphics;
  private countdown!: Phaser.GameObjects.Text;

  constructor() {
    super("board");
  }

  init(board: BoardData): void {
    this.board = board;
  }

  create(): void {
    drawTextures(this);
    this.drawSky();
    this.cursor = this.add.graphics().setDepth(4).setVisible(false);
    this.cursor.lineStyle(8, palette.cursor);
    this.cursor.strokeRoundedRect(14 - CELL / 2, 14 - CELL / 2, CELL - 28, CELL - 28, 30);
    this.countdown = this.add
      .text(BOARD / 2, BOARD / 2, "", { ...FONT, fontSize: 150, color: "#fff3c4", align: "center" })
      .setOrigin(0.5)
      .setDepth(5);

    this.input.on("pointerdown", ({ x, y }: Phaser.Input.Pointer) => {
      this.press(Math.floor(y / CELL) * COLUMNS + Math.floor(x / CELL));
    });

    // Subscriptions of the scope end with the scene, which lasts one round.
    const net = this.gs2.scope(this, { deliver: "frame" });
    net.on("starfall:cloud", ({ payload }) => {
      if (payload.matchName === this.board.round.matchName) payload.cells.forEach(this.cloudOver);
    });
  }

  override update(): void {
    const { round, getReady } = this.board;
    const atMs = round.nowMs();
    this.countdown.setVisible(atMs < 0);
    if (atMs < 0) this.countdown.setText(`${getReady}\n${Math.ceil(-atMs / 1_000)}`);
    const live = round.isOver() ? [] : round.live();
    for (const star of live) if (!this.stars.has(star.id)) this.rise(star);
    for (const [id, image] of this.stars) {
      if (!live.some((star) => star.id === id)) this.fade(id, image);
    }
  }

  /** A tap or a key: removes a cloud, otherwise catches the star of the cell. */
  press(cell: number): void {
    if (cell < 0 || cell >= CELLS) return;
    const cloud = this.clouds.get(cell);
    if (cloud) return this.blowAway(cell, cloud);
    const { round } = this.board;
    const star = round.live().find((one) => one.cell === cell);
    if (!star) return;
    round.catchStar(star);
    this.celebrate(star);
  }

  /** Shows the keyboard cursor on a cell; undefined hides it. */
  point(cell: number | undefined): void {
    this.cursor.setVisible(cell !== undefined);
    if (cell !== undefined) this.cursor.setPosition(middleOf(cell).x, middleOf(cell).y);
  }

  private drawSky(): void {
    const pen = this.add.graphics();
    for (let cell = 0; cell < CELLS; cell++) {
      const { x, y } = middleOf(cell);
      const [left, top, size] = [x - CELL / 2 + 8, y - CELL / 2 + 8, CELL - 16];
      pen.fillStyle(palette.cell, 0.75).fillRoundedRect(left, top, size, size, 34);
      pen.lineStyle(3, palette.line, 0.7).strokeRoundedRect(left, top, size, size, 34);
    }
    for (let dot = 0; dot < 70; dot++) {
      // Multiples of irrational numbers are spread evenly, and the same every time.
      const x = ((dot * 0.618_034) % 1) * BOARD;
      const y = ((dot * 0.754_877) % 1) * BOARD;
      pen.fillStyle(palette.dust, 0.35).fillCircle(x, y, 1.5 + (dot % 3));
    }
  }

  private rise(star: Star): void {
    const { x, y } = middleOf(star.cell);
    const image = this.add
      .image(x, y, star.kind)
      .setDepth(1)
      .setScale(CELL / 240);
    this.stars.set(star.id, image);
    if (this.board.isCalm) return;
    const scale = image.scale;
    image.setScale(0).setY(y - 50);
    this.tweens.add({ targets: image, scale, y, duration: 220, ease: "Back.easeOut" });
    if (star.kind === "comet") return;
    this.tweens.add({ targets: image, angle: 14, duration: 500, yoyo: true, repeat: -1 });
  }

  private fade(id: number, image: Image): void {
    this.stars.delete(id);
    if (this.board.isCalm) return image.destroy();
    this.tweens.killTweensOf(image);
    this.tweens.add({
      targets: image,
      ...{ scale: 0, alpha: 0, y: image.y + 40, duration: 160 },
      onComplete: () => image.destroy(),
    });
  }

  private celebrate({ id, kind, cell }: Star): void {
    const { x, y } = middleOf(cell);
    this.stars.get(id)?.destroy();
    this.stars.delete(id);
    const points = pointsOf[kind];
    const label = this.add
      .text(x, y, points > 0 ? `+${points}` : `−${-points}`, {
        ...{ ...FONT, fontSize: 84, stroke: "#141a3c", strokeThickness: 12 },
        color: points > 0 ? "#fff3c4" : "#ff8fab",
      })
      .setOrigin(0.5)
      .setDepth(3);
    if (this.board.isCalm) {
      this.time.delayedCall(450, () => label.destroy());
      return;
    }
    const gone = { alpha: 0, duration: 600, onComplete: () => label.destroy() };
    this.tweens.add({ targets: label, y: y - 90, ease: "Cubic.easeOut", ...gone });
    if (points < 0) this.cameras.main.shake(180, 0.012);
    const sparks = kind === "gold" ? 14 : 7;
    for (let index = 0; index < sparks; index++) {
      const angle = (index / sparks) * Math.PI * 2;
      const spark = this.add.image(x, y, "spark").setScale(0.24).setDepth(2);
      spark.setTint(palette[kind]);
      this.tweens.add({
        targets: spark,
        x: x + Math.cos(angle) * 130,
        y: y + Math.sin(angle) * 130,
        ...{ scale: 0, angle: 180, duration: 420, ease: "Cubic.easeOut" },
        onComplete: () => spark.destroy(),
      });
    }
  }

  private readonly cloudOver = (cell: number): void => {
    if (this.clouds.has(cell)) return;
    const { x, y } = middleOf(cell);
    const cloud = this.add.image(x, y, "cloud").setDepth(3).setScale(1.25).setAlpha(0.97);
    this.clouds.set(cell, cloud);
    this.time.delayedCall(CLOUD_MS, () => {
      if (this.clouds.get(cell) === cloud) this.blowAway(cell, cloud);
    });
    if (this.board.isCalm) return;
    cloud.setX(x - 140).setAlpha(0);
    this.tweens.add({ targets: cloud, x, alpha: 0.97, duration: 300, ease: "Sine.easeOut" });
  };

  private blowAway(cell: number, cloud: Image): void {
    this.clouds.delete(cell);
    if (this.board.isCalm) return cloud.destroy();
    this.tweens.killTweensOf(cloud);
    this.tweens.add({
      targets: cloud,
      ...{ x: cloud.x + 140, alpha: 0, duration: 240 },
      onComplete: () => cloud.destroy(),
    });
  }
}
