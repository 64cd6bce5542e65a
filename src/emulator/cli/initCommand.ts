import { mkdir, readFile, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { CommandContext } from "./context.js";
import { isSymbolicLink, writeNewFile } from "./writeFile.js";

/**
 * `gs2-gateway init TEMPLATE DIR`: writes a new game. Writes into a folder that is not empty only
 * with `--force`, and never through a symbolic link.
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
    .option("--force", "write into a folder that is not empty, and replace files of the game")
    .action(async (template: string, dir: string, { force }: { readonly force?: true }) =>
      exit(await run(template, dir, force ?? false, context)),
    );
}

async function run(
  template: string,
  dir: string,
  force: boolean,
  context: CommandContext,
): Promise<number> {
  const templates = await readdir(context.templates);
  if (!templates.includes(template)) {
    context.err(`There is no template ${template}; there is: ${templates.join(", ")}`);
    return 1;
  }
  const target = resolve(dir);
  const problem = await problemOf(target, force);
  if (problem !== undefined) {
    context.err(`${dir} ${problem}.`);
    return 1;
  }
  const from = fileURLToPath(new URL(`${template}/`, context.templates));
  const files = await filesIn(from);
  for (const folder of new Set(files.map((file) => dirname(join(target, file))))) {
    if (await isSymbolicLink(folder)) {
      context.err(`${folder} is a symbolic link. Name a folder without one.`);
      return 1;
    }
    await mkdir(folder, { recursive: true });
  }
  for (const file of files) {
    const text = await readFile(join(from, file), "utf8");
    const isManifest = file === "package.json";
    const filled = isManifest ? fillManifest(text, packageName(target), context.version) : text;
    // npm packs no .gitignore.
    const name = file === "gitignore" ? ".gitignore" : file;
    if (!(await writeNewFile(join(target, name), filled, force))) {
      context.err(`${join(dir, name)} exists. --force replaces it.`);
      return 1;
    }
  }
  printNext(dir, context);
  return 0;
}

function printNext(dir: string, { out, version, isPublished }: CommandContext): void {
  const file = `gs2-gateway-${version}.tgz`;
  const install = isPublished ? "npm install" : `npm install PATH/${file}`;
  out(`${dir} is ready: cd ${quoted(dir)} && ${install} && npm run dev`);
  if (!isPublished) {
    out(
      `gs2-gateway is not in npm's registry yet: npm pack in its folder makes ${file}, and PATH is where that lies.`,
    );
  }
}

/** Why nothing may be written into this folder: its files must not be lost. */
async function problemOf(folder: string, force: boolean): Promise<string | undefined> {
  const hint = "Name a folder that is empty or does not exist";
  if (await isSymbolicLink(folder)) return `is a symbolic link. ${hint}`;
  try {
    if ((await readdir(folder)).length === 0 || force) return undefined;
    return `is not empty. ${hint}, or add --force: it replaces files of the game`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") return `is not a folder. ${hint}`;
    throw error;
  }
}

/** The paths of all files in a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.map(async (entry) =>
    entry.isDirectory()
      ? (await filesIn(join(folder, entry.name))).map((file) => join(entry.name, file))
      : [entry.name],
  );
  return (await Promise.all(files)).flat();
}

function fillManifest(text: string, name: string, version: string): string {
  const manifest = JSON.parse(text) as {
    name: string;
    dependencies: Record<string, string>;
  };
  manifest.name = name;
  manifest.dependencies["gs2-gateway"] = `^${version}`;
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** As one word of the shell. */
export function quoted(word: string, platform: NodeJS.Platform = process.platform): string {
  const onWindows = platform === "win32";
  const isPlain = onWindows ? /^[\w.:\\/-]+$/ : /^[\w@%+=:,./-]+$/;
  if (isPlain.test(word)) return word;
  return onWindows ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A name npm accepts: lower case, no blanks. */
const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "") || "game";
