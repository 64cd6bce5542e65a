import { cp, mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommandContext } from "./context.js";

/** `gs2-gateway init TEMPLATE DIR`: a new game to begin with. Writes nothing into a folder that holds something. */
export async function initCommand(
  template: string,
  dir: string,
  host: CommandContext,
): Promise<number> {
  const templates = await readdir(host.templates);
  if (!templates.includes(template)) {
    host.err(`There is no template ${template}; there is: ${templates.join(", ")}`);
    return 1;
  }
  const target = resolve(dir);
  const problem = await whyNotInto(target);
  if (problem !== undefined) {
    host.err(`${dir} ${problem}. Name a folder that is empty or not there yet.`);
    return 1;
  }
  await mkdir(target, { recursive: true });
  await cp(fileURLToPath(new URL(`${template}/`, host.templates)), target, { recursive: true });
  // npm packs no .gitignore.
  await rename(join(target, "gitignore"), join(target, ".gitignore"));
  await fillIn(join(target, "package.json"), packageName(target), host.version);
  host.out(`${dir} is ready: cd ${dir} && npm install && npm run dev`);
  return 0;
}

/** Anything in it may be somebody's work. */
async function whyNotInto(folder: string): Promise<string | undefined> {
  try {
    return (await readdir(folder)).length > 0 ? "is not empty" : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") return "is no folder";
    throw error;
  }
}

async function fillIn(file: string, name: string, version: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
  };
  manifest.name = name;
  manifest.dependencies["gs2-gateway"] = `^${version}`;
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What npm takes as a name: lower case, no blanks. */
const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "") || "game";
