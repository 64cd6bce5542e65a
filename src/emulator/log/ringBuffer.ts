/** Keeps the last entries: at most `capacity`, with at most `maxCharacters` in all, or one. */
export class RingBuffer<Entry> {
  readonly #entries: { readonly entry: Entry; readonly characters: number }[] = [];
  #characters = 0;
  /** Entries before it are dropped. */
  #first = 0;

  constructor(
    private readonly capacity: number,
    private readonly maxCharacters = Infinity,
  ) {}

  add(entry: Entry): void {
    const characters = charactersIn(entry);
    this.#entries.push({ entry, characters });
    this.#characters += characters;
    const entries = this.#entries;
    while (
      entries.length - this.#first > this.capacity ||
      (this.#characters > this.maxCharacters && entries.length - this.#first > 1)
    ) {
      this.#characters -= entries[this.#first]!.characters;
      // Not only skipped: its memory is free at once.
      entries[this.#first++] = undefined!;
    }
    // In big steps: removing one entry for each one added would move the whole array each time.
    if (this.#first >= this.capacity) {
      entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  list(): Entry[] {
    return this.#entries.slice(this.#first).map(({ entry }) => entry);
  }

  clear(): void {
    this.#entries.length = 0;
    this.#characters = 0;
    this.#first = 0;
  }
}

/** About the memory that a value takes, as the number of characters of its names and texts. */
export function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + name.length + charactersIn(inner),
    0,
  );
}
