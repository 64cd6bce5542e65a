import { useEffect, useRef, useState } from "preact/hooks";
import { CELLS, COLUMNS } from "../shared/rules.js";
import type { Board } from "./board/board.js";
import { texts } from "./language.js";
import type { Round } from "./round.js";

/** Physical keys in the positions of the cells, on any keyboard layout. */
const cellKeys = [
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
  const t = texts.value;
  const container = useRef<HTMLDivElement>(null);
  const board = useRef<Board>(undefined);
  const [cursor, setCursor] = useState<number>();

  useEffect(() => {
    const parent = container.current;
    if (!parent) return undefined;
    let isUnmounted = false;
    // Phaser is the largest part of the page: it is loaded for the first round.
    void import("./board/board.js").then(({ createBoard }) => {
      if (isUnmounted) return;
      board.current = createBoard(parent, {
        round,
        isCalm: matchMedia("(prefers-reduced-motion: reduce)").matches,
        getReady: texts.peek().getReady,
      });
    });
    const resizeObserver = new ResizeObserver(() => board.current?.fit());
    resizeObserver.observe(parent);
    parent.focus({ preventScroll: true });
    return () => {
      isUnmounted = true;
      resizeObserver.disconnect();
      board.current?.end();
      board.current = undefined;
    };
  }, [round]);

  useEffect(() => board.current?.point(cursor), [cursor]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, code } = event;
    const at = cellKeys.indexOf(code);
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
        ref={container}
        tabIndex={0}
        role="application"
        aria-label={t.boardLabel}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
