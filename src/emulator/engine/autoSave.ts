import type { LogEvent } from "../log/eventLog.js";
import { applyState, stateOf } from "../store/snapshot.js";
import type { Store } from "../store/types.js";
import type { StateFile } from "./dataFile.js";

/** Saves the durable part of the store after each change, if the emulator has a data file. */
export class AutoSave {
  /** {@link Store.changes} at the last save; -1: this store was never saved. */
  #savedCount = -1;

  constructor(
    private readonly file: StateFile | undefined,
    private readonly log: LogEvent,
  ) {}

  /**
   * Applies the state of the data file to a new store; its namespaces stay. Throws
   * `invalidArgument` when the file cannot be read.
   */
  restore(store: Store, now: number): void {
    const state = this.file?.load();
    if (!state) return;
    const initial = [...store.namespaces.values()];
    applyState(store, state, now);
    for (const namespace of initial) {
      if (!store.namespaces.has(namespace.name)) store.namespaces.set(namespace.name, namespace);
    }
  }

  /** Saves the store if it changed. Throws `invalidArgument` when the file cannot be written. */
  save(store: Store, now: number): void {
    const { count } = store.changes;
    if (!this.file || this.#savedCount === count) return;
    this.file.save(stateOf(store, now));
    this.#savedCount = count;
  }

  /** Logs a failed save and returns false. The next change saves again. */
  trySave(store: Store, now: number): boolean {
    try {
      this.save(store, now);
      return true;
    } catch (error) {
      this.log("refused", error instanceof Error ? error.message : String(error), {}, "warning");
      return false;
    }
  }

  /** Saves a store that replaces the old one. */
  replace(store: Store, now: number): void {
    this.#savedCount = -1;
    this.save(store, now);
  }
}
