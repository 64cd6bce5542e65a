/** Keeps the last `capacity` entries. */
export class RingBuffer<Entry> {
  readonly #entries: Entry[] = [];

  constructor(private readonly capacity: number) {}

  add(entry: Entry): void {
    this.#entries.push(entry);
    // In big steps: removing one entry for each one added would move the whole array each time.
    if (this.#entries.length >= 2 * this.capacity) this.#entries.splice(0, this.capacity);
  }

  list(): Entry[] {
    return this.#entries.slice(-this.capacity);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
