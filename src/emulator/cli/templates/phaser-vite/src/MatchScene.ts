import * as Phaser from "phaser";
import type { Match } from "./match";

const style = { fontFamily: "sans-serif", fontSize: "18px", color: "#e8eaff" };

/** A match has begun: your game goes here. */
export class MatchScene extends Phaser.Scene {
  constructor() {
    super("match");
  }

  create({ name, players }: Match) {
    this.add.text(24, 24, `Match ${name}`, style);
    this.add.text(24, 64, players.join("  against  "), style);
    this.add.text(24, 104, "Click to play again.", style);
    this.input.once("pointerdown", () => this.scene.start("lobby"));
    document.title = `Match of ${players.join(" and ")}`;
  }
}
