/** A map that drops its oldest entries when its keys and the JSON of its values grow too long. */
export class SizedMap<Value> extends Map<string, Value> {
  readonly #sizes = new Map<string, number>();
  #characters = 0;

  constructor(private readonly maxCharacters: number) {
    super();
  }

  override set(key: string, value: Value): this {
    this.delete(key);
    const size = key.length + JSON.stringify(value).length;
    this.#sizes.set(key, size);
    this.#characters += size;
    super.set(key, value);
    for (const oldest of this.keys()) {
      if (this.#characters <= this.maxCharacters || this.size === 1) break;
      this.delete(oldest);
    }
    return this;
  }

  override delete(key: string): boolean {
    this.#characters -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
    return super.delete(key);
  }
}

/** Counts the writes to its maps, so that a handler cannot forget to report a change to save. */
export class ChangeCounter {
  count = 0;

  /** @param maxEntries more than that: the oldest are dropped */
  map<Key, Value>(maxEntries = Infinity): Map<Key, Value> {
    const increment = () => {
      this.count++;
    };
    return new (class extends Map<Key, Value> {
      override set(key: Key, value: Value): this {
        increment();
        super.set(key, value);
        for (const [oldest] of this) {
          if (this.size <= maxEntries) break;
          super.delete(oldest);
        }
        return this;
      }
      override delete(key: Key): boolean {
        const existed = super.delete(key);
        if (existed) increment();
        return existed;
      }
      override clear(): void {
        increment();
        super.clear();
      }
    })();
  }
}
