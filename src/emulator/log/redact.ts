const SECRET = /token$|secret$|^authorization$/i;

/** Names a place in a list of pages, which is nobody's secret. */
const PAGE_TOKEN = /^(page|nextPage)Token$/;

const isSecret = (name: string, value: unknown): boolean =>
  SECRET.test(name) && !PAGE_TOKEN.test(name) && value !== null;

/** Deeper than anything GS2 has; what is nested without end can neither be walked nor written again. */
const DEPTH = 8;

/**
 * The same values with every secret and token masked, at any depth. Texts may hold JSON in turn, e.g. a notification's payload or an error's
 * list: secrets are masked in there too, and wherever else in the values they stand, e.g. an upload token in its URL.
 */
export function redact(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const secrets = new Set<string>();
  collect(values, DEPTH, secrets);
  // The longest first: one may begin with another.
  const known = [...secrets].sort((one, other) => other.length - one.length);
  const scrub = (text: string) =>
    known
      .reduce((rest, secret) => rest.replaceAll(secret, "***"), text)
      .replace(/\b(projectToken|playerToken|upload)-[0-9a-f]{16}\b/g, "***")
      .replace(/\bBearer\s+\S+/gi, "Bearer ***");
  const inText = (text: string): string => {
    const inside = asJson(text);
    if (inside === undefined) return scrub(text);
    const shown = JSON.stringify(maskValue(inside, DEPTH, inText));
    // What has nothing to hide stays as it was written.
    return scrub(shown === compact(inside) ? text : shown);
  };
  return mask(values, DEPTH, inText);
}

/** Undefined: nested too deeply to be written again. */
function compact(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function mask(
  values: Readonly<Record<string, unknown>>,
  depth: number,
  inText: (text: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isSecret(name, value) ? "***" : maskValue(value, depth - 1, inText),
    ]),
  );
}

function maskValue(value: unknown, depth: number, inText: (text: string) => string): unknown {
  if (typeof value === "string") return inText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "...";
  return Array.isArray(value)
    ? value.map((item) => maskValue(item, depth - 1, inText))
    : mask(value as Record<string, unknown>, depth, inText);
}

/** Shorter ones are not worth it: they would mask half of everything else. */
const SHORTEST = 4;

function collect(value: unknown, depth: number, secrets: Set<string>): void {
  if (typeof value === "string") collect(asJson(value), depth - 1, secrets);
  if (typeof value !== "object" || value === null || depth <= 0) return;
  for (const [name, inside] of Object.entries(value)) {
    if (isSecret(name, inside) && typeof inside === "string" && inside.length >= SHORTEST) {
      secrets.add(inside);
    }
    collect(inside, depth - 1, secrets);
  }
}

/** A text that is a JSON object or list. */
function asJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
