/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits. */
export const rounded = (value) => Number(value.toPrecision(3));

/** The lowest and the highest value. */
export const spread = (values) => [rounded(Math.min(...values)), rounded(Math.max(...values))];
