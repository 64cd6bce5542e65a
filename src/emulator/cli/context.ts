/** The part of the process that the commands use. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a terminal is attached, which sends Ctrl-C to children itself. */
  readonly interactive: boolean;
  /** The version of this package. */
  readonly version: string;
  /** Whether package.json names a repository: it does from the first release on. */
  readonly isPublished: boolean;
  /** The folder with one folder for each template of `init`. */
  readonly templates: URL;
  /** Prints one line. */
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Asks a question in the terminal; undefined: there is none. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Calls back on SIGINT and SIGTERM; returns a function that stops it. */
  readonly onSignal: (callback: (signal: "SIGINT" | "SIGTERM") => void) => () => void;
}

export const DEFAULT_PORT = 9480;
