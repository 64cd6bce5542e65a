import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { SavedMatches } from "./matches.js";
import type { SavedGatherings } from "./matchmaking.js";
import type { SavedMissions } from "./missions.js";

export interface Saved {
  readonly gatherings: SavedGatherings;
  readonly matches: SavedMatches;
  readonly missions: SavedMissions;
}

/** Saves the state in a file, if there is one. */
export function createStore(file: string | undefined) {
  let written = "";
  return {
    read(): Saved | undefined {
      if (file === undefined) return undefined;
      try {
        return JSON.parse(readFileSync(file, "utf8")) as Saved;
      } catch {
        // No file yet, or an unreadable one: the demo starts empty.
        return undefined;
      }
    },
    write(saved: Saved): void {
      const text = JSON.stringify(saved);
      if (file === undefined || text === written) return;
      // A server that is killed while writing leaves the previous file.
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
      written = text;
    },
  };
}
