import { allMethods } from "../../wire/allMethods.js";
import type { Target } from "../../wire/frames.js";
import type { AnyMethod } from "../../wire/methods.js";
import type { AddedFunctions } from "../calls/addedFunctions.js";
import { REST_PATH } from "../calls/result.js";

interface Row extends Pick<AnyMethod, "verb" | "path"> {
  readonly target: Target;
}

export interface Route {
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Literal segments before parameters: `/system/version` is not the status of a namespace called
 * system. Longer paths before shorter ones: `/user/u-1/prepare` is not of a user `u-1/prepare`.
 */
function inRouteOrder(rows: readonly Row[]): Row[] {
  const shape = ({ path }: Row) => `${path.replace(/\{\w+\}/g, "\uffff")}\uffff`;
  return [...rows].sort((one, other) => (shape(one) < shape(other) ? -1 : 1));
}

/** The official SDKs do not encode paths: a slash may belong to a user ID, and to nothing else. */
function patternOf({ path }: Row): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(
    `^${escaped.replace(/\{(\w+)\}/g, (_, name: string) => (name === "userId" ? "(?<userId>.+)" : `(?<${name}>[^/]+)`))}$`,
  );
}

const compile = (rows: readonly Row[]) =>
  inRouteOrder(rows).map((row) => ({ ...row, pattern: patternOf(row) }));

const routes = compile(
  allMethods.map(({ verb, path, component, name }) => ({
    verb,
    path,
    target: { service: "gateway", component, function: name },
  })),
);

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
export function findRoute(verb: string, path: string, among = routes): Route | undefined {
  for (const { target, verb: expected, pattern } of among) {
    const found = expected === verb ? pattern.exec(path || "/") : null;
    if (!found) continue;
    const params = Object.entries(found.groups ?? {}).map(([name, text]) => [name, decode(text)]);
    return { target, params: Object.fromEntries(params) as Record<string, string> };
  }
  return undefined;
}

/** `/{service}/{path}` of the emulator is `/{path}` of that service. */
function splitPath(pathname: string): { service: string; path: string } | undefined {
  const [, service, path = ""] = /^\/([a-z][a-z0-9-]{0,62})(\/.*)?$/.exec(pathname) ?? [];
  return service === undefined ? undefined : { service, path };
}

/** The added function of a REST call. */
export function findAddedRoute(
  functions: AddedFunctions,
  verb: string,
  pathname: string,
): Route | undefined {
  const split = splitPath(pathname);
  if (!split) return undefined;
  const rows = functions
    .ofService(split.service)
    .flatMap(({ target, rest }) => (rest ? [{ ...rest, target }] : []));
  return findRoute(verb, split.path, compile(rows));
}

/** A call of any service whose function is not known, but for its verb and path. */
export function targetOfPath(verb: string, pathname: string): Target | undefined {
  const split = splitPath(pathname);
  return (
    split && {
      service: split.service,
      component: REST_PATH,
      function: `${verb} ${split.path || "/"}`,
    }
  );
}
