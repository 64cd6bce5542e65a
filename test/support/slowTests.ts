import type { Reporter, TestModule } from "vitest/node";

const SLOW_MS = 5_000;

/** Lists every test that took more than 5 seconds at the end of a run, the slowest first. */
export class SlowTests implements Reporter {
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void = console.log) {
    this.#print = print;
  }

  onTestRunEnd(modules: readonly Pick<TestModule, "children" | "relativeModuleId">[]): void {
    const slow = modules
      .flatMap(({ children, relativeModuleId }) =>
        [...children.allTests()].map((test) => ({
          name: `${relativeModuleId} > ${test.fullName}`,
          ms: test.diagnostic()?.duration ?? 0,
        })),
      )
      .filter(({ ms }) => ms > SLOW_MS)
      .sort((a, b) => b.ms - a.ms);
    if (slow.length === 0) return;
    const lines = slow.map(({ name, ms }) => `${(ms / 1_000).toFixed(1).padStart(7)} s  ${name}`);
    this.#print(`\nTests over ${SLOW_MS / 1_000} s: ${slow.length}\n${lines.join("\n")}`);
  }
}
