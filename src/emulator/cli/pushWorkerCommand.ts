import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { CommandContext } from "./context.js";

const FILE = "firebase-messaging-sw.js";

/**
 * `gs2-gateway push-worker DIR`: copies the push worker of this version into the folder a site is
 * served from.
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
    .action(async (folder: string) => exit(await copyPushWorker(folder, context)));
}

export async function copyPushWorker(
  folder: string,
  context: CommandContext,
  // In dist/, next to the command.
  from: string = fileURLToPath(new URL(FILE, import.meta.url)),
): Promise<number> {
  const to = join(folder, FILE);
  try {
    await mkdir(folder, { recursive: true });
    await copyFile(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    context.err(`Cannot write ${to}${code === undefined ? "" : ` (${code})`}.`);
    return 1;
  }
  context.out(`${to} is written. Run this again after each update of gs2-gateway.`);
  return 0;
}
