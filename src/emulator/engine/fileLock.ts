import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { invalid } from "../settings.js";

/** Files this process holds: its own id in a lock says nothing, as a process before it may have had the same (in a container it has). */
const held = new Set<string>();

/**
 * Takes a data file for this process, by a file beside it with the process id. What a dead process left is taken over. Throws a sentence that
 * names the other when it lives. Answers the release.
 */
export function lock(given: string, path: string): () => void {
  const beside = `${path}.lock`;
  for (let taken = false; !taken;) {
    try {
      writeFileSync(beside, String(process.pid), { flag: "wx", mode: 0o600 });
      taken = true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw invalid(
          `The emulator cannot write beside its data file ${given} (${codeOf(error)}).`,
        );
      }
      const other = ownerOf(beside);
      if (other !== undefined && isHeld(path, other)) {
        throw invalid(
          `The emulator's data file ${given} is in use by another emulator, process ${other}. Stop that one, or take another file. If it is none, remove ${beside}.`,
        );
      }
      rmSync(beside, { force: true });
    }
  }
  held.add(path);
  return () => {
    if (held.delete(path)) rmSync(beside, { force: true });
  };
}

/** Undefined: nobody, as for a lock that was cut off while it was written. */
function ownerOf(beside: string): number | undefined {
  try {
    return Number(readFileSync(beside, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isHeld(path: string, owner: number): boolean {
  if (owner === process.pid) return held.has(path);
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return codeOf(error) === "EPERM";
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
