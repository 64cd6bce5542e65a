import type { VirtualTime } from "./virtualTime.js";

/** A log with virtual timestamps, and the first violation of an invariant. */
export class Trace {
  readonly lines: string[] = [];
  violation: string | undefined;
  readonly #startedAt: number;

  constructor(private readonly time: VirtualTime) {
    this.#startedAt = time.now;
  }

  log(text: string): void {
    const seconds = ((this.time.now - this.#startedAt) / 1_000).toFixed(3);
    this.lines.push(`${seconds.padStart(9)}  ${text}`);
  }

  /** Records a violation. Nothing is thrown: the client catches what its handlers throw. */
  fail(text: string): void {
    if (this.violation !== undefined) return;
    this.violation = text;
    this.log(`VIOLATION: ${text}`);
  }

  assert(invariant: boolean, message: () => string): void {
    if (!invariant) this.fail(message());
  }

  get text(): string {
    return `${this.lines.join("\n")}\n`;
  }
}
