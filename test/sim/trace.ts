import type { VirtualTime } from "./virtualTime.js";

/** What happened, line by line, and the first thing that must not have. */
export class Story {
  readonly lines: string[] = [];
  violation: string | undefined;
  readonly #startedAt: number;

  constructor(private readonly time: VirtualTime) {
    this.#startedAt = time.now;
  }

  tell(text: string): void {
    const seconds = ((this.time.now - this.#startedAt) / 1_000).toFixed(3);
    this.lines.push(`${seconds.padStart(9)}  ${text}`);
  }

  /** A promise is broken. Nobody throws: handlers are shielded, and would swallow it. */
  wrong(text: string): void {
    if (this.violation !== undefined) return;
    this.violation = text;
    this.tell(`WRONG: ${text}`);
  }

  hold(promise: boolean, otherwise: () => string): void {
    if (!promise) this.wrong(otherwise());
  }

  get text(): string {
    return `${this.lines.join("\n")}\n`;
  }
}
