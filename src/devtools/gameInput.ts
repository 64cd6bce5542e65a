/** Events that begin something, or are whole. */
const BEGINNINGS = [
  "pointerdown",
  "mousedown",
  "touchstart",
  "click",
  "dblclick",
  "auxclick",
  "contextmenu",
  "wheel",
  "keydown",
  "keypress",
  "beforeinput",
  "input",
] as const;

/** Events that end what another began: a game gets the end of what began in the game. */
const ENDINGS: Readonly<Record<string, string>> = {
  pointerup: "pointerdown",
  pointercancel: "pointerdown",
  mouseup: "mousedown",
  touchend: "touchstart",
  touchcancel: "touchstart",
  keyup: "keydown",
};

const idOf = (type: string, event: Event): string =>
  `${type} ${event instanceof KeyboardEvent ? event.code : ""}`;

/**
 * Keeps the input of a panel from the game around it, and the focus with the game: a press of the
 * mouse on a button does not move it.
 */
export function separateInput(host: HTMLElement, root: ShadowRoot): void {
  const begun = new Set<string>();
  const stop = (event: Event): void => event.stopPropagation();
  for (const type of BEGINNINGS) {
    host.addEventListener(type, (event) => {
      begun.add(idOf(type, event));
      stop(event);
    });
  }
  for (const [type, beginning] of Object.entries(ENDINGS)) {
    host.addEventListener(type, (event) => {
      if (begun.delete(idOf(beginning, event))) stop(event);
    });
  }
  root.addEventListener("mousedown", (event) => {
    if ((event.target as Element).closest("button, .bar, .row")) event.preventDefault();
  });
}
