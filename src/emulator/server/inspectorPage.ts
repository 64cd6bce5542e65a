import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { InspectorConfig } from "../../wire/frameLog.js";

const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "inspector.js": "text/javascript; charset=utf-8",
  "inspector.css": "text/css; charset=utf-8",
};

/** Next to the built emulator, above its chunks, or next to its sources. */
const folders = ["./inspector/", "../inspector/", "../../../dist/inspector/"];

/** The place of the configuration in index.html. */
const CONFIG = "<!-- config -->";

const NOT_BUILT =
  "The emulator runs, but its inspector is not built: run npm run build in the sources of gs2-gateway.";

/**
 * A file of the inspector, with the configuration in its page; `from` is a file near it. Undefined:
 * it has no such file.
 */
export async function inspectorFile(
  name: string,
  config: () => InspectorConfig,
  from = import.meta.url,
): Promise<Response | undefined> {
  const type = types[name];
  if (type === undefined) return undefined;
  const file = await readBuilt(name, from);
  if (file === undefined) {
    return new Response(NOT_BUILT, { headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  const text = name === "index.html" ? file.replace(CONFIG, () => configTag(config())) : file;
  return new Response(text, {
    headers: {
      "content-type": type,
      // The page can do all that the emulator can: no other page may frame it.
      "content-security-policy":
        "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    },
  });
}

async function readBuilt(name: string, from: string): Promise<string | undefined> {
  for (const folder of folders) {
    const base = new URL(folder, from);
    // The sources have an index.html too, but no inspector.js.
    const [text, script] = await Promise.all(
      [name, "inspector.js"].map((one) => readText(new URL(one, base))),
    );
    if (text !== undefined && script !== undefined) return text;
  }
  return undefined;
}

const readText = (file: URL): Promise<string | undefined> =>
  readFile(fileURLToPath(file), "utf8").catch(() => undefined);

const configTag = (config: InspectorConfig): string =>
  `<script type="application/json" id="config">${JSON.stringify(config).replace(/</g, "\\u003c")}</script>`;
