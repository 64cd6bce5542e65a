import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The absolute path of a file of the repository. */
export const inRepo = (...parts: string[]): string => join(root, ...parts);

export const readInRepo = (...parts: string[]): string => readFileSync(inRepo(...parts), "utf8");
