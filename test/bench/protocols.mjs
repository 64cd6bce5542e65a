// The frames of each competitor's protocol. The notification is the same in all: a player joined a
// gathering.

/** @param {number} i */
const payload = (i) => ({
  namespaceName: "matchmaking-0001",
  gatheringName: `gathering-${i % 1000}`,
  joinUserId: "user-0002",
});

export const KEY = "Gs2Matchmaking:Join";

/**
 * `notification` is the text of frame `i`. `handle` returns the reply to a text of the client, and
 * whether it starts the notifications.
 */
export const protocols = {
  gs2: {
    notification: (i) =>
      JSON.stringify({
        type: "notification",
        body: { issuer: KEY, subject: KEY, payload: JSON.stringify(payload(i)) },
      }),
    handle(text) {
      const { x_gs2: envelope } = JSON.parse(text);
      return {
        reply: replyTo(envelope.function, envelope.requestId),
        isStart: envelope.function === "go",
      };
    },
  },
  nakama: {
    notification: (i) =>
      JSON.stringify({
        notifications: {
          notifications: [
            { id: String(i), subject: KEY, content: JSON.stringify(payload(i)), code: 1 },
          ],
        },
      }),
    handle(text) {
      const { cid, rpc } = JSON.parse(text);
      const reply = rpc ? { cid, rpc: { id: rpc.id, payload: "{}" } } : { cid, pong: {} };
      return { reply: JSON.stringify(reply), isStart: rpc?.id === "go" };
    },
  },
  phoenix: {
    notification: (i) => JSON.stringify([null, null, "player", KEY, payload(i)]),
    handle(text) {
      const [joined, ref, topic, event] = JSON.parse(text);
      const reply = [joined, ref, topic, "phx_reply", { status: "ok", response: {} }];
      return { reply: JSON.stringify(reply), isStart: event === "go" };
    },
  },
};

function replyTo(name, requestId) {
  const body =
    name === "login"
      ? login
      : name === "setUserId"
        ? { item: { connectionId: "c-1", namespaceName: "game-0001", userId: "user-0001" } }
        : { item: "1.0.0" };
  return JSON.stringify({ requestId, status: 200, body });
}

/** The reply to a login, over REST and over the socket. */
export const login = { access_token: "project-token", token_type: "Bearer", expires_in: 3600 };
