import type { Emulator } from "../src/emulator/index.js";

export interface Demo {
  /** Where the page is. */
  readonly url: string;
  readonly emulator: Emulator;
  stop(): Promise<void>;
}

export function startDemo(options?: { port?: number }): Promise<Demo>;
