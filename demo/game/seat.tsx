import type { CSSProperties } from "preact";
import { isRobot, nameOf } from "../shared/players.js";
import { state } from "./game.js";
import { texts } from "./language.js";
import { seatColours } from "./palette.js";

/** The name of a player on this page. */
export function displayName(userId: string): string {
  const t = texts.value;
  if (userId === state.value?.userId) return t.you;
  return isRobot(userId) ? t.robot(nameOf(userId)) : userId;
}

/** A letter on the colour of the seat. */
export function Avatar({ userId, seat = 0 }: { userId: string | undefined; seat?: number }) {
  const style: CSSProperties = { "--seat": seatColours[seat % seatColours.length] };
  const kind = userId === undefined ? "avatar free" : isRobot(userId) ? "avatar robot" : "avatar";
  return (
    <span class={kind} style={style} aria-hidden="true">
      {userId === undefined ? "" : Array.from(nameOf(userId))[0]?.toUpperCase()}
    </span>
  );
}
