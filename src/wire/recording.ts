import type { LoggedFrame, LoggedPlayer } from "./frameLog.js";

/** A frame of a recording. Tokens and secrets in it are `***`. */
export interface RecordedFrame {
  /** Milliseconds from `startedAt` of the recording. */
  readonly atMs: number;
  /** A game's recording has the frames of the socket alone. */
  readonly transport: "socket" | "rest";
  readonly direction: "toServer" | "toClient";
  readonly type: LoggedFrame["type"];
  /** Frames of one socket have the same. Null over REST. */
  readonly connectionId: string | null;
  /** The players bound on the socket at that moment. */
  readonly players: readonly LoggedPlayer[];
  /** Of calls and their replies: `service.component.function`; null where it is not known. */
  readonly method: string | null;
  /** Of calls and their replies. */
  readonly requestId: string | null;
  /** Of a reply. */
  readonly status: number | null;
  /** Characters of the frame before tokens and secrets were replaced. */
  readonly size: number;
  /** The frame; over REST the parameters or the result. Null where it was no JSON, or too long. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/**
 * Frames as JSON: what the devtools and the inspector save, and `gs2-gateway replay` and
 * `emulator.replay` read.
 */
export interface Recording {
  /** Of this format. */
  readonly version: typeof RECORDING_VERSION;
  /** When the first frame came, Unix time in milliseconds. */
  readonly startedAt: number;
  /** Oldest first. */
  readonly frames: readonly RecordedFrame[];
}

export const RECORDING_VERSION = 1;

/** Where a frame of a log goes to: a log's `in` is to the one who keeps it. */
export type LogDirections = Readonly<Record<LoggedFrame["direction"], RecordedFrame["direction"]>>;

export function recordingOf(frames: readonly LoggedFrame[], directions: LogDirections): Recording {
  const startedAt = frames[0]?.at ?? 0;
  return {
    version: RECORDING_VERSION,
    startedAt,
    frames: frames.map((logged) => {
      const { at, id: _id, kind: _kind, replyTo: _replyTo, direction, ...frame } = logged;
      return { atMs: at - startedAt, direction: directions[direction], ...frame };
    }),
  };
}
