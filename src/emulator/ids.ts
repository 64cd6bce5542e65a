/** Makes identifiers no one else has; the same seed makes the same ones. */
export interface Ids {
  next(prefix: string): string;
  /** Where the sequence stands: `seededIds` of it goes on from here. */
  state(): number;
  /** Goes on from another place. */
  moveTo(state: number): void;
}

export function seededIds(seed: number): Ids {
  let state = seed >>> 0;
  // A Weyl sequence through an avalanche: every 32-bit state comes once before any comes again.
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0).toString(16).padStart(8, "0");
  };
  return {
    next: (prefix) => `${prefix}-${word()}${word()}`,
    state: () => state,
    moveTo: (other) => void (state = other >>> 0),
  };
}
