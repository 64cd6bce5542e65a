// What each contender's protocol says. One notification is the same everywhere: a player joined a gathering.

/** @param {number} i */
const news = (i) => ({
  namespaceName: "matchmaking-0001",
  gatheringName: `gathering-${i % 1000}`,
  joinUserId: "user-0002",
});

export const KEY = "Gs2Matchmaking:Join";

/**
 * `notification` is the text of frame `i`. `answer` is what a server says to a text of the client, and whether it asked for the notifications.
 */
export const dialects = {
  gs2: {
    notification: (i) =>
      JSON.stringify({
        type: "notification",
        body: { issuer: KEY, subject: KEY, payload: JSON.stringify(news(i)) },
      }),
    answer(text) {
      const { x_gs2: envelope } = JSON.parse(text);
      return {
        reply: replyTo(envelope.function, envelope.requestId),
        go: envelope.function === "go",
      };
    },
  },
  nakama: {
    notification: (i) =>
      JSON.stringify({
        notifications: {
          notifications: [
            { id: String(i), subject: KEY, content: JSON.stringify(news(i)), code: 1 },
          ],
        },
      }),
    answer(text) {
      const { cid, rpc } = JSON.parse(text);
      const reply = rpc ? { cid, rpc: { id: rpc.id, payload: "{}" } } : { cid, pong: {} };
      return { reply: JSON.stringify(reply), go: rpc?.id === "go" };
    },
  },
  phoenix: {
    notification: (i) => JSON.stringify([null, null, "player", KEY, news(i)]),
    answer(text) {
      const [joined, ref, topic, event] = JSON.parse(text);
      const reply = [joined, ref, topic, "phx_reply", { status: "ok", response: {} }];
      return { reply: JSON.stringify(reply), go: event === "go" };
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

/** The answer to a login, over REST and over the socket. */
export const login = { access_token: "project-token", token_type: "Bearer", expires_in: 3600 };
