import type { Diagnostic, Logger, Report } from "./diagnostics.js";

/** Texts of others, e.g. the subject of a notification, may be of any length. */
export const MAX_TEXT_LENGTH = 500;

/** A thrown value as text. Not every value that can be thrown has one. */
export function describeError(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "";
  }
}

/**
 * Turns reports into diagnostics, and logs them.
 *
 * @param logger gets every diagnostic; undefined: `console` gets warnings and errors; false: no log
 * @param redact takes secrets out of a text
 * @param emit gets every diagnostic
 */
export const createReporter =
  (
    logger: Logger | false | undefined,
    redact: (text: string) => string,
    emit: (diagnostic: Diagnostic) => void,
  ): Report =>
  (level, code, text, detail) => {
    const clean = (raw: string): string => redact(raw).slice(0, MAX_TEXT_LENGTH);
    const message = `[gs2-gateway] ${code}: ${clean(text)}`;
    const cleanFields = (values: Record<string, unknown>): void => {
      for (const name in values) {
        const value = values[name];
        if (typeof value === "string") values[name] = clean(value);
        if (name === "issues") (value as Record<string, unknown>[]).forEach(cleanFields);
      }
    };
    cleanFields(detail);
    const isLoud = level === "warn" || level === "error" || code === "emulator";
    const log = logger ?? (isLoud && globalThis.console);
    try {
      if (log) log[level](message, detail);
    } catch (error) {
      // Not logged: this logger does not work.
      emit({
        level: "error",
        code: "handlerThrew",
        message: "the logger threw",
        detail: { error },
      });
    }
    emit({ level, code, message, detail } as Diagnostic);
  };
