import { randomUUID } from "node:crypto";
import { lstat, readFile, rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes a file that does not exist yet, or has this text already. With `force` it replaces another
 * one. A symbolic link in its place is never followed: it is refused, or replaced.
 *
 * @returns false where another file stands there
 */
export async function writeNewFile(path: string, text: string, force: boolean): Promise<boolean> {
  if (!force) {
    try {
      await writeFile(path, text, { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      return (await lstat(path)).isFile() && (await readFile(path, "utf8")) === text;
    }
  }
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return true;
}

export async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}
