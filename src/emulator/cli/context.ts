/** What a command has of the process around it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a terminal is attached, which sends Ctrl-C to children by itself. */
  readonly interactive: boolean;
  /** The version of this package. */
  readonly version: string;
  /** The folder with a folder for each template of `init`. */
  readonly templates: URL;
  /** Print one line. */
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Calls back for SIGINT and SIGTERM; answers its own undo. */
  readonly onSignal: (callback: (signal: "SIGINT" | "SIGTERM") => void) => () => void;
}

export const DEFAULT_PORT = 9480;
