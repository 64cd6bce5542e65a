import { isObject } from "../wire/json.js";
import { createRedact, SHORTEST_SECRET, type Redact } from "./redact.js";

/**
 * A password is that of GS2-Account, a signature that of a login by GS2-Auth: the calls of all
 * services pass.
 */
const SECRET = /(token|secret|password|signature)$|^authorization$/i;

/** A position in a list of pages, not a secret. */
const PAGE_TOKEN = /^(page|nextPage)Token$/;

const isSecret = (name: string, value: unknown): boolean =>
  SECRET.test(name) && !PAGE_TOKEN.test(name) && value !== null;

/** Deeper than any GS2 value. Values nested without limit would overflow the stack. */
const MAX_DEPTH = 8;

/** Of texts with more secrets nothing is kept: the time to find them all would grow with both. */
const MAX_SECRETS = 100;

/** What a name like `accessToken` introduces in broken JSON, a query, a header. */
const INTRODUCED =
  /((?:token|secret|password|signature|authorization)\\*["']?\s*[:=]\s*\\*["']?)[^\s"'\\&,}]+/gi;

/**
 * The same values with every secret and token replaced by `***`, at any depth. A string may hold
 * JSON, e.g. a notification's payload or an error's list: secrets in it are redacted too, and so is
 * every other occurrence of a secret, e.g. an upload token in its URL. The time is linear in the
 * length of the values.
 *
 * @param known further secrets
 * @param redactOthers replaces secrets that are known elsewhere
 */
export function redactFields(
  values: Readonly<Record<string, unknown>>,
  known: readonly string[] = [],
  redactOthers: Redact = (text) => text,
): Record<string, unknown> {
  const secrets = new Set(known);
  collectSecrets(values, MAX_DEPTH, secrets);
  const redactKnown: Redact =
    secrets.size <= MAX_SECRETS
      ? createRedact(secrets)
      : (text) => (text.length < SHORTEST_SECRET ? text : "***");
  const redactText = (text: string) =>
    redactOthers(redactKnown(text))
      .replace(/\b(projectToken|playerToken|upload)-[0-9a-f]{16}\b/g, "***")
      .replace(/\bBearer\s+\S+/gi, "Bearer ***");
  const redactString = (text: string): string => {
    const parsed = parseContainer(text);
    if (parsed === undefined) return redactText(text).replace(INTRODUCED, "$1***");
    const redacted = JSON.stringify(redactValue(parsed, MAX_DEPTH, redactString));
    // JSON without secrets keeps its spacing.
    return redactText(redacted === compact(parsed) ? text : redacted);
  };
  return redactEach(values, MAX_DEPTH, redactString);
}

/** The secrets in these values that can be found in others. */
export function secretsOf(values: Readonly<Record<string, unknown>>): string[] {
  const secrets = new Set<string>();
  collectSecrets(values, MAX_DEPTH, secrets);
  return [...secrets];
}

/** Undefined: nested too deeply for `JSON.stringify`. */
function compact(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function redactEach(
  values: Readonly<Record<string, unknown>>,
  depth: number,
  redactString: (text: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isSecret(name, value) ? "***" : redactValue(value, depth - 1, redactString),
    ]),
  );
}

function redactValue(
  value: unknown,
  depth: number,
  redactString: (text: string) => string,
): unknown {
  if (typeof value === "string") return redactString(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "...";
  return Array.isArray(value)
    ? value.map((item) => redactValue(item, depth - 1, redactString))
    : redactEach(value as Record<string, unknown>, depth, redactString);
}

function collectSecrets(value: unknown, depth: number, secrets: Set<string>): void {
  if (typeof value === "string") collectSecrets(parseContainer(value), depth - 1, secrets);
  if (typeof value !== "object" || value === null || depth <= 0) return;
  for (const [name, inner] of Object.entries(value)) {
    if (isSecret(name, inner) && typeof inner === "string" && inner.length >= SHORTEST_SECRET) {
      secrets.add(inner);
    }
    collectSecrets(inner, depth - 1, secrets);
  }
}

/** The JSON object or array in a text. */
function parseContainer(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
