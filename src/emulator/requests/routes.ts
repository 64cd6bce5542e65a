import { allMethods } from "../../wire/allMethods.js";
import type { AnyMethod } from "../../wire/methods.js";

export interface Route {
  readonly method: AnyMethod;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Literal segments before parameters: `/system/version` is not the status of a namespace called
 * system. Longer paths before shorter ones: `/user/u-1/prepare` is not of a user `u-1/prepare`.
 */
function inRouteOrder(methods: readonly AnyMethod[]): AnyMethod[] {
  const shape = ({ path }: AnyMethod) => `${path.replace(/\{\w+\}/g, "\uffff")}\uffff`;
  return [...methods].sort((one, other) => (shape(one) < shape(other) ? -1 : 1));
}

/** The official SDKs do not encode paths: a slash may belong to a user ID, and to nothing else. */
const patternOf = ({ path }: AnyMethod): RegExp =>
  new RegExp(
    `^${path.replace(/\{(\w+)\}/g, (_, name: string) => (name === "userId" ? "(?<userId>.+)" : `(?<${name}>[^/]+)`))}$`,
  );

const routes = inRouteOrder(allMethods).map((method) => ({ method, pattern: patternOf(method) }));

/** A text that is not encoded, such as `50%`, stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The method of a REST call. @param path below `/gateway`, not decoded
 */
export function findRoute(verb: string, path: string): Route | undefined {
  for (const { method, pattern } of routes) {
    const found = method.verb === verb ? pattern.exec(path || "/") : null;
    if (!found) continue;
    const params = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decode(text)]);
    return { method, params: Object.fromEntries(params) as Record<string, string> };
  }
  return undefined;
}
