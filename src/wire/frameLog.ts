/** A player bound on the connection of a frame. */
export interface LoggedPlayer {
  readonly namespaceName: string;
  readonly userId: string;
}

interface Entry {
  /** Starts at 1 with the emulator and increases by one. */
  readonly id: number;
  /** Unix time in milliseconds, by the emulator's clock. */
  readonly at: number;
}

/** A frame on a socket, or the request or response of a REST call. Secrets and tokens are `***`. */
export interface LoggedFrame extends Entry {
  readonly kind: "frame";
  readonly transport: "socket" | "rest";
  /** `in`: to the emulator. */
  readonly direction: "in" | "out";
  readonly type: "call" | "reply" | "notification" | "unreadable";
  /** Null over REST. */
  readonly connectionId: string | null;
  /** The players bound on the connection at that time. */
  readonly players: readonly LoggedPlayer[];
  /**
   * Of a call or a reply: `service.component.function`. Null where the call of the reply is no
   * longer in the log.
   */
  readonly method: string | null;
  readonly requestId: string | null;
  /** Of a reply: the id of its call. */
  readonly replyTo: number | null;
  /** Of a reply. */
  readonly status: number | null;
  /** Characters of the original frame. */
  readonly size: number;
  /**
   * The frame, or the parameters or body of a REST call. Null where it is unreadable, or was too
   * long to keep.
   */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** An event besides frames: a socket opened, a player was bound, a connection was cut ... */
interface LoggedEvent extends Entry {
  readonly kind: "event";
  readonly level: "info" | "warning";
  readonly event: string;
  /** The event as a sentence. */
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Sent to a reader that is too slow: how many entries were dropped before it read them. */
export interface LoggedGap extends Entry {
  readonly kind: "gap";
  readonly missed: number;
}

/** One line of the emulator's `/_emulator/log`. */
export type FrameLogEntry = LoggedFrame | LoggedEvent | LoggedGap;

/** Configuration of the inspector page. */
export interface InspectorFacts {
  readonly url: string;
  /** Template of the REST addresses, with `{service}`. */
  readonly rest: string;
  readonly webSocket: string;
  readonly strict: boolean;
  /** Path of the data file; null: the emulator's state is lost when it stops. */
  readonly data: string | null;
}
