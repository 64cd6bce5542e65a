// Writes bench.json and the pages of the guide that show it together, so that they agree.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { writePages } from "./page.mjs";

const FILE = new URL("../../bench.json", import.meta.url);

export const readFigures = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {});

/** Replaces the figures of the same names, and keeps the others. */
export async function recordFigures(figures) {
  const all = { ...readFigures(), ...figures };
  writeFileSync(FILE, await format(JSON.stringify(all), { parser: "json", printWidth: 100 }));
  writePages(all);
}

// `node test/bench/record.mjs` rewrites the pages from bench.json.
if (process.argv[1] === fileURLToPath(import.meta.url)) await recordFigures({});
