import type { Target } from "./frames.js";
import { isObject, parseObject } from "./json.js";

/** A player bound on the connection of a frame. */
export interface LoggedPlayer {
  readonly namespaceName: string;
  readonly userId: string;
}

interface Entry {
  /** Counts up by one from 1 since the emulator's start. */
  readonly id: number;
  /** Unix time in milliseconds, of the emulator's clock. */
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
  /** The players bound there at that moment. */
  readonly players: readonly LoggedPlayer[];
  /**
   * Of calls and their replies: `service.component.function`. Null where the call was too long ago.
   */
  readonly method: string | null;
  readonly requestId: string | null;
  /** Of a reply: the id of its call. */
  readonly replyTo: number | null;
  /** Of a reply. */
  readonly status: number | null;
  /** Characters of the frame before redaction. */
  readonly size: number;
  /**
   * The frame, or the parameters or body of a REST call. Null where it cannot be parsed or is too
   * long to keep.
   */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** An event that is not a frame: a socket opened, a player was bound, a session was cut ... */
interface LoggedEvent extends Entry {
  readonly kind: "event";
  readonly level: "info" | "warning";
  readonly event: string;
  /** The event in words. */
  readonly text: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Entries that a slow reader did not get. */
export interface LoggedGap extends Entry {
  readonly kind: "gap";
  readonly missed: number;
}

/** One line of the emulator's `/_emulator/log`. */
export type FrameLogEntry = LoggedFrame | LoggedEvent | LoggedGap;

/** What a frame is, by its text alone. */
export interface FrameDescription extends Pick<LoggedFrame, "type" | "requestId" | "status"> {
  /** Of a call: `service.component.function`. */
  readonly method: string | null;
  /** As received, with its secrets. */
  readonly frame: Record<string, unknown> | undefined;
}

/** @param isCall whether it goes to the server */
export function describeFrame(text: string, isCall: boolean): FrameDescription {
  const frame = parseObject(text);
  const nothing = { frame, method: null, requestId: null, status: null };
  if (!frame) return { ...nothing, type: "unreadable" };
  if (isCall) {
    const envelope = isObject(frame["x_gs2"]) ? frame["x_gs2"] : {};
    const { service, component, function: name } = envelope;
    if (typeof name !== "string") return { ...nothing, type: "unreadable" };
    const method = methodName({ service, component, function: name });
    return { ...nothing, type: "call", method, requestId: readRequestId(envelope["requestId"]) };
  }
  const requestId = readRequestId(frame["requestId"]);
  if (requestId === null) {
    return { ...nothing, type: frame["type"] === "notification" ? "notification" : "reply" };
  }
  const { status } = frame;
  return {
    ...nothing,
    type: "reply",
    requestId,
    status: typeof status === "number" ? status : null,
  };
}

/** `service.component.function`. */
export const methodName = (target: Readonly<Record<keyof Target, unknown>>): string =>
  [target.service, target.component, target.function].map(String).join(".");

const readRequestId = (value: unknown): string | null =>
  typeof value === "number" ? String(value) : typeof value === "string" && value ? value : null;

/** The emulator's addresses and options, which it writes into the inspector's page. */
export interface InspectorConfig {
  readonly url: string;
  /** Template of the REST addresses, with `{service}`. */
  readonly rest: string;
  readonly webSocket: string;
  readonly strict: boolean;
  /** The data file; null: the state is in memory only. */
  readonly data: string | null;
}
