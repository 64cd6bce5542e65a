/** One direction of a socket: frames may be delayed, and stay in order. */
export class DelayLine {
  #pending = 0;
  #lastDueAt = -Infinity;

  /** @param schedule runs callbacks that are due at the same time in the order of the calls */
  constructor(
    private readonly now: () => number,
    private readonly schedule: (at: number, run: () => void) => void,
  ) {}

  /** Runs the callback at once if there is no delay and nothing is pending. */
  pass(delayMs: number, run: () => void): void {
    const now = this.now();
    if (delayMs === 0 && this.#pending === 0) return run();
    this.#lastDueAt = Math.max(this.#lastDueAt, now + delayMs);
    this.#pending++;
    this.schedule(this.#lastDueAt, () => {
      this.#pending--;
      run();
    });
  }
}
