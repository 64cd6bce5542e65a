/** One direction of a socket: what goes in may be late, and comes out in order. */
export class DelayLine {
  #under = 0;
  #clearAt = -Infinity;

  /** @param later does something at a time; what is due at the same time in the order of asking */
  constructor(
    private readonly now: () => number,
    private readonly later: (at: number, run: () => void) => void,
  ) {}

  /** Runs at once where nothing is late and nothing is under way. */
  pass(delayMs: number, run: () => void): void {
    const now = this.now();
    if (delayMs === 0 && this.#under === 0) return run();
    this.#clearAt = Math.max(this.#clearAt, now + delayMs);
    this.#under++;
    this.later(this.#clearAt, () => {
      this.#under--;
      run();
    });
  }
}
