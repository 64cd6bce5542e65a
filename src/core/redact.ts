/**
 * Takes secrets out of a text that is not ours.
 *
 * @param secrets a list of the caller's making: it is sorted
 */
export const redact = (text: string, secrets: string[]): string =>
  // The longest first: one may begin with another.
  secrets
    .sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
