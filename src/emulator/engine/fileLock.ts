import { lstatSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { LockFile } from "@rushstack/node-core-library/lib/LockFile";
import { invalid } from "../settings.js";

const NAME = "emulator";

/**
 * Locks a data file by a file with the process id, in a folder of its own beside it. The lock of a
 * dead process does not count. Throws `invalidArgument`, with the process id, if another emulator
 * has it. Returns a function that releases the lock.
 */
export function lock(given: string, path: string): () => void {
  const folder = `${path}.lock`;
  const acquired = tryAcquire(given, folder);
  if (!acquired) {
    throw invalid(
      `The emulator's data file ${given} is in use by another emulator${processIn(folder)}. ` +
        `Stop it, or use another file. If no emulator runs, delete ${folder}.`,
    );
  }
  return () => {
    acquired.release();
    removeIfEmpty(folder);
  };
}

function tryAcquire(given: string, folder: string): LockFile | undefined {
  for (let attempt = 1; ; attempt++) {
    try {
      // The folder is the owner's: nothing can be planted where the lock is written.
      mkdirSync(folder, { mode: 0o700, recursive: true });
      if (!lstatSync(folder).isDirectory()) throw invalid(`${folder} is not a folder.`);
      return LockFile.tryAcquire(folder, NAME);
    } catch (error) {
      // Another emulator released the lock, and removed the folder.
      if (codeOf(error) === "ENOENT" && attempt < 3) continue;
      throw invalid(`The emulator cannot lock its data file ${given} (${codeOf(error)}).`);
    }
  }
}

function processIn(folder: string): string {
  const ids = readdirSync(folder).flatMap((name) => /#(\d+)\.lock$/.exec(name)?.[1] ?? []);
  const alive = ids.find((id) => isAlive(Number(id)));
  return alive === undefined ? "" : `, process ${alive}`;
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // The process exists and belongs to another user.
    return codeOf(error) === "EPERM";
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another emulator is locking it.
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
