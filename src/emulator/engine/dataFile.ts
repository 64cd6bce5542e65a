import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { isGatewayError } from "../../errors.js";
import { codeOf, lock } from "./fileLock.js";
import { invalid } from "../settings.js";
import { readState, type EmulatorState, type EmulatorStateInput } from "../store/snapshot.js";

/** Keeps the durable state across restarts. */
export interface StateFile {
  /**
   * Locks and reads the file; undefined: it does not exist yet. Throws `invalidArgument` when it
   * cannot be read; the file is left as it was.
   */
  load(): EmulatorStateInput | undefined;
  /** Returns when the state is flushed to disk. Throws `invalidArgument` when it cannot be. */
  save(state: EmulatorState): void;
  /** Releases the lock. Nothing may be saved afterwards. */
  release(): void;
}

/**
 * A file that holds the old state or the new one at any time: the new one is written beside it,
 * flushed, and renamed. Synchronous, because the reply to a call must wait for it anyway.
 */
export function dataFile(given: string): StateFile {
  const path = resolveLink(given);
  let release = (): void => {};
  return {
    release: () => release(),
    load() {
      release = lock(given, path);
      deleteTemporaryFiles(path);
      let text: string;
      try {
        text = readFileSync(path, "utf8");
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw invalid(`The emulator cannot read its data file ${given} (${codeOf(error)}).`);
      }
      try {
        return readState(JSON.parse(text));
      } catch (error) {
        const reason = isGatewayError(error) ? `${error.message}.` : "It is not JSON.";
        throw invalid(
          `The emulator's data file ${given} is invalid and was left as it was. ${reason} ` +
            "Repair it, or move it away to start without data.",
        );
      }
    },
    save(state) {
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        writeAndFlush(temporary, `${JSON.stringify(state)}\n`);
        renameSync(temporary, path);
        flushFolder(dirname(path));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw invalid(`The emulator cannot write its data file ${given} (${codeOf(error)}).`);
      }
    },
  };
}

/** A symbolic link stays a link: its target is read and replaced. */
function resolveLink(given: string): string {
  try {
    return realpathSync(given);
  } catch {
    return resolve(given);
  }
}

/** An emulator that was killed while it wrote leaves one. */
function deleteTemporaryFiles(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const isOurs =
      name.startsWith(prefix) && /^[0-9a-f-]{36}\.tmp$/.test(name.slice(prefix.length));
    if (isOurs) rmSync(join(dirname(path), name), { force: true });
  }
}

function writeAndFlush(path: string, text: string): void {
  const bytes = Buffer.from(text);
  // A new file, not what a symbolic link names. Readable by its owner only: it holds tokens.
  const file = openSync(path, "wx", 0o600);
  try {
    for (let written = 0; written < bytes.byteLength;) {
      written += writeSync(file, bytes, written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without it a crash of the machine may undo the rename. Windows cannot flush a folder. */
function flushFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
