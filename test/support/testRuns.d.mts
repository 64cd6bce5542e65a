export declare const testRuns: Readonly<
  Record<"together" | "engines" | "alone", readonly string[]>
>;
