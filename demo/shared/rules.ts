// The rules of Starfall, for page and server: the page draws the sky, the server counts what was
// caught in it.

export const COLUMNS = 4;
export const CELLS = COLUMNS * COLUMNS;
export const SIZES = [2, 3, 4] as const;
export const ROUND_MS = 40_000;
export const COUNTDOWN_MS = 3_000;
export const CLOUD_MS = 3_500;

export type StarKind = "star" | "gold" | "comet";

export const pointsOf: Readonly<Record<StarKind, number>> = { star: 1, gold: 3, comet: -2 };

export interface Star {
  readonly id: number;
  readonly kind: StarKind;
  readonly cell: number;
  /** Milliseconds after the start of the round. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Mulberry32: equal seeds give equal numbers in [0, 1) on every machine. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const between = (from: number, to: number, part: number): number => from + (to - from) * part;

/** What falls in a round, in order: the same for all players, faster towards the end. */
export function skyOf(seed: number, roundMs: number): Star[] {
  const chance = chanceOf(seed);
  const sky: Star[] = [];
  const freeAt = new Array<number>(CELLS).fill(0);
  const shortestMs = 500;
  for (let fromMs = 0; fromMs + shortestMs <= roundMs;) {
    const part = fromMs / roundMs;
    const free = freeAt.flatMap((at, cell) => (at <= fromMs ? [cell] : []));
    const cell = free[Math.floor(chance() * free.length)];
    const roll = chance();
    const kind = roll < 0.12 ? "gold" : roll < 0.3 ? "comet" : "star";
    if (cell !== undefined) {
      const untilMs = Math.min(roundMs, Math.round(fromMs + between(1_900, 1_200, part)));
      sky.push({ id: sky.length, kind, cell, fromMs: Math.round(fromMs), untilMs });
      freeAt[cell] = untilMs + 200;
    }
    fromMs += between(560, 300, part) * (0.7 + 0.6 * chance());
  }
  return sky;
}

/** Never below zero: a comet takes no more than there is. */
export const scoreOf = (sky: readonly Star[], caught: Iterable<number>): number => {
  let score = 0;
  for (const id of caught) {
    const star = sky[id];
    if (star) score = Math.max(0, score + pointsOf[star.kind]);
  }
  return score;
};
