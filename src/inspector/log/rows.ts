import type { FrameLogEntry, LoggedFrame } from "../../wire/frameLog.js";
import { notificationKey } from "../../wire/notifications.js";

/**
 * A row of the log: an entry, with the values for its columns and filters. The rest is computed
 * when it is needed.
 */
export interface Row {
  /** Counts up over noFilter this page has seen; an emulator started anew counts from 1 again. */
  readonly uid: number;
  /** The emulator process that sent it. */
  readonly run: string;
  readonly entry: FrameLogEntry;
  readonly kind: "call" | "reply" | "notification" | "unreadable" | "event" | "gap" | "restart";
  /** Method, key or event. */
  readonly what: string;
  /** The players it concerns. */
  readonly who: string;
  readonly isProblem: boolean;
  readonly userIds: readonly string[];
  readonly connectionIds: readonly string[];
}

interface NotificationBody {
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

/** Issuer, subject and payload of a notification's frame. */
export function notificationOf(frame: LoggedFrame): NotificationBody {
  const body = (frame.body?.["body"] ?? {}) as Partial<Record<string, unknown>>;
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  return { issuer: text("issuer"), subject: text("subject"), payload: text("payload") };
}

export const keyOf = (frame: LoggedFrame): string => {
  const { issuer, subject } = notificationOf(frame);
  return notificationKey(issuer, subject);
};

/** `setUserId` of `gateway.webSocketSession.setUserId`. */
const shortMethod = (method: string): string => method.slice(method.lastIndexOf(".") + 1);

/** The fields that every frame has. */
const ENVELOPE =
  /^(x_gs2|xGs2ClientId|xGs2ProjectToken|xGs2AccessToken|accessToken|requestId|status)$/;

const LONGEST_PREVIEW = 240;

/** The beginning of its content. */
export function previewOf({ entry }: Row): string {
  if (entry.kind !== "frame") return entry.kind === "event" ? entry.text : "";
  if (entry.body === null) return "";
  if (entry.type === "notification") return notificationOf(entry).payload.slice(0, LONGEST_PREVIEW);
  const isReply = entry.transport === "socket" && entry.type === "reply";
  const shown = Object.entries((isReply ? entry.body["body"] : null) ?? entry.body).filter(
    ([name]) => !ENVELOPE.test(name),
  );
  return JSON.stringify(Object.fromEntries(shown)).slice(0, LONGEST_PREVIEW);
}

const haystacks = new WeakMap<Row, string>();

/** The searchable text, in lower case. */
function haystackOf(row: Row): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const { entry, userIds } = row;
  const parts =
    entry.kind === "frame"
      ? [
          entry.method,
          entry.requestId,
          entry.status,
          entry.connectionId ?? "rest",
          JSON.stringify(entry.body),
        ]
      : entry.kind === "event"
        ? [entry.event, entry.text]
        : [];
  const text = [...parts, ...userIds].join(" ").toLowerCase();
  haystacks.set(row, text);
  return text;
}

function whatOf(frame: LoggedFrame): string {
  switch (frame.type) {
    case "notification":
      return keyOf(frame);
    case "unreadable":
      return "";
    case "call":
    case "reply":
      return frame.method === null ? (frame.requestId ?? "") : shortMethod(frame.method);
  }
}

const textsIn = (values: Readonly<Record<string, unknown>> | null, ...names: string[]): string[] =>
  names.flatMap((name) => {
    const value = values?.[name];
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
  });

export function rowOf(uid: number, run: string, entry: FrameLogEntry): Row {
  if (entry.kind === "gap") {
    const nothing = { what: "", who: "", userIds: [], connectionIds: [] };
    return { uid, run, entry, kind: "gap", isProblem: true, ...nothing };
  }
  if (entry.kind === "event") {
    const { event, detail, level } = entry;
    const userIds = textsIn(detail, "userId", "userIds");
    return {
      uid,
      run,
      entry,
      kind: "event",
      what: event,
      who: userIds.join(", "),
      isProblem: level === "warning",
      userIds,
      connectionIds: textsIn(detail, "connectionId", "connectionIds"),
    };
  }
  const { connectionId, players, body, status } = entry;
  const bound = players.map(({ userId }) => userId);
  const userIds = bound.length > 0 ? bound : textsIn(body, "userId");
  return {
    uid,
    run,
    entry,
    kind: entry.type,
    what: whatOf(entry),
    who: userIds.join(", "),
    isProblem: entry.type === "unreadable" || (status !== null && status !== 200),
    userIds,
    connectionIds: connectionId === null ? [] : [connectionId],
  };
}

export interface Filter {
  readonly kind: "all" | "calls" | "notifications" | "events" | "problems";
  readonly text: string;
  readonly userId: string | undefined;
  readonly connectionId: string | undefined;
}

export const noFilter: Filter = {
  kind: "all",
  text: "",
  userId: undefined,
  connectionId: undefined,
};

const isOfKind = (kind: Filter["kind"], row: Row): boolean => {
  switch (kind) {
    case "all":
      return true;
    case "calls":
      return row.kind === "call" || row.kind === "reply";
    case "notifications":
      return row.kind === "notification";
    case "events":
      return row.kind === "event";
    case "problems":
      return row.isProblem;
  }
};

/**
 * The rows that match, in order. `connectionsOf` returns the sockets of a player, so that the login
 * before the bind matches too.
 */
export function filtered(
  rows: readonly Row[],
  { kind, text, userId, connectionId }: Filter,
  connectionsOf: (userId: string) => ReadonlySet<string> | undefined,
): readonly Row[] {
  if (kind === "all" && text === "" && userId === undefined && connectionId === undefined) {
    return rows;
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const sockets = userId === undefined ? undefined : connectionsOf(userId);
  return rows.filter(
    (row) =>
      isOfKind(kind, row) &&
      words.every((word) => haystackOf(row).includes(word)) &&
      (connectionId === undefined || row.connectionIds.includes(connectionId)) &&
      (userId === undefined ||
        row.userIds.includes(userId) ||
        row.connectionIds.some((id) => sockets?.has(id))),
  );
}
