import type { Diagnostic, Logger, Report } from "./diagnostics.js";

/** What others wrote, e.g. a notification's subject, may be of any length. */
const LONGEST = 500;

/**
 * Makes diagnostics of what is reported, and logs them.
 *
 * @param logger hears every one; left out: `console` hears of what is loud; false: nobody does
 * @param scrub takes secrets out of a text
 * @param tell gets every one
 */
export const createReporter =
  (
    logger: Logger | false | undefined,
    scrub: (text: string) => string,
    tell: (diagnostic: Diagnostic) => void,
  ): Report =>
  (level, code, said, detail) => {
    const clean = (text: string): string => scrub(text).slice(0, LONGEST);
    const message = `[gs2-gateway] ${code}: ${clean(said)}`;
    const values = detail as Record<string, unknown>;
    for (const name in values) {
      const value = values[name];
      if (typeof value === "string") values[name] = clean(value);
    }
    const loud = level === "warn" || level === "error" || code === "emulator";
    const log = logger ?? (loud && console);
    if (log) log[level](message, detail);
    tell({ level, code, message, detail } as Diagnostic);
  };
