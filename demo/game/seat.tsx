import type { CSSProperties } from "preact";
import { isRobot, nameOf } from "../shared/players.js";
import { state } from "./game.js";
import { texts } from "./language.js";
import { seatColours } from "./palette.js";

/** How a player is called on this page. */
export function called(userId: string): string {
  const say = texts.value;
  if (userId === state.value?.userId) return say.you;
  return isRobot(userId) ? say.robot(nameOf(userId)) : userId;
}

/** A player's sign: a letter on a colour, one colour for each seat. */
export function Avatar({ userId, seat = 0 }: { userId: string | undefined; seat?: number }) {
  const style: CSSProperties = { "--seat": seatColours[seat % seatColours.length] };
  const kind = userId === undefined ? "avatar free" : isRobot(userId) ? "avatar robot" : "avatar";
  return (
    <span class={kind} style={style} aria-hidden="true">
      {userId === undefined ? "" : Array.from(nameOf(userId))[0]?.toUpperCase()}
    </span>
  );
}
