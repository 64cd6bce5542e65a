/** Counts what is written to the maps made here, so that whoever keeps them on disk need not be told, and no rule can forget to tell. */
export class ChangeCounter {
  count = 0;

  map<Key, Value>(): Map<Key, Value> {
    const noted = () => {
      this.count++;
    };
    return new (class extends Map<Key, Value> {
      override set(key: Key, value: Value): this {
        noted();
        return super.set(key, value);
      }
      override delete(key: Key): boolean {
        const was = super.delete(key);
        if (was) noted();
        return was;
      }
      override clear(): void {
        noted();
        super.clear();
      }
    })();
  }
}
