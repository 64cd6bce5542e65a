/** Generates unique identifiers. The same seed gives the same sequence. */
export interface Ids {
  next(prefix: string): string;
  /** Position in the sequence: `seededIds` of it continues from here. */
  state(): number;
  /** Continues from another position. */
  moveTo(state: number): void;
}

/** 32-bit words. The same seed gives the same sequence. */
function seededWords(seed: number) {
  let state = seed >>> 0;
  return {
    // A Weyl sequence with a finalizer: it visits every 32-bit state once in each period.
    next(): number {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    },
    state: () => state,
    moveTo: (other: number) => void (state = other >>> 0),
  };
}

export function seededIds(seed: number): Ids {
  const words = seededWords(seed);
  const word = () => words.next().toString(16).padStart(8, "0");
  return { ...words, next: (prefix) => `${prefix}-${word()}${word()}` };
}

/** Random numbers in [0, 1). The same seed gives the same sequence. */
export function seededRandom(seed: number): () => number {
  const words = seededWords(seed);
  return () => words.next() / 2 ** 32;
}
