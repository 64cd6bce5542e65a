import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const src = here("../../src/");
// Below the project, so that packages are found from there; not kept.
const out = here("../../artifacts/sim/");

/** A bug put in on purpose: one exact text of one file becomes another, in this bundle only. */
const mutate = ({ file, find, replace }) => ({
  name: "mutate",
  setup({ onLoad }) {
    const path = join(src, file);
    onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
      loaded === path ? { contents: mutated(path, find, replace), loader: "ts" } : undefined,
    );
  },
});

function mutated(path, find, replace) {
  const text = readFileSync(path, "utf8");
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0) {
    throw new Error(`${path} holds ${after === undefined ? "no" : "several"} of: ${find}`);
  }
  return before + replace + after;
}

/**
 * Client, emulator and simulation in one file that Node can import.
 *
 * @param {{ file: string, find: string, replace: string } | undefined} mutation
 * @returns {Promise<string>} its URL
 */
export async function bundle(entry, name, mutation) {
  mkdirSync(out, { recursive: true });
  const outfile = join(out, `${name}.mjs`);
  await build({
    entryPoints: [here(entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["ws"],
    logLevel: "silent",
    plugins: mutation ? [mutate(mutation)] : [],
  });
  return pathToFileURL(outfile).href;
}
