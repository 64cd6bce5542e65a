import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CommandContext } from "./context.js";

const FILE = "firebase-messaging-sw.js";

/** `gs2-gateway push-worker DIR`: puts the push worker of this version into the folder a site is served from. */
export async function pushWorkerCommand(
  folder: string,
  host: CommandContext,
  // Beside the command in dist/.
  from: string = fileURLToPath(new URL(FILE, import.meta.url)),
): Promise<number> {
  const to = join(folder, FILE);
  try {
    await mkdir(folder, { recursive: true });
    await copyFile(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    host.err(`Cannot write ${to}${code === undefined ? "" : ` (${code})`}.`);
    return 1;
  }
  host.out(`${to} is there. Run this again after each update of gs2-gateway.`);
  return 0;
}
