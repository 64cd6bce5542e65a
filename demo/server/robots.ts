import { chanceOf, type Star } from "../shared/rules.js";

export const robotNames = ["robot:Vega", "robot:Rigel", "robot:Mira"] as const;

const skillOf: Readonly<Record<Star["kind"], number>> = { star: 0.55, gold: 0.4, comet: 0.12 };

/** The stars a robot has caught by now. They follow from the seed and need no storage. */
export function caughtByRobot(
  userId: string,
  seed: number,
  sky: readonly Star[],
  atMs: number,
): number[] {
  const chance = chanceOf(seed + (robotNames as readonly string[]).indexOf(userId) + 1);
  return sky
    .map((star) => ({ ...star, isCaught: chance() < skillOf[star.kind], slowMs: chance() * 700 }))
    .filter(({ isCaught, fromMs, slowMs }) => isCaught && fromMs + 400 + slowMs <= atMs)
    .map(({ id }) => id);
}
