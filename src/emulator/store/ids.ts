/** Makes identifiers no one else has; the same seed makes the same ones. */
export interface Ids {
  next(prefix: string): string;
  /** Where the sequence stands: `seededIds` of it goes on from here. */
  state(): number;
  /** Goes on from another place. */
  moveTo(state: number): void;
}

/** 32-bit words in a sequence that is the same for the same seed. */
function seededWords(seed: number) {
  let state = seed >>> 0;
  return {
    // A Weyl sequence through an avalanche: every 32-bit state comes once before any comes again.
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

/** Draws from [0, 1); the same seed draws the same. */
export function seededRandom(seed: number): () => number {
  const words = seededWords(seed);
  return () => words.next() / 2 ** 32;
}
