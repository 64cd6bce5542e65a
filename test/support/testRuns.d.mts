import type { Engine } from "./engines.mjs";

export declare const testRuns: {
  readonly together: readonly string[];
  readonly engines: readonly Engine[];
  readonly alone: readonly string[];
};
