import { readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { nearest } from "../../core/nearest.js";
import type { CommandContext } from "./context.js";
import { writeNewFile } from "./writeFile.js";

const FILE = "firebase-messaging-sw.js";

/**
 * `gs2-gateway push-worker DIR`: copies the push worker of this version into the folder a site is
 * served from. It replaces another file only with `--force`.
 */
export function addPushWorkerCommand(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command("push-worker")
    .description(
      "copy the service worker of gs2-gateway/push into the folder your site is served from",
    )
    .argument("<dir>", "the folder, e.g. public")
    .option("--force", "replace another file of this name, e.g. the worker of an older version")
    .action(async (folder: string, { force }: { readonly force?: true }) =>
      exit(await copyPushWorker(folder, context, { force: force ?? false })),
    );
}

export async function copyPushWorker(
  folder: string,
  context: CommandContext,
  {
    force,
    // In dist/, next to the command.
    from = fileURLToPath(new URL(FILE, import.meta.url)),
  }: { readonly force: boolean; readonly from?: string },
): Promise<number> {
  const to = join(folder, FILE);
  const problem = await problemOf(folder);
  if (problem !== undefined) {
    context.err(problem);
    return 1;
  }
  try {
    if (!(await writeNewFile(to, await readFile(from, "utf8"), force))) {
      context.err(`${to} exists and is another file. --force replaces it.`);
      return 1;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    context.err(
      `Cannot write ${to}${code === undefined ? "" : ` (${code})`}. Name a folder that you may write to.`,
    );
    return 1;
  }
  context.out(`${to} is written. Run this again, with --force, after each update of gs2-gateway.`);
  return 0;
}

/** A new folder would be served by nothing: in most cases its name is mistyped. */
async function problemOf(folder: string): Promise<string | undefined> {
  const path = resolve(folder);
  try {
    if ((await stat(path)).isDirectory()) return undefined;
    return `${folder} is not a folder. Name the folder that your site is served from, e.g. public.`;
  } catch {
    const siblings = await readdir(dirname(path), { withFileTypes: true }).catch(() => []);
    const folders = siblings.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const meant = nearest(basename(path), folders);
    const hint = meant === undefined ? "" : ` Did you mean ${join(dirname(folder), meant)}?`;
    return `There is no folder ${folder}.${hint} Name the folder that your site is served from, or create it first.`;
  }
}
