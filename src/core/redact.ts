import type { Values } from "../wire/frames.js";

/** Replaces secrets in a text that this package did not write. */
export type Redact = (text: string) => string;

/** Replaces each secret in the text by `***`. */
export const redact = (text: string, secrets: Iterable<string>): string =>
  // The longest first: a secret may begin with another one.
  [...secrets]
    .sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);

/** The secrets among the parameters of a call: texts whose field name ends in token or secret. */
export const secretsIn = (params: Values): string[] =>
  Object.entries(params).flatMap(([name, value]) =>
    // A shorter value is no secret, and replacing it would garble the text.
    /(token|secret)$/i.test(name) && typeof value === "string" && value.length > 7 ? [value] : [],
  );
