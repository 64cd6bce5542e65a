import { isObject } from "../store/json.js";
import type { ReadFrame, ReadRecording } from "./recording.js";

/** The notifications of one player, timed from the player's first bind. */
export interface Track {
  readonly userId: string;
  readonly notifications: readonly TrackNotification[];
}

interface TrackNotification {
  readonly afterMs: number;
  readonly issuer: string;
  readonly subject: string;
  readonly payload: string;
}

interface OpenTrack extends Track {
  readonly startMs: number;
  readonly notifications: TrackNotification[];
}

const SET_USER_ID = "gateway.webSocketSession.setUserId";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const inBody = (frame: ReadFrame): Readonly<Record<string, unknown>> => {
  const inner = frame.body?.["body"];
  return isObject(inner) ? inner : {};
};

/** The user of an accepted bind. */
function boundBy(frame: ReadFrame): string | undefined {
  if (frame.type !== "reply" || frame.method !== SET_USER_ID || frame.status !== 200)
    return undefined;
  const { item } = inBody(frame);
  return isObject(item) && typeof item["userId"] === "string" ? item["userId"] : undefined;
}

/**
 * One for each player of the recording, in the order of their binds. A player whose bind was before
 * the recording begins with the first frame that names the player. The notifications of a socket
 * with several players are those of the first.
 */
export function tracksOf({ frames }: ReadRecording): Track[] {
  const tracks = new Map<string, OpenTrack>();
  /** Notifications that came before the reply to the bind, by socket. */
  const early = new Map<string | null, ReadFrame[]>();
  const trackOf = (userId: string, startMs: number): OpenTrack => {
    const track = tracks.get(userId) ?? { userId, startMs, notifications: [] };
    tracks.set(userId, track);
    return track;
  };
  for (const frame of frames) {
    const { atMs, connectionId, players, type } = frame;
    const bound = boundBy(frame);
    for (const userId of [...(bound ? [bound] : []), ...players.map((one) => one.userId)]) {
      const track = trackOf(userId, atMs);
      for (const one of early.get(connectionId) ?? []) addTo(track, one);
      early.delete(connectionId);
    }
    if (type !== "notification") continue;
    const [first] = players;
    if (first) addTo(trackOf(first.userId, atMs), frame);
    else early.set(connectionId, [...(early.get(connectionId) ?? []), frame]);
  }
  return [...tracks.values()].map(({ userId, notifications }) => ({ userId, notifications }));
}

function addTo(track: OpenTrack, frame: ReadFrame): void {
  const { issuer, subject, payload } = inBody(frame);
  track.notifications.push({
    afterMs: Math.max(0, frame.atMs - track.startMs),
    issuer: textOf(issuer),
    subject: textOf(subject),
    payload: textOf(payload),
  });
}
