/** An event of the emulator. Neither `text` nor `detail` holds a secret or a token. */
export interface EmulatorLogEntry {
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
  readonly level: "info" | "warning";
  readonly event:
    | "listening"
    | "opened"
    | "bound"
    | "cut"
    | "closed"
    | "call"
    | "notified"
    | "mobile"
    | "refused"
    | "unreadable"
    | "fault"
    | "reset"
    | "restored"
    | "stopped";
  /** The event as a sentence. */
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** `text` and `json` print one line an entry to standard output; a function gets the entries. */
export type EmulatorLog = "text" | "json" | ((entry: EmulatorLogEntry) => void);

export type WriteLog = (entry: EmulatorLogEntry) => void;

/** Writes an entry with the time of the emulator's clock. Default level: `info`. */
export type LogEvent = (
  event: EmulatorLogEntry["event"],
  text: string,
  detail?: Readonly<Record<string, unknown>>,
  level?: EmulatorLogEntry["level"],
) => void;

export const formatText = ({ at, level, text }: EmulatorLogEntry): string =>
  `${new Date(at).toISOString().slice(11, 23)} ${level === "warning" ? "! " : ""}${text}`;

export const formatJson = (entry: EmulatorLogEntry): string => JSON.stringify(entry);

export function logWriter(log: EmulatorLog | undefined): WriteLog {
  switch (log) {
    case undefined:
      return () => {};
    case "text":
      return (entry) => console.log(formatText(entry));
    case "json":
      return (entry) => console.log(formatJson(entry));
    default:
      return log;
  }
}
