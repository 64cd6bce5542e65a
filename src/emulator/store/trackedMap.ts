/** Counts the writes to its maps, so that a handler cannot forget to report a change to save. */
export class ChangeCounter {
  count = 0;

  map<Key, Value>(): Map<Key, Value> {
    const increment = () => {
      this.count++;
    };
    return new (class extends Map<Key, Value> {
      override set(key: Key, value: Value): this {
        increment();
        return super.set(key, value);
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
