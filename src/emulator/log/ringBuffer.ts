/** The last `kept` entries of something that goes on. */
export class RingBuffer<Entry> {
  readonly #entries: Entry[] = [];

  constructor(private readonly kept: number) {}

  add(entry: Entry): void {
    this.#entries.push(entry);
    // Thinned in big steps: shifting on each call would move the whole list each time.
    if (this.#entries.length >= 2 * this.kept) this.#entries.splice(0, this.kept);
  }

  list(): Entry[] {
    return this.#entries.slice(-this.kept);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
