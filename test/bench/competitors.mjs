// Every competitor does the same by its own API: it connects, binds a player, receives
// notifications of players who joined, and calls the server.
import { createRequire } from "node:module";
import mitt from "mitt";
import ReconnectingWebSocket from "reconnecting-websocket";
import { KEY } from "./protocols.mjs";

const require = createRequire(import.meta.url);

export const credential = { clientId: "client-0001", clientSecret: "secret-0001" };
export const player = { namespaceName: "game-0001", accessToken: "accessToken-0001" };

/** The text of a request. `params` override the common fields. */
export const frame = (
  name,
  requestId,
  params,
  { service, component } = { service: "gateway", component: "webSocketSession" },
) =>
  JSON.stringify({
    xGs2ClientId: credential.clientId,
    xGs2ProjectToken: "project-token",
    ...params,
    x_gs2: { service, component, function: name, contentType: "application/json", requestId },
  });

const opened = (socket) => new Promise((resolve) => socket.addEventListener("open", resolve));

/** Calls by hand: one listener for all, which finds the call by its requestId. */
function handWrittenCalls(send) {
  const waiting = new Map();
  let requests = 0;
  return {
    call(name, params) {
      const requestId = String(++requests);
      const reply = new Promise((resolve) => waiting.set(requestId, resolve));
      send(frame(name, requestId, params));
      return reply;
    },
    onReply(message) {
      waiting.get(message.requestId)?.(message);
      waiting.delete(message.requestId);
    },
  };
}

/** How many sessions the list has, so that every competitor reads its reply. */
const countSessions = ({ items }) => items.length;

/**
 * The limit: what each protocol needs at least, by hand, on the cheapest event of the socket. `ws`
 * makes no MessageEvent for listeners of its own kind.
 */
function onText(socket, listener) {
  if (socket.on) socket.on("message", (data) => listener(data.toString()));
  else socket.addEventListener("message", ({ data }) => listener(data));
}

/** The payload's text in a message of each protocol; undefined for other messages. */
export const payloadText = {
  gs2: (message) => (message.type === "notification" ? message.body.payload : undefined),
  nakama: (message) => message.notifications?.notifications[0].content,
  phoenix: (message) => (message[3] === KEY ? message[4].payload : undefined),
};

/**
 * Reads notifications of one protocol by hand. It does not log in: only the speed of reading
 * counts.
 */
const handWrittenReader = (protocol) => ({
  async open({ webSocket, nakama, phoenix, WebSocket }) {
    const socket = new WebSocket({ gs2: webSocket, nakama, phoenix }[protocol]);
    await opened(socket);
    return {
      onPayload: (listener) =>
        onText(socket, (text) => {
          const payload = payloadText[protocol](JSON.parse(text));
          if (payload !== undefined) listener(JSON.parse(payload));
        }),
      start: (count) => void socket.send(startText[protocol](count)),
      close: () => socket.close(),
    };
  },
});

const startText = {
  gs2: (count) => frame(`go:${count}`, "1", {}),
  nakama: (count) => JSON.stringify({ cid: "1", rpc: { id: `go:${count}` } }),
  phoenix: (count) => JSON.stringify([null, "1", "player", `go:${count}`, {}]),
};

/**
 * `open` resolves when the player is bound. `onPayload` listens for parsed payloads, `start` asks
 * for notifications, and `read` calls `describeWebSocketSessions` and resolves with their number.
 */
