import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { SavedMatches } from "./matches.js";
import type { SavedGatherings } from "./matchmaking.js";
import type { SavedMissions } from "./missions.js";

export interface Saved {
  readonly gatherings: SavedGatherings;
  readonly matches: SavedMatches;
  readonly missions: SavedMissions;
}

/** A file that outlives the server. Without one all is forgotten with it. */
export function createStore(file: string | undefined) {
  let written = "";
  return {
    read(): Saved | undefined {
      if (file === undefined) return undefined;
      try {
        return JSON.parse(readFileSync(file, "utf8")) as Saved;
      } catch {
        // None yet, or none that can be read: a demo starts anew.
        return undefined;
      }
    },
    write(saved: Saved): void {
      const text = JSON.stringify(saved);
      if (file === undefined || text === written) return;
      // A server that ends half way leaves the file of before.
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
      written = text;
    },
  };
}
