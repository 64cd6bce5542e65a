// The frames of each competitor's protocol. The notification is the same in all: a player joined a
// gathering. Its payload is JSON in a text field, which the competitor or its listener parses, and
// the frames of all protocols have the same number of bytes.

export const KEY = "Gs2Matchmaking:Join";
export const FRAME_BYTES = 216;

/** What a call of `describeWebSocketSessions` answers. */
const sessions = {
  items: [
    {
      webSocketSessionId:
        "grn:gs2:ap-northeast-1:owner:gateway:game-0001:user:user-0001:session:c-1",
      connectionId: "c-1",
      namespaceName: "game-0001",
      userId: "user-0001",
      sessionId: "session-0001",
      createdAt: 1_700_000_000_000,
      updatedAt: 1_700_000_000_000,
      revision: 1,
    },
  ],
};

/** The reply to a login, over REST and over the socket. */
export const login = { access_token: "project-token", token_type: "Bearer", expires_in: 3600 };

const replies = {
  login,
  setUserId: { item: sessions.items[0] },
  describeWebSocketSessions: sessions,
};

/** The number after the colon of "go:1000": how many notifications the client asks for. */
const requested = (name) => Number(/^go:(\d+)$/.exec(name)?.[1] ?? 0);

/**
 * `text` is the text of a notification with this payload. `handle` returns the reply to a text of
 * the client, and the number of notifications that it starts.
 */
export const protocols = {
  gs2: {
    text: (payload) =>
      JSON.stringify({ type: "notification", body: { issuer: KEY, subject: KEY, payload } }),
    handle(text) {
      const { x_gs2: envelope } = JSON.parse(text);
      const { function: name, requestId } = envelope;
      return {
        reply: JSON.stringify({ requestId, status: 200, body: replies[name] ?? {} }),
        count: requested(name),
      };
    },
  },
  nakama: {
    text: (content) =>
      JSON.stringify({
        notifications: { notifications: [{ id: "1", subject: KEY, content, code: 1 }] },
      }),
    handle(text) {
      const { cid, rpc } = JSON.parse(text);
      const payload = JSON.stringify(replies[rpc?.id] ?? {});
      const reply = rpc ? { cid, rpc: { id: rpc.id, payload } } : { cid, pong: {} };
      return { reply: JSON.stringify(reply), count: requested(rpc?.id ?? "") };
    },
  },
  phoenix: {
    text: (payload) => JSON.stringify([null, null, "player", KEY, { payload }]),
    handle(text) {
      const [joined, ref, topic, event] = JSON.parse(text);
      const reply = [
        joined,
        ref,
        topic,
        "phx_reply",
        { status: "ok", response: replies[event] ?? {} },
      ];
      return { reply: JSON.stringify(reply), count: requested(event) };
    },
  },
};

/**
 * Different notifications of one protocol.
 *
 * @param {keyof typeof protocols} protocol
 */
export function notificationTexts(protocol, bytes = FRAME_BYTES, count = 1_000) {
  const { text } = protocols[protocol];
  return Array.from({ length: count }, (_, i) => {
    const withName = (padding) =>
      text(
        JSON.stringify({
          namespaceName: "matchmaking-0001",
          gatheringName: `gathering-${String(i).padStart(4, "0")}${"-".repeat(padding)}`,
          joinUserId: "user-0002",
        }),
      );
    return withName(bytes - withName(0).length);
  });
}
