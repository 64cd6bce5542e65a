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
    | "handlerFailed"
    | "replay"
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

/** What a terminal obeys in place of showing it, and what changes the order of a line. */
// eslint-disable-next-line no-control-regex -- they are replaced
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A text of others with its control characters as `\uXXXX`. */
export const printable = (text: string): string =>
  text.replace(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const formatText = ({ at, level, text }: EmulatorLogEntry): string =>
  `${new Date(at).toISOString().slice(11, 23)} ${level === "warning" ? "! " : ""}${printable(text)}`;

/** JSON itself escapes only some of them. */
export const formatJson = (entry: EmulatorLogEntry): string => printable(JSON.stringify(entry));

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
