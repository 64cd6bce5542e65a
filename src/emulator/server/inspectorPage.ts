import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { InspectorFacts } from "../../wire/frameLog.js";

const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "inspector.js": "text/javascript; charset=utf-8",
  "inspector.css": "text/css; charset=utf-8",
};

/** Beside the built emulator, above its chunks, or beside its sources. */
const folders = ["./inspector/", "../inspector/", "../../../dist/inspector/"];

/** Where index.html says what only the running emulator knows. */
const FACTS = "<!-- facts -->";

const NOT_BUILT =
  "The emulator runs, but its inspector is not built: run npm run build where gs2-gateway comes from.";

/** A file of the inspector, with the facts in its page; `from` is a file near it. Undefined: it has no such file. */
export async function inspectorFile(
  name: string,
  facts: () => InspectorFacts,
  from = import.meta.url,
): Promise<Response | undefined> {
  const type = types[name];
  if (type === undefined) return undefined;
  const file = await readBuilt(name, from);
  if (file === undefined) {
    return new Response(NOT_BUILT, { headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  const text = name === "index.html" ? file.replace(FACTS, () => factsTag(facts())) : file;
  return new Response(text, {
    headers: {
      "content-type": type,
      "cache-control": "no-cache",
      // It may do everything the emulator can: no other page may show it as a part of itself and have it clicked.
      "content-security-policy":
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
      "x-content-type-options": "nosniff",
    },
  });
}

async function readBuilt(name: string, from: string): Promise<string | undefined> {
  for (const folder of folders) {
    const place = new URL(folder, from);
    // The folder of the sources has an index.html too.
    const [text, script] = await Promise.all(
      [name, "inspector.js"].map((one) => readText(new URL(one, place))),
    );
    if (text !== undefined && script !== undefined) return text;
  }
  return undefined;
}

const readText = (file: URL): Promise<string | undefined> =>
  readFile(fileURLToPath(file), "utf8").catch(() => undefined);

const factsTag = (facts: InspectorFacts): string =>
  `<script type="application/json" id="facts">${JSON.stringify(facts).replace(/</g, "\\u003c")}</script>`;
