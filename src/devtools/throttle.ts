const EVERY_MS = 100;

/** Runs soon after it is asked to, and at most ten times a second: the rest is the game's. */
export class Throttle {
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;
  #ranAt = -Infinity;

  constructor(run: () => void) {
    this.#run = run;
  }

  readonly soon = (): void => this.in(0);

  /** Milliseconds from now, unless it runs before. */
  in(ms: number): void {
    const now = performance.now();
    const dueAt = Math.max(now + ms, this.#ranAt + EVERY_MS);
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Infinity;
      this.#ranAt = performance.now();
      this.#run();
    }, dueAt - now);
  }

  /** It never runs again. */
  end(): void {
    clearTimeout(this.#timer);
    this.#dueAt = -Infinity;
  }
}
