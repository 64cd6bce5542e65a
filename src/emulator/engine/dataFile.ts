import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { isGatewayError } from "../../errors.js";
import { codeOf, lock } from "./fileLock.js";
import { invalid } from "../settings.js";
import { readState, type EmulatorState, type EmulatorStateInput } from "../store/snapshot.js";

/** Where a state is kept across restarts. */
export interface StateFile {
  /** Undefined: nothing was kept yet. Throws a sentence when what is there cannot be read; it is left as it was. */
  load(): EmulatorStateInput | undefined;
  /** The state is safe when this returns, even from a crash of the machine. Throws a sentence when it cannot be kept. */
  save(state: EmulatorState): void;
  /** Lets others have it. Nothing is saved from then on. */
  release(): void;
}

/**
 * A file that holds one state, the old one or the new one at any moment: the new one is written beside it, made safe, and takes its name.
 * All at once rather than in the background, as the answer has to wait for it anyway.
 */
export function dataFile(given: string): StateFile {
  const path = targetOf(given);
  let release = (): void => {};
  return {
    release: () => release(),
    load() {
      release = lock(given, path);
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
        const why = isGatewayError(error) ? `${error.message}.` : "It is no JSON.";
        throw invalid(
          `The emulator's data file ${given} is broken and was left as it was. ${why} Mend it, or move it away to start afresh.`,
        );
      }
    },
    save(state) {
      const beside = `${path}.tmp`;
      try {
        // Its owner's alone: it holds tokens.
        write(beside, `${JSON.stringify(state)}\n`);
        renameSync(beside, path);
        syncFolder(dirname(path));
      } catch (error) {
        throw invalid(`The emulator cannot write its data file ${given} (${codeOf(error)}).`);
      }
    },
  };
}

/** A link stays a link: its target is what is read and replaced. */
function targetOf(given: string): string {
  try {
    return realpathSync(given);
  } catch {
    return resolve(given);
  }
}

function write(path: string, text: string): void {
  const bytes = Buffer.from(text);
  const file = openSync(path, "w", 0o600);
  try {
    for (let written = 0; written < bytes.byteLength;) {
      written += writeSync(file, bytes, written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without it a crash of the machine may undo the new name. Windows has no such thing. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
