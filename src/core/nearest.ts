import { closestMatch } from "leven";

/**
 * The name among `known` that was probably meant, if one is near.
 *
 * @param most how many characters may differ
 */
export function nearest(
  given: string,
  known: readonly string[],
  most = Math.max(2, Math.floor(given.length * 0.4)),
): string | undefined {
  // Compared with every name: a request must not make that long.
  if (given.length > 64) return undefined;
  const maxDistance = Math.min(given.length - 1, most);
  if (maxDistance < 1) return undefined;
  const lower = known.map((name) => name.toLowerCase());
  const found = closestMatch(given.toLowerCase(), lower, { maxDistance });
  return found === undefined ? undefined : known[lower.indexOf(found)];
}

/** ` (did you mean delayMs?)`, or nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearest(given, known);
  return name === undefined ? "" : ` (did you mean ${name}?)`;
}
