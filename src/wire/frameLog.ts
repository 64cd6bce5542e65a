/** Somebody bound on the connection a frame went over. */
export interface LoggedPlayer {
  readonly namespaceName: string;
  readonly userId: string;
}

interface Entry {
  /** Counts up by one from 1 since the emulator was started. */
  readonly id: number;
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
}

/** A frame on a socket, or one half of a REST call. Secrets and tokens in it are `***`. */
export interface LoggedFrame extends Entry {
  readonly kind: "frame";
  readonly transport: "socket" | "rest";
  /** `in`: to the emulator. */
  readonly direction: "in" | "out";
  readonly type: "call" | "reply" | "notification" | "unreadable";
  /** Null over REST. */
  readonly connectionId: string | null;
  /** Who was bound there at that moment. */
  readonly players: readonly LoggedPlayer[];
  /** Of calls and their answers: `service.component.function`. Null where the call was too long ago. */
  readonly method: string | null;
  readonly requestId: string | null;
  /** Of an answer: the id of the call it answers. */
  readonly replyTo: number | null;
  /** Of an answer. */
  readonly status: number | null;
  /** Characters of the frame as it was. */
  readonly size: number;
  /** The frame, or the parameters and the body of a REST call. Null where it is unreadable, or was too long to keep. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Something that happened besides frames: a socket opened, a player was bound, a session was cut ... */
interface LoggedEvent extends Entry {
  readonly kind: "event";
  readonly level: "info" | "warning";
  readonly event: string;
  /** The same in words. */
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Whoever reads more slowly than things happen is told how many entries it did not get. */
export interface LoggedGap extends Entry {
  readonly kind: "gap";
  readonly missed: number;
}

/** One line of the emulator's `/_emulator/log`. */
export type FrameLogEntry = LoggedFrame | LoggedEvent | LoggedGap;

/** What the page at the emulator's front door is told of it. */
export interface InspectorFacts {
  readonly url: string;
  /** Template of the REST addresses, with `{service}`. */
  readonly rest: string;
  readonly webSocket: string;
  readonly strict: boolean;
  /** The file everything is kept in; null: nothing outlives the emulator. */
  readonly data: string | null;
}
