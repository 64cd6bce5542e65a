const STEP = 24;
/** A press that moves less is a click. */
const CLICK_DISTANCE = 4;
const MARGIN = 8;

const within = (value: number, most: number): number =>
  Math.max(MARGIN, Math.min(value, most - MARGIN));

/** Moves an element that is fixed in the page, by dragging it and by the arrow keys. */
export class Mover {
  readonly #element: HTMLElement;
  readonly #onMoved: (left: number, top: number) => void;
  #drag: { readonly x: number; readonly y: number; hasMoved: boolean } | undefined;
  #wasDragged = false;

  constructor(element: HTMLElement, onMoved: (left: number, top: number) => void) {
    this.#element = element;
    this.#onMoved = onMoved;
  }

  /** Of the element to drag by. */
  readonly pointerHandlers = {
    onPointerDown: (event: PointerEvent) => this.#begin(event),
    onPointerMove: (event: PointerEvent) => this.#move(event),
    onPointerUp: () => this.#end(),
    onPointerCancel: () => this.#end(),
  };

  readonly onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, readonly [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const { left, top } = this.#element.getBoundingClientRect();
    this.#place(left + step[0], top + step[1]);
    this.#saved();
  };

  /** Whether the press that ends with this click did not drag. */
  wasClick(): boolean {
    return !this.#wasDragged;
  }

  /** Where it was left, or in the corner. */
  placeAt({ left, top }: { readonly left?: number; readonly top?: number }): void {
    const { style } = this.#element;
    if (left !== undefined && top !== undefined) return this.#place(left, top);
    style.top = style.right = `${MARGIN}px`;
  }

  /** Moves it as little as is needed. */
  keepInPage(): void {
    if (!this.#element.style.left) return;
    const { left, top } = this.#element.getBoundingClientRect();
    this.#place(left, top);
  }

  #begin({ target, currentTarget, pointerId, clientX, clientY, button }: PointerEvent): void {
    this.#wasDragged = false;
    if (button !== 0) return;
    const handle = currentTarget as HTMLElement;
    const pressed = (target as Element).closest("button");
    if (pressed && pressed !== handle && pressed.getAttribute("name") !== "move") return;
    const { left, top } = this.#element.getBoundingClientRect();
    this.#drag = { x: clientX - left, y: clientY - top, hasMoved: false };
    handle.setPointerCapture(pointerId);
  }

  #move({ clientX, clientY }: PointerEvent): void {
    const drag = this.#drag;
    if (!drag) return;
    const { left, top } = this.#element.getBoundingClientRect();
    const distance = Math.hypot(clientX - drag.x - left, clientY - drag.y - top);
    if (!drag.hasMoved && distance < CLICK_DISTANCE) return;
    drag.hasMoved = true;
    this.#place(clientX - drag.x, clientY - drag.y);
  }

  #end(): void {
    if (!this.#drag) return;
    this.#wasDragged = this.#drag.hasMoved;
    this.#drag = undefined;
    if (this.#wasDragged) this.#saved();
  }

  #place(left: number, top: number): void {
    const { style, offsetWidth, offsetHeight } = this.#element;
    style.right = "auto";
    style.left = `${within(left, innerWidth - offsetWidth)}px`;
    style.top = `${within(top, innerHeight - offsetHeight)}px`;
  }

  #saved(): void {
    const { left, top } = this.#element.getBoundingClientRect();
    this.#onMoved(left, top);
  }
}
