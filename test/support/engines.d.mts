export type Engine = "chromium" | "firefox" | "webkit";
export const engines: readonly Engine[];
export const coveredEngines: string;
export function findEngine(engine: Engine): string | undefined;
export function findFirefox(): string | undefined;
/** The path of WebKitWebDriver, if its display server and window manager are there too. */
export function findWebKit(): string | undefined;
/** What is missing, and what to do. */
export function missingEngine(engine: Engine): string;