export const competitors = {
  "bare ws": {
    protocol: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new WebSocket(webSocket);
      const { call, onReply } = handWrittenCalls((text) => socket.send(text));
      let onPayload;
      onText(socket, (text) => {
        const message = JSON.parse(text);
        if (message.type !== "notification") onReply(message);
        else onPayload?.(JSON.parse(message.body.payload));
      });
      await opened(socket);
      await call("login", credential);
      await call("setUserId", player);
      return {
        onPayload: (listener) => void (onPayload = listener),
        start: (count) => call(`go:${count}`, {}),
        read: async () => countSessions((await call("describeWebSocketSessions", player)).body),
        close: () => socket.close(),
      };
    },
  },
  "gs2-gateway": {
    protocol: "gs2",
    async open({ rest, webSocket, WebSocket }) {
      const { GatewayClient } = await import("../../dist/node.js");
      const gateway = new GatewayClient({
        namespaceName: player.namespaceName,
        credential,
        endpoints: { rest, webSocket },
        logger: false,
        WebSocket,
      });
      await gateway.setUserId({ accessToken: player.accessToken });
      return {
        onPayload: (listener) => gateway.on(KEY, ({ payload }) => listener(payload)),
        start: (count) =>
          gateway.call({ service: "gateway", component: "namespace", function: `go:${count}` }),
        read: async () => countSessions(await gateway.describeWebSocketSessions()),
        close: () => gateway.dispose(),
      };
    },
  },
  "reconnecting-websocket + mitt": {
    protocol: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new ReconnectingWebSocket(webSocket, [], { WebSocket });
      const bus = mitt();
      const { call, onReply } = handWrittenCalls((text) => socket.send(text));
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.type !== "notification") onReply(message);
        else bus.emit(message.body.subject, JSON.parse(message.body.payload));
      });
      await opened(socket);
      await call("login", credential);
      await call("setUserId", player);
      return {
        onPayload: (listener) => bus.on(KEY, listener),
        start: (count) => call(`go:${count}`, {}),
        read: async () => countSessions((await call("describeWebSocketSessions", player)).body),
        close: () => socket.close(),
      };
    },
  },
  gs2: {
    protocol: "gs2",
    async open({ rest, webSocket, WebSocket }) {
      // gs2 takes its WebSocket class from `ws` only.
      require("ws");
      require.cache[require.resolve("ws")].exports = WebSocket;
      const core = require("gs2/core/model");
      const { default: Client } = require("gs2/gateway/websocket");
      const { SetUserIdRequest } = require("gs2/gateway/request");
      core.Gs2Constant.ENDPOINT_HOST = rest;
      core.Gs2Constant.WS_ENDPOINT_HOST = webSocket;
      const { clientId, clientSecret } = credential;
      const session = new core.Gs2WebSocketSession(
        new core.BasicGs2Credential(clientId, clientSecret),
        "ap-northeast-1",
      );
      await session.connect();
      await new Client(session).setUserId(
        new SetUserIdRequest()
          .withNamespaceName(player.namespaceName)
          .withAccessToken(player.accessToken),
      );
      return {
        onPayload: (listener) =>
          session.onNotification(({ payload }) => listener(JSON.parse(payload))),
        start: (count) => session.send("gateway", "namespace", `go:${count}`, {}),
        // Its socket client has no method for this function.
        read: async () =>
          countSessions(
            await session.send("gateway", "webSocketSession", "describeWebSocketSessions", player),
          ),
        close: () => session.disconnect(),
      };
    },
  },
  "@heroiclabs/nakama-js": {
    protocol: "nakama",
    async open({ host, port, WebSocket }) {
      globalThis.WebSocket = WebSocket;
      const { Client } = require("@heroiclabs/nakama-js");
      // Its path is fixed, but the server selects the protocol by path: the port includes it.
      const socket = new Client("key", host, `${port}/nakama`).createSocket();
      await socket.connect({ token: "session-token" });
      return {
        onPayload: (listener) => void (socket.onnotification = ({ content }) => listener(content)),
        start: (count) => socket.rpc(`go:${count}`),
        async read() {
          const { payload } = await socket.rpc("describeWebSocketSessions", JSON.stringify(player));
          return countSessions(JSON.parse(payload));
        },
        close: () => socket.disconnect(),
      };
    },
  },
  phoenix: {
    protocol: "phoenix",
    async open({ phoenix, WebSocket }) {
      const { Socket } = await import("phoenix");
      const socket = new Socket(phoenix, { transport: WebSocket });
      const reply = (push) => new Promise((resolve) => push.receive("ok", resolve));
      socket.connect();
      const channel = socket.channel("player");
      await reply(channel.join());
      return {
        onPayload: (listener) => channel.on(KEY, ({ payload }) => listener(JSON.parse(payload))),
        start: (count) => reply(channel.push(`go:${count}`, {})),
        read: async () =>
          countSessions(await reply(channel.push("describeWebSocketSessions", player))),
        close: () => socket.disconnect(),
      };
    },
  },
};

/** The limit of each protocol over a socket. */
export const limits = Object.fromEntries(
  Object.keys(payloadText).map((protocol) => [protocol, handWrittenReader(protocol)]),
);
