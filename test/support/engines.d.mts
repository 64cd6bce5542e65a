export type Engine = "chromium" | "firefox" | "webkit";
export const engines: readonly Engine[];
export const coveredEngines: string;
export function findEngine(engine: Engine): string | undefined;
export function findFirefox(): string | undefined;
/** The path of WebKitWebDriver, if its display server and window manager are there too. */
export function findWebKit(): string | undefined;
export function isInRun(engine: Engine): boolean;
export function printEngines(versions: readonly string[]): void;
