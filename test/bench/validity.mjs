// What makes a run of the bench invalid: a figure that cannot be.
import { measures } from "./measures.mjs";

const MOST_OVER_LIMIT = 1.03;
const LEAST_CEILING = 1.5;

/**
 * A sentence for each figure that cannot be. A run with one fails and is not recorded.
 *
 * @param {{ measures: Record<string, Record<string, { median: number, ratio: number }>>, senderCeiling: { median: number } }} results
 */
export function invalidFigures({ measures: measured, senderCeiling }) {
  const sentences = [];
  for (const { id, isLimit, moreIsBetter, description } of measures) {
    if (!isLimit) continue;
    for (const [name, { ratio }] of Object.entries(measured[id])) {
      const overLimit = moreIsBetter ? ratio : 1 / ratio;
      if (overLimit > MOST_OVER_LIMIT) {
        sentences.push(
          `The run is invalid: ${name} is ${overLimit.toFixed(2)} times as good as the limit (${description}), and nothing can be better than ${MOST_OVER_LIMIT} of it.`,
        );
      }
    }
  }
  const rates = Object.entries(measured.overSocket);
  const [name, { median: fastest }] = rates.reduce((a, b) => (a[1].median >= b[1].median ? a : b));
  const ceiling = senderCeiling.median / fastest;
  if (ceiling < LEAST_CEILING) {
    sentences.push(
      `The run is invalid: the sender's ceiling is ${ceiling.toFixed(2)} times the rate of ${name}, and less than ${LEAST_CEILING} measures the sender.`,
    );
  }
  return sentences;
}
