import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { invalid } from "../settings.js";

/**
 * Files that this process has locked. The process id in a lock file is not enough: an earlier
 * process may have had the same id, as in a container.
 */
const lockedHere = new Set<string>();

/**
 * Locks a data file with a file beside it that holds the process id. The lock of a dead process is
 * replaced. Throws `invalidArgument`, with the process id, if the other process is alive. Returns a
 * function that releases the lock.
 */
export function lock(given: string, path: string): () => void {
  const lockFile = `${path}.lock`;
  for (let created = false; !created;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx", mode: 0o600 });
      created = true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw invalid(
          `The emulator cannot write the lock of its data file ${given} (${codeOf(error)}).`,
        );
      }
      const owner = readOwner(lockFile);
      if (owner !== undefined && isLocked(path, owner)) {
        throw invalid(
          `The emulator's data file ${given} is in use by another emulator, process ${owner}. ` +
            `Stop it, or use another file. If that process is no emulator, delete ${lockFile}.`,
        );
      }
      rmSync(lockFile, { force: true });
    }
  }
  lockedHere.add(path);
  return () => {
    if (lockedHere.delete(path)) rmSync(lockFile, { force: true });
  };
}

/** Undefined: the lock file is empty, because its process died while writing it. */
function readOwner(lockFile: string): number | undefined {
  try {
    return Number(readFileSync(lockFile, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isLocked(path: string, owner: number): boolean {
  if (owner === process.pid) return lockedHere.has(path);
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    // The process exists and belongs to another user.
    return codeOf(error) === "EPERM";
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
