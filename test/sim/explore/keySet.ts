/** A set of 53-bit hashes with open addressing: 8 bytes an entry, no objects. */
export class KeySet {
  size = 0;
  #table = new Float64Array(1 << 16);
  #mask = this.#table.length - 1;

  /** @returns whether the key is new */
  add(key: number): boolean {
    const table = this.#table;
    let at = (key % 2 ** 32) & this.#mask;
    for (let found; (found = table[at]!) !== 0; at = (at + 1) & this.#mask) {
      if (found === key) return false;
    }
    table[at] = key;
    if (++this.size * 2 > table.length) this.#grow();
    return true;
  }

  has(key: number): boolean {
    const table = this.#table;
    let at = (key % 2 ** 32) & this.#mask;
    for (let found; (found = table[at]!) !== 0; at = (at + 1) & this.#mask) {
      if (found === key) return true;
    }
    return false;
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Float64Array(before.length * 2);
    this.#mask = this.#table.length - 1;
    this.size = 0;
    for (const key of before) if (key !== 0) this.add(key);
  }
}

/** Hashes a few integers below 2 ** 53 to one of 53 bits, never 0. */
export class Hash {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  reset(): this {
    this.#a = 0x9e3779b9;
    this.#b = 0x85ebca6b;
    return this;
  }

  add(value: number): this {
    this.#mix(value | 0);
    this.#mix((value / 2 ** 32) | 0);
    return this;
  }

  get value(): number {
    let a = Math.imul(this.#a ^ (this.#a >>> 16), 0x7feb352d);
    a = Math.imul(a ^ (a >>> 15), 0x846ca68b);
    let b = Math.imul(this.#b ^ (this.#b >>> 15), 0x2c1b3c6d);
    b = Math.imul(b ^ (b >>> 12), 0x297a2d39);
    return ((a ^ (a >>> 16)) >>> 0) * 2 ** 21 + ((b ^ (b >>> 15)) >>> 11) || 1;
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193) + 0x9e3779b9;
    this.#a ^= this.#a >>> 13;
    this.#b = Math.imul(this.#b + word, 0xcc9e2d51);
    this.#b = ((this.#b << 15) | (this.#b >>> 17)) ^ this.#a;
  }
}
