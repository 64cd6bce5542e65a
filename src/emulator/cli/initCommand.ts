import { cp, mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { CommandContext } from "./context.js";

/**
 * `gs2-gateway init TEMPLATE DIR`: writes a new game. Writes nothing into a folder that is not
 * empty.
 */
export function addInitCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("init")
    .description("write a new game into an empty folder: phaser-vite (Phaser 4, Vite, TypeScript)")
    .argument("<template>", "phaser-vite")
    .argument("<dir>", "the folder, created if it does not exist")
    .action(async (template: string, dir: string) => exit(await run(template, dir, context)));
}

async function run(template: string, dir: string, context: CommandContext): Promise<number> {
  const templates = await readdir(context.templates);
  if (!templates.includes(template)) {
    context.err(`There is no template ${template}; there is: ${templates.join(", ")}`);
    return 1;
  }
  const target = resolve(dir);
  const problem = await problemOf(target);
  if (problem !== undefined) {
    context.err(`${dir} ${problem}. Name a folder that is empty or does not exist.`);
    return 1;
  }
  await mkdir(target, { recursive: true });
  await cp(fileURLToPath(new URL(`${template}/`, context.templates)), target, { recursive: true });
  // npm packs no .gitignore.
  await rename(join(target, "gitignore"), join(target, ".gitignore"));
  await fillManifest(join(target, "package.json"), packageName(target), context.version);
  context.out(`${dir} is ready: cd ${dir} && npm install && npm run dev`);
  return 0;
}

/** Why nothing may be written into this folder: its files must not be lost. */
async function problemOf(folder: string): Promise<string | undefined> {
  try {
    return (await readdir(folder)).length > 0 ? "is not empty" : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") return "is not a folder";
    throw error;
  }
}

async function fillManifest(file: string, name: string, version: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
  };
  manifest.name = name;
  manifest.dependencies["gs2-gateway"] = `^${version}`;
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A name npm accepts: lower case, no blanks. */
const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "") || "game";
