import type { Values } from "../wire/frames.js";

/** Replaces secrets in a text that this package did not write. */
export type Redact = (text: string) => string;

/** A shorter text is no secret, and replacing it would garble the rest. */
export const SHORTEST_SECRET = 8;

/** The secret as a text may quote it: as it is, and within JSON, JSON in JSON, a URL or Base64. */
function quotationsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  // encodeURIComponent refuses half a character. TextEncoder and btoa are missing in mini-games.
  const url = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\ufffd"));
  const characters = url.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  // Three bytes are four characters of Base64: what comes before the secret shifts it. The
  // characters that the secret shares with its neighbours are left out.
  const base64 = ("btoa" in globalThis ? [0, 1, 2] : []).map((shift) =>
    btoa("\0".repeat(shift) + characters).slice(
      shift && shift + 1,
      ((shift + characters.length) * 4) / 3,
    ),
  );
  return [secret, json, JSON.stringify(json).slice(1, -1), url, ...base64].flatMap((text) => [
    text,
    // Some JSON has its slashes escaped, and Base64 in a URL has other characters.
    text.replaceAll("/", "\\/"),
    text.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

/** Replaces each quotation of a secret by `***`. A secret has at least 8 characters. */
export function createRedact(secrets: Iterable<string>): Redact {
  const quotations = [...secrets]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .flatMap(quotationsOf)
    // The longest first: a secret may begin with another one.
    .sort((one, other) => other.length - one.length);
  const distinct = [...new Set(quotations)];
  return (text) => distinct.reduce((rest, one) => rest.replaceAll(one, "***"), text);
}

/** The same for one text. */
export const redact = (text: string, secrets: Iterable<string>): string =>
  createRedact(secrets)(text);

/**
 * The secrets among the parameters of a call, at any depth: texts whose field name ends in token,
 * secret or password.
 */
export function secretsIn(params: Values): string[] {
  const secrets: string[] = [];
  // Iteration over a set reaches what is added meanwhile, and each object once.
  const objects = new Set<object>([params]);
  for (const object of objects) {
    for (const [name, value] of Object.entries(object) as [string, unknown][]) {
      if (typeof value === "object" && value) objects.add(value);
      if (typeof value !== "string" || value.length < SHORTEST_SECRET) continue;
      if (/(token|secret|password)$/i.test(name)) secrets.push(value);
    }
  }
  return secrets;
}
