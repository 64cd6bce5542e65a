// The series of growth.mjs, and what is worse than linear.

/** `sizes` from small to large. */
export const growthSeries = [
  { id: "handlers", sizes: [1, 10, 100, 1_000] },
  { id: "definitions", sizes: [1, 10, 100, 1_000] },
  { id: "slots", sizes: [1, 2, 4, 8, 16] },
  { id: "payloadBytes", sizes: [200, 1_024, 8_192, 131_072] },
  { id: "held", sizes: [1, 10, 100, 900] },
  { id: "clients", sizes: [1, 4, 16, 64] },
];

/** What the noise of the machine adds to a step. */
const NOISE = 1.25;

/**
 * A sentence for each step whose time grows faster than its size, and than that of the limit where
 * there is one.
 *
 * @typedef {{ size: number, nanoseconds: number, limitNanoseconds?: number }} Step
 * @param {readonly { id: string, steps: readonly Step[] }[]} growth
 */
export const worseThanLinear = (growth) =>
  growth.flatMap(({ id, steps }) =>
    steps.slice(1).flatMap((step, i) => {
      const before = steps[i];
      const linear = Math.max(
        step.size / before.size,
        (step.limitNanoseconds ?? 0) / (before.limitNanoseconds ?? 1),
      );
      const factor = step.nanoseconds / before.nanoseconds / linear;
      return factor > NOISE
        ? [
            `${id}: from ${before.size} to ${step.size} the time grows ${factor.toFixed(2)} times as fast as the size.`,
          ]
        : [];
    }),
  );
