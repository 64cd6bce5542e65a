import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const src = here("../../src/");
// Inside the project, so that packages resolve from there; ignored by git.
const out = here("../../artifacts/sim/");

/** Injects a defect: replaces one exact text of one file, in this bundle only. */
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
    throw new Error(`${path} must contain exactly once: ${find}`);
  }
  return before + replace + after;
}

/**
 * Bundles client, emulator and simulation into one file that Node can import.
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
    // The last three require modules of Node in a way that a bundle cannot.
    external: ["ws", "@rushstack/node-core-library", "cross-spawn", "selfsigned"],
    logLevel: "silent",
    plugins: mutation ? [mutate(mutation)] : [],
  });
  return pathToFileURL(outfile).href;
}
