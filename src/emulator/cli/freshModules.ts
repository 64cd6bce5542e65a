import { register } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MessageChannel } from "node:worker_threads";

const QUERY = "?gs2-gateway-handlers=";

/**
 * Runs in Node's thread of loaders. A module keeps its query in what it imports by a relative path,
 * so that these are loaded anew with it; packages are not.
 */
const hooks = `
let port;
export const initialize = (given) => { port = given; };
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const [, number] = (context.parentURL ?? "").split(${JSON.stringify(QUERY)});
  if (number === undefined || !/^(\\.{0,2}\\/|file:)/.test(specifier)) return resolved;
  if (!resolved.url.startsWith("file:")) return resolved;
  port.postMessage(resolved.url);
  return { ...resolved, url: resolved.url + ${JSON.stringify(QUERY)} + number };
}`;

let listening: ((file: string) => void) | undefined;
let registered = false;
let imports = 0;

/** Node from 20.6 on has the hook; without it, only the module itself is loaded anew. */
function registerHooks(): void {
  if (registered || typeof register !== "function") return;
  registered = true;
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (url: string) => listening?.(fileURLToPath(url)));
  port1.unref();
  const source = `data:text/javascript,${encodeURIComponent(hooks)}`;
  register(source, { data: port2, transferList: [port2] });
}

/**
 * Imports a module anew, with what it imports by relative paths.
 *
 * @param onImport called with the file of each of these, perhaps after the module was loaded
 */
export async function importFresh(
  file: string,
  onImport: (file: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  registerHooks();
  listening = onImport;
  const url = `${pathToFileURL(file).href}${QUERY}${++imports}`;
  return (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>;
}

/** File and line of an error in a module of {@link importFresh}, or in one that it imports. */
export function placeOf({ stack = "" }: Error): string | undefined {
  const [, file, position = ""] =
    /(file:[^\s()]+)\?gs2-gateway-handlers=\d+((?::\d+){0,2})/.exec(stack) ?? [];
  return file === undefined ? undefined : `${fileURLToPath(file)}${position}`;
}
