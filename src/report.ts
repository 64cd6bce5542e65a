import type { Diagnostic, Logger, Report } from "./diagnostics.js";

/**
 * Makes diagnostics of what is reported, and logs them.
 *
 * @param logger hears every one; left out: `console` hears of what is loud; false: nobody does
 * @param scrub takes secrets out of a text
 * @param tell gets every one
 */
export const createReport =
  (
    logger: Logger | false | undefined,
    scrub: (text: string) => string,
    tell: (diagnostic: Diagnostic) => void,
  ): Report =>
  (level, code, said, detail) => {
    const message = `[gs2-gateway] ${code}: ${scrub(said)}`;
    const loud = level === "warn" || level === "error" || code === "emulator";
    const log = logger ?? (loud && console);
    if (log) log[level](message, detail);
    tell({ level, code, message, detail } as Diagnostic);
  };
