import { useEffect, useRef, useState } from "preact/hooks";
import { CELLS, COLUMNS } from "../shared/rules.js";
import type { Board } from "./board/board.js";
import { texts } from "./language.js";
import type { Round } from "./round.js";

/** Where the keys lie is where the cells are, on any layout. */
const direct = [
  ...["Digit1", "Digit2", "Digit3", "Digit4"],
  ...["KeyQ", "KeyW", "KeyE", "KeyR"],
  ...["KeyA", "KeyS", "KeyD", "KeyF"],
  ...["KeyZ", "KeyX", "KeyC", "KeyV"],
];

const steps: Readonly<Record<string, number>> = {
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
  ArrowLeft: -1,
  ArrowRight: 1,
};

function stepFrom(cell: number, key: string): number {
  const step = steps[key] ?? 0;
  const next = cell + step;
  const leavesRow =
    Math.abs(step) === 1 && Math.floor(next / COLUMNS) !== Math.floor(cell / COLUMNS);
  return leavesRow || next < 0 || next >= CELLS ? cell : next;
}

/** The sky: Phaser inside, and one element of the page for focus, keys and screen readers. */
export function BoardView({ round }: { round: Round }) {
  const say = texts.value;
  const place = useRef<HTMLDivElement>(null);
  const board = useRef<Board>(undefined);
  const [cursor, setCursor] = useState<number>();

  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    let isGone = false;
    // Phaser is the greater part of the page: it is fetched when there is something to play.
    void import("./board/board.js").then(({ createBoard }) => {
      if (isGone) return;
      board.current = createBoard(parent, {
        round,
        isCalm: matchMedia("(prefers-reduced-motion: reduce)").matches,
        getReady: texts.peek().getReady,
      });
    });
    const watching = new ResizeObserver(() => board.current?.fit());
    watching.observe(parent);
    parent.focus({ preventScroll: true });
    return () => {
      isGone = true;
      watching.disconnect();
      board.current?.end();
      board.current = undefined;
    };
  }, [round]);

  useEffect(() => board.current?.point(cursor), [cursor]);

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, code } = event;
    const at = direct.indexOf(code);
    if (at >= 0) board.current?.press(at);
    else if (key in steps) setCursor(stepFrom(cursor ?? 0, key));
    else if ((key === " " || key === "Enter") && cursor !== undefined) board.current?.press(cursor);
    else return;
    // Arrows and Space would scroll the page.
    event.preventDefault();
  };

  return (
    <div class="board-room">
      <div
        id="board"
        ref={place}
        tabIndex={0}
        role="application"
        aria-label={say.boardLabel}
        onKeyDown={press}
      />
    </div>
  );
}
