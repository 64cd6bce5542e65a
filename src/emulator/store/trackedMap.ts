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
